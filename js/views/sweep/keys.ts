/** The keys of a box. */
import type { SweepStore } from "../../player/sweep";
import { isLetter } from "../keyboard";

/** Handle a key; `runs`: those of the box, by increasing seed. Returns whether the box has this key. */
export function pressInBox(store: SweepStore, runs: readonly number[], event: KeyboardEvent): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const steps: Record<string, number> = {
    ...{ ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 },
    ...{ PageDown: 10, PageUp: -10 },
  };
  const step = steps[event.key];
  if (step !== undefined) store.move(runs, step);
  else if (event.key === "Home") store.selected.value = runs[0] ?? null;
  else if (event.key === "End") store.selected.value = runs.at(-1) ?? null;
  else return pressOnRun(store, runs, event);
  return true;
}

function pressOnRun(store: SweepStore, runs: readonly number[], event: KeyboardEvent): boolean {
  const run = store.selected.peek();
  if (run === null || !runs.includes(run)) return false;
  if (event.key === "Enter") store.open(run);
  else if (event.key === "+" || isLetter(event, "a")) store.toggleCompared(run);
  else if (event.key === "Escape") store.selected.value = null;
  else return false;
  return true;
}
