/** What the panel Gradient reach shows: at the network that is shown, for the text of the run, and for one position. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { dependsOn, stepsBack } from "../../drawing/reach";
import type { Network } from "../../network/network";
import type { View } from "../view";
import { ReachWork, type TrainedText, trainedText } from "./reach-work";

/** Time of a frame for computing. */
const SLICE_MS = 8;

/** Why a position has no gradient: no target; its loss is 0; a value is not finite. */
export type Missing = "ignored" | "zero" | "not_finite";

export interface PositionReach {
  readonly position: number;
  readonly missing: Missing | null;
  /** The largest lag at which 1 % of the gradient arrives. */
  readonly steps: number;
  /** The largest lag on which the answer depends; 0: none. */
  readonly depends: number;
  /** The largest lag that is computed here, and what ends there: the text, its window, or only what is computed. */
  readonly lags: number;
  readonly end: "text" | "window" | "computed";
}

export class ReachModel {
  /** The last result that is complete: while the cursor moves, one is finished before the next is begun. */
  readonly shown: Signal<ReachWork | null> = signal(null);
  readonly text: ReadonlySignal<TrainedText | null>;
  /** The position under the pointer, with the focus, or chosen last. */
  readonly position: ReadonlySignal<number>;
  readonly result: ReadonlySignal<PositionReach | null>;
  readonly #view: View;
  #work: ReachWork | null = null;

  constructor(view: View) {
    this.#view = view;
    const { inspection, store } = view;
    this.text = computed(() => (store.recording.value ? trainedText(store.recording.value) : null));
    this.position = computed(() => {
      const length = this.text.value?.tokens.length ?? 0;
      const candidates = [store.hover.value, store.focus.value, inspection.choices.reachPosition.value];
      return candidates.find((one) => one !== null && one < length) ?? firstPosition(length);
    });
    this.result = computed(() => {
      const shown = this.shown.value;
      return shown ? positionReach(shown, this.position.value) : null;
    });
  }

  /** Compute for a part of a frame; returns whether more is left. */
  advance(): boolean {
    const network: Network | null = this.#view.inspection.shown.value?.network ?? null;
    const text = this.text.value;
    if (!network || !text || text.tokens.length === 0) {
      this.#work = this.shown.value = null;
      return false;
    }
    if (!this.#work || this.#work.text !== text) this.#work = this.#begin(network, text);
    if (!this.#work) return false;
    if (!this.#work.run(() => performance.now(), performance.now() + SLICE_MS)) return true;
    this.shown.value = this.#work;
    this.#work = null;
    return this.shown.value.network !== network;
  }

  #begin(network: Network, text: TrainedText): ReachWork | null {
    const shown = this.shown.peek();
    if (shown?.network === network && shown.text === text) return null;
    const { passage, pass } = this.#view.inspection;
    const known = passage.value?.own ? undefined : pass.value?.predictions;
    return new ReachWork(network, text, known);
  }
}

/** Late enough that there is much to look back at. */
const firstPosition = (length: number): number => Math.max(0, Math.round(0.75 * (length - 1)));

export function positionReach({ reach, dependence, text }: ReachWork, position: number): PositionReach {
  const { shares, lags } = reach;
  const most = Math.min(lags - 1, position);
  return {
    position,
    missing: missing(),
    steps: stepsBack(shares, lags, position),
    depends: dependsOn(dependence.changes, lags, position),
    lags: most,
    end: most === position ? "text" : most === (text.window ?? 0) - 1 ? "window" : "computed",
  };

  function missing(): Missing | null {
    if ((text.targets[position] as number) < 0) return "ignored";
    if (!Number.isNaN(shares[position * lags] as number)) return null;
    return reach.norms[position] === 0 ? "zero" : "not_finite";
  }
}
