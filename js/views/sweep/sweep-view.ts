/** State shared by all views of a sweep in one element. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { LossRange } from "../../drawing/sweep-plot";
import type { SweepStore } from "../../player/sweep";
import { boxOf } from "../../player/sweep-data";
import type { Words } from "../../text/words";

export interface SweepView {
  readonly store: SweepStore;
  readonly words: Words;
  readonly lang: string;
  readonly logScale: Signal<boolean>;
  /** The losses on the axes of all boxes. */
  readonly range: ReadonlySignal<LossRange>;
  /** The chosen value of every axis; only those after the second one matter. */
  readonly choices: Signal<readonly number[]>;
  /** Makes ids unique within the page. */
  readonly id: string;
}

/** The id of a run in the list of its box, and that of the list. */
export const optionId = ({ id }: SweepView, run: number): string => `${id}-run-${run}`;
export const boxId = ({ id }: SweepView, start: number): string => `${id}-box-${start}`;

/** Move the focus to the box of a run, if it is shown; `from`: an element of the same page. */
export function focusBox(from: Element, view: SweepView, run: number): void {
  const root = from.getRootNode() as Document | ShadowRoot;
  root.getElementById?.(boxId(view, boxOf(view.store.state.peek(), run).start))?.focus({ preventScroll: true });
}
