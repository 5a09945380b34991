/** How many steps back 1 % of the gradient arrives at each epoch: computed while the browser is idle. */
import { effect, type Signal, signal } from "@preact/signals";
import { Network } from "../../network/network";
import type { FlatWeights } from "../../network/types";
import type { Store } from "../../player/store";
import { MedianWork, type TrainedText, trainedText } from "./reach-work";

const SLICE_MS = 6;
/** Every so many known epochs are computed first, then those between. */
const COARSE = 64;
/** Where the browser does not say when it is idle. */
const FALLBACK_MS = 60;

/** Epoch and number of steps, ascending. NaN: no gradient. */
export type ReachCurve = readonly (readonly [epoch: number, steps: number])[];

interface Known {
  readonly weights: FlatWeights;
  readonly steps: number;
}

export class ReachHistory {
  readonly curve: Signal<ReachCurve> = signal([]);
  readonly #store: Store;
  readonly #known = new Map<number, Known>();
  readonly #stop: () => void;
  #inputs: Uint32Array | null = null;
  #text: TrainedText | null = null;
  #work: { epoch: number; weights: FlatWeights; median: MedianWork } | null = null;
  #cancel: (() => void) | null = null;

  constructor(store: Store) {
    this.#store = store;
    this.#stop = effect(() => {
      store.weights.version.value;
      const recording = store.recording.value;
      if (recording && recording.inputs !== this.#inputs) {
        this.#inputs = recording.inputs;
        this.#text = trainedText(recording);
        this.#known.clear();
        this.#work = null;
      }
      this.#schedule();
    });
  }

  dispose(): void {
    this.#stop();
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel ??= whenIdle(() => {
      this.#cancel = null;
      const more = this.#slice();
      this.#publish();
      if (more) this.#schedule();
    });
  }

  /** Compute for a while; returns whether something is left. */
  #slice(): boolean {
    const deadline = performance.now() + SLICE_MS;
    const [shape, text] = [this.#store.weights.network.peek(), this.#text];
    if (!shape || !text) return false;
    do {
      this.#work ??= this.#nextWork();
      const work = this.#work;
      if (!work) return false;
      if (!work.median.run(() => performance.now(), deadline)) return true;
      this.#known.set(work.epoch, { weights: work.weights, steps: work.median.value });
      this.#work = null;
    } while (performance.now() < deadline);
    return true;
  }

  #nextWork() {
    const { weights } = this.#store;
    const [shape, text, { epochs }] = [weights.network.peek(), this.#text, weights];
    if (!shape || !text) return null;
    for (let step = COARSE; step >= 1; step /= 2)
      for (let index = 0; index < epochs.length; index += step) {
        const epoch = epochs[index] as number;
        const flat = weights.flat(epoch) as FlatWeights;
        if (this.#known.get(epoch)?.weights !== flat)
          return { epoch, weights: flat, median: new MedianWork(new Network(shape, flat), text) };
      }
    return null;
  }

  /** Only epochs with the weights that they have now: others are of an old branch. */
  #publish(): void {
    const { weights } = this.#store;
    this.curve.value = weights.epochs.flatMap((epoch): ReachCurve => {
      const known = this.#known.get(epoch);
      return known && known.weights === weights.flat(epoch) ? [[epoch, known.steps]] : [];
    });
  }
}

/** Call when the browser has nothing else to do; returns how to cancel. */
function whenIdle(callback: () => void): () => void {
  if (typeof requestIdleCallback === "function") {
    const id = requestIdleCallback(callback);
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(callback, FALLBACK_MS);
  return () => clearTimeout(id);
}
