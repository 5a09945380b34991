/** Computes gradient reach in slices: for a long text and a large network it takes longer than a frame. No DOM. */
import { laterPositions, median, stepsBack } from "../../drawing/reach";
import { Dependence } from "../../network/dependence";
import { GradientReach } from "../../network/gradient-reach";
import type { Network } from "../../network/network";
import { read } from "../../network/pass";
import type { Recording } from "../../player/types";
import { MAX_POSITIONS } from "./inspection";

/** The most lags that are computed. */
export const MAX_LAGS = 40;
/** Of the later positions, so many count for the median. */
const SAMPLED = 24;

/** The text of the run as it is read in training; of a longer one the beginning. */
export interface TrainedText {
  readonly tokens: Uint32Array;
  /** -1 where there is none. */
  readonly targets: Int32Array;
  readonly window: number | null;
}

export function trainedText(recording: Recording): TrainedText {
  const tokens = recording.inputs.subarray(0, MAX_POSITIONS);
  const targets = Int32Array.from(tokens, (_, at) =>
    recording.isCounted(at) ? (recording.targets[at] as number) : -1,
  );
  return { tokens, targets, window: recording.metadata.window ?? null };
}

/** Gradient reach and dependence at all positions of a text. */
export class ReachWork {
  readonly network: Network;
  readonly text: TrainedText;
  readonly predictions: Uint32Array;
  readonly reach: GradientReach;
  readonly dependence: Dependence;
  #next = 0;

  /** `predictions`: those of the network for this text, if they are known. */
  constructor(network: Network, text: TrainedText, predictions?: Uint32Array) {
    const { tokens, targets, window } = text;
    this.network = network;
    this.text = text;
    this.predictions = predictions ?? read(network, tokens, { window }).predictions;
    this.reach = new GradientReach(network, tokens, targets, { window, lags: MAX_LAGS + 1 });
    this.dependence = new Dependence(network, tokens, this.predictions, this.reach.lags);
  }

  /** Compute until the time `now()` is `deadline`; returns whether all is done. */
  run(now: () => number, deadline: number): boolean {
    for (; this.#next < this.text.tokens.length; this.#next++) {
      if (now() >= deadline) return false;
      this.reach.compute(this.#next);
      this.dependence.compute(this.#next);
    }
    return true;
  }
}

/** How many steps back 1 % of the gradient arrives: the median over the later positions, at one epoch. */
export class MedianWork {
  readonly #reach: GradientReach;
  readonly #positions: readonly number[];
  readonly #steps: number[] = [];

  constructor(network: Network, { tokens, targets, window }: TrainedText) {
    this.#reach = new GradientReach(network, tokens, targets, { window, lags: MAX_LAGS + 1 });
    this.#positions = laterPositions(tokens.length, SAMPLED);
  }

  /** As `ReachWork.run`. */
  run(now: () => number, deadline: number): boolean {
    for (const position of this.#positions.slice(this.#steps.length)) {
      if (now() >= deadline) return false;
      this.#reach.compute(position);
      this.#steps.push(stepsBack(this.#reach.shares, this.#reach.lags, position));
    }
    return true;
  }

  get value(): number {
    return median(this.#steps);
  }
}
