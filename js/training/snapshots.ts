/** The weights and the optimizer's state before the updates of some epochs, from which the others are repeated. */
import type { OptimizerState } from "../network/optimizers";
import type { FlatWeights } from "../network/types";

/** Before the update of an epoch. Its arrays are never written, so that branches share them. */
export interface Snapshot {
  readonly epoch: number;
  readonly weights: FlatWeights;
  /** null: not known */
  readonly optimizer: OptimizerState | null;
  /** Whether it came with a recording: these are kept. */
  readonly given: boolean;
}

/** Of the snapshots of one branch. Beyond that, every second one is discarded. */
const MAX_BYTES = 48 * 1024 * 1024;

export class Snapshots {
  /** by epoch, ascending */
  readonly #known: Snapshot[];
  #spacing = 1;
  /** Of those that did not come with a recording. */
  #bytes = 0;

  constructor(given: readonly Snapshot[] = []) {
    this.#known = [...given];
    this.#bytes = sizeOf(given);
  }

  get epochs(): readonly number[] {
    return this.#known.map(({ epoch }) => epoch);
  }

  /** Whether a snapshot of this epoch, the next one, should be added. */
  isDue(epoch: number): boolean {
    return epoch % this.#spacing === 0 && this.before(epoch)?.epoch !== epoch;
  }

  /** Add one that is later than all others. */
  add(snapshot: Snapshot): void {
    this.#known.push(snapshot);
    this.#bytes += sizeOf([snapshot]);
    if (this.#bytes > MAX_BYTES) this.#thin();
  }

  /** The last one that is not after an epoch; null if there is none. */
  before(epoch: number): Snapshot | null {
    return this.#known.findLast((each) => each.epoch <= epoch) ?? null;
  }

  /** Keep those up to an epoch, in a copy: what follows may be another branch. */
  fork(epoch: number): Snapshots {
    const fork = new Snapshots(this.#known.filter((each) => each.epoch <= epoch));
    fork.#spacing = this.#spacing;
    return fork;
  }

  #thin(): void {
    this.#spacing *= 2;
    const kept = this.#known.filter(({ epoch, given }) => given || epoch % this.#spacing === 0);
    this.#known.splice(0, this.#known.length, ...kept);
    this.#bytes = sizeOf(kept);
  }
}

/** Bytes of those that did not come with a recording. */
function sizeOf(snapshots: readonly Snapshot[]): number {
  let bytes = 0;
  for (const { given, weights, optimizer } of snapshots)
    if (!given) bytes += weights.byteLength * (1 + (optimizer?.moments.length ?? 0));
  return bytes;
}
