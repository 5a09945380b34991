/** Keyboard shortcuts of a comparison: those of a player, and a digit for each run. */
import type { ComparisonStore } from "../../player/comparison";
import { digitOf, listenTo, press, toggle } from "../keyboard";
import { type Asking, answerWithKey } from "../question/asking";
import type { ComparisonView } from "./comparison-view";
import { eventEpochs } from "./events";

/** The number of the run that a key stands for, from 0 on; null: none. */
export function runOf(event: KeyboardEvent, count: number): number | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const run = digitOf(event) - 1;
  return run >= 0 && run < count ? run : null;
}

/** Choose the run that a key stands for, with Shift as a second one. Returns whether it stands for one. */
export function choose(comparison: Pick<ComparisonStore, "runs" | "choose">, event: KeyboardEvent): boolean {
  const run = runOf(event, comparison.runs.length);
  if (run === null) return false;
  if (!event.repeat) comparison.choose(run, event.shiftKey);
  return true;
}

export function listenComparison(el: HTMLElement, view: ComparisonView, asking: Asking, signal: AbortSignal): void {
  const { comparison, runs, choices, words, asked } = view;
  const events = () => eventEpochs(runs, words);
  const act = (event: KeyboardEvent) =>
    answerWithKey(asking, event) ||
    press(comparison.stage, event, events) ||
    toggle(choices, asked, event) ||
    choose(comparison, event);
  listenTo(el, act, signal);
}
