/** The branches of a run that a page trains: the current one, the older ones, and which epochs they share. */
import { recordsSize } from "../player/decode";
import type { OldBranch } from "../player/types";
import { Refusal } from "./refusal";
import type { Trainer } from "./trainer";

/** Of the records of all branches. */
const MAX_BYTES = 64 * 1024 * 1024;

export class Branches {
  readonly #trainers: Map<number, Trainer>;
  #current: number;
  #newest: number;
  /** Branches of a recording that goes on: only their losses are known. */
  #elder: readonly OldBranch[];

  constructor(trainer: Trainer) {
    this.#elder = trainer.recording.oldBranches;
    this.#current = this.#newest = 1 + Math.max(-1, ...this.#elder.map(({ id }) => id));
    this.#trainers = new Map([[this.#current, trainer]]);
  }

  /** That of the current branch. */
  get trainer(): Trainer {
    return this.#trainers.get(this.#current) as Trainer;
  }

  /** Those that are not current, each from where it differs from the current one. */
  get old(): OldBranch[] {
    const current = this.trainer;
    const own = [...this.#trainers]
      .filter(([, trainer]) => trainer !== current)
      .map(([id, trainer]) => {
        const start = sharedLosses(trainer, current);
        return { id, start, losses: trainer.recording.losses.slice(start), lr: trainer.lr };
      });
    return [...this.#elder, ...own];
  }

  /** Discard all epochs and branches; with a seed, its initial weights are new ones. */
  reset(seed: number | null): void {
    const restarted = this.trainer.restarted(seed);
    this.#trainers.clear();
    this.#trainers.set(this.#current, restarted);
    this.#elder = [];
  }

  /** Restore the state before an epoch, and discard the epochs from there on. */
  rewind(epoch: number): void {
    this.trainer.rewind(epoch);
    this.#dropElder(epoch);
  }

  /** Go on from an epoch with another learning rate. Return how many epochs the two branches share. */
  branch(epoch: number, lr: number): number {
    const epochs = [...this.#trainers.values()].reduce((sum, { recording }) => sum + recording.epochs, epoch);
    if (epochs * recordsSize(1, this.trainer.recording.shape) > MAX_BYTES) throw new Refusal("refused_branches");
    const branch = this.trainer.branch(epoch, lr);
    this.#newest++;
    this.#trainers.set(this.#newest, branch);
    return this.switchTo(this.#newest);
  }

  /** Make another branch the current one. Return how many epochs it shares with the one that was. */
  switchTo(id: number): number {
    const [left, trainer] = [this.trainer, this.#trainers.get(id)];
    if (trainer === undefined) throw new Refusal("refused_branch", { branch: id });
    this.#current = id;
    const shared = sharedEpochs(left, trainer);
    this.#dropElder(shared);
    return shared;
  }

  /** Of what is cut before its start, an older branch is not one any more. */
  #dropElder(shared: number): void {
    this.#elder = this.#elder.filter(({ start }) => start <= shared);
  }
}

/** How many first losses two trainers share. */
function sharedLosses({ recording: a }: Trainer, { recording: b }: Trainer): number {
  const count = Math.min(a.epochs, b.epochs);
  for (let epoch = 0; epoch < count; epoch++) if (!Object.is(a.loss(epoch), b.loss(epoch))) return epoch;
  return count;
}

/** How many first epochs they share in all that is shown: where a branch starts, learning rate and events differ. */
function sharedEpochs(a: Trainer, b: Trainer): number {
  const count = sharedLosses(a, b);
  let shared = 0;
  while (shared < count && Object.is(a.recording.lr(shared), b.recording.lr(shared))) shared++;
  const [ours, theirs] = [new Set(a.branches), new Set(b.branches)];
  const differs = [...a.branches, ...b.branches].filter((epoch) => !(ours.has(epoch) && theirs.has(epoch)));
  return Math.min(shared, ...differs);
}
