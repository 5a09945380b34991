/** The weights that this page has: those of some epochs of the recording. Everything inside the network follows from them. */
import { computed, signal } from "@preact/signals";
import { Network } from "../network/network";
import type { FlatWeights, NetworkShape } from "../network/types";
import type { PackedWeights } from "./packed-weights";

/** The most bytes of weights that a page keeps; beyond that it drops the epochs furthest from the cursor. */
export const BUDGET_BYTES = 32 * 1024 * 1024;

export class WeightStore {
  /** Increases with every change of what is known. */
  readonly version = signal(0);
  /** The network; null until its description has arrived. */
  readonly network = signal<NetworkShape | null>(null);
  /** Why this page cannot compute the network, as a sentence for the reader; null: it can, or does not know yet. */
  readonly refusal = signal<string | null>(null);
  /** Number of open panels that need weights: the kernel sends them only while there are any. */
  readonly users = signal(0);
  readonly wanted = computed(() => this.users.value > 0);
  readonly #budget: number;
  readonly #weights = new Map<number, FlatWeights>();
  /** The known epochs, ascending; rebuilt after a change. */
  #epochs: number[] = [];
  /** Networks are made when they are shown; the last one is kept. */
  #made: { epoch: number; network: Network } | null = null;

  constructor(budget = BUDGET_BYTES) {
    this.#budget = budget;
  }

  get epochs(): readonly number[] {
    return this.#epochs;
  }

  /** Size of the weights of one epoch; 0 if none are known. */
  get bytesPerEpoch(): number {
    return this.#weights.get(this.#epochs[0] ?? -1)?.byteLength ?? 0;
  }

  has(epoch: number): boolean {
    return this.#weights.has(epoch);
  }

  /** The known epoch nearest to `epoch`, the earlier of two; null if none is known. */
  nearest(epoch: number): number | null {
    let best: number | null = null;
    for (const known of this.#epochs) {
      if (best === null || Math.abs(known - epoch) < Math.abs(best - epoch)) best = known;
      if (known >= epoch) break;
    }
    return best;
  }

  /** The weights of a known epoch. */
  flat(epoch: number): FlatWeights | undefined {
    return this.#weights.get(epoch);
  }

  /** The network with the weights of a known epoch. */
  at(epoch: number): Network | null {
    const [weights, shape] = [this.#weights.get(epoch), this.network.peek()];
    if (!weights || !shape) return null;
    if (this.#made?.epoch !== epoch) this.#made = { epoch, network: new Network(shape, weights) };
    return this.#made.network;
  }

  /** Add weights; `cursor`: the epoch around which they are kept if there are too many. */
  add({ network, epochs, weights }: PackedWeights, cursor: number): void {
    if (JSON.stringify(network) !== JSON.stringify(this.network.peek())) {
      this.#weights.clear();
      this.network.value = network;
    }
    this.refusal.value = null;
    epochs.forEach((epoch, i) => {
      this.#weights.set(epoch, weights[i] as FlatWeights);
    });
    this.#changed();
    this.#drop(cursor);
  }

  /** Forget the epochs from `epoch` on: the run was cut there. */
  truncate(epoch: number): void {
    for (const known of this.#epochs) if (known >= epoch) this.#weights.delete(known);
    this.refusal.value = null;
    this.#changed();
  }

  /** The network cannot be computed in a page. */
  refuse(reason: string): void {
    this.refusal.value = reason;
  }

  #changed(): void {
    this.#epochs = [...this.#weights.keys()].sort((a, b) => a - b);
    this.#made = null;
    this.version.value++;
  }

  #drop(cursor: number): void {
    const excess = this.#epochs.length - Math.max(1, Math.floor(this.#budget / Math.max(1, this.bytesPerEpoch)));
    if (excess <= 0) return;
    const furthest = [...this.#epochs].sort((a, b) => Math.abs(b - cursor) - Math.abs(a - cursor));
    for (const epoch of furthest.slice(0, excess)) this.#weights.delete(epoch);
    this.#changed();
  }
}
