/** Answers the pages that ask for weights, a few at a time: some epochs have to be repeated. */
import type { FlatWeights } from "../network/types";
import { packWeightsRaw } from "./pack-weights";
import type { PageRun } from "./page-run";
import type { Trainer } from "./trainer";
import type { FromWorker, ToWorker } from "./types";

type Want = Extract<ToWorker, { kind: "want" }>;

/** Commands wait at most so long, ms. */
const SLICE_MS = 20;

export class WeightAnswers {
  readonly #runs: () => readonly (PageRun | null)[];
  readonly #post: (message: FromWorker) => void;
  readonly #now: () => number;
  readonly #later: (call: () => void) => void;
  /** By run, what is not answered yet, and the next epoch. A newer request replaces an older one. */
  readonly #wants = new Map<number, { want: Want; next: number; complete: number[] }>();
  #isScheduled = false;

  constructor(
    runs: () => readonly (PageRun | null)[],
    post: (message: FromWorker) => void,
    now: () => number,
    later: (call: () => void) => void,
  ) {
    this.#runs = runs;
    this.#post = post;
    this.#now = now;
    this.#later = later;
  }

  receive(want: Want): void {
    this.#wants.set(want.run, { want, next: want.first, complete: [] });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#wants.size === 0) return;
    this.#isScheduled = true;
    this.#later(() => {
      this.#isScheduled = false;
      const [run] = this.#wants.keys();
      if (run !== undefined) this.#answer(run);
      this.#schedule();
    });
  }

  /** Send as many epochs as there is time for. */
  #answer(run: number): void {
    const asked = this.#wants.get(run);
    const page = this.#runs()[run];
    this.#wants.delete(run); // to the end of the queue
    if (asked === undefined || !page || page.revision !== asked.want.revision) return;
    const { want } = asked;
    const isBusy = page.isTraining && page.speed === null;
    const end = this.#now() + SLICE_MS;
    const known = new Known(page.trainer);
    let next = asked.next;
    const last = Math.min(want.last, page.epochs - 1);
    for (; next <= last && this.#now() < end; next++) known.add(next, !isBusy);
    asked.complete.push(...known.epochs);
    const isComplete = next > last && !isBusy;
    if (!isComplete && !isBusy) this.#wants.set(run, { ...asked, next });
    const { view, revision, first } = want;
    const message = {
      view,
      revision,
      first,
      last: want.last,
      complete: isComplete ? asked.complete : null,
      refused: null,
    };
    this.#post({ kind: "weights", run, message, packed: packWeightsRaw({ ...known.packable, revision }) });
  }
}

/** The weights of some epochs of a trainer, as far as they are known. */
export class Known {
  readonly epochs: number[] = [];
  readonly #weights: FlatWeights[] = [];
  readonly #trainer: Trainer;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  /** Add those of an epoch; `repeat`: also if other epochs have to be repeated. */
  add(epoch: number, repeat: boolean): void {
    const weights = this.#trainer.weightsAt(epoch, repeat);
    if (weights === null) return;
    this.epochs.push(epoch);
    this.#weights.push(weights);
  }

  get packable() {
    return { network: this.#trainer.shape, epochs: this.epochs, weights: this.#weights };
  }
}
