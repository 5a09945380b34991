/** The cover over the epochs that would tell the answer: over learning maps and over the timeline. */
import type { QuestionStore } from "../../player/question-store";
import { element } from "../element";

/** The first covered epoch at this cursor; null: none is covered. While the answer is replayed, the cover goes away. */
export function coverStart(asked: QuestionStore, cursor: number): number | null {
  const question = asked.question.value;
  if (question === null) return null;
  if (asked.phase.value === "revealing") return cursor + 1;
  return asked.covered.value ? question.shown + 1 : null;
}

/** A cover in `parent` from a share of its axis on; null: none. */
export function createCover(parent: Element) {
  const el = element(parent, "cover");
  el.setAttribute("aria-hidden", "true");
  el.hidden = true;
  el.textContent = "?";
  /** The share from which on it covers; 1: none. */
  let shown = 1;
  return {
    el,
    /** Called at every frame: only differences change the page. `place` puts it in its place. */
    show(start: number | null, axisEpochs: number, place: (share: number) => void): void {
      const share = start === null ? 1 : Math.min(1, start / axisEpochs);
      if (share === shown) return;
      shown = share;
      el.hidden = share === 1;
      place(share);
    },
  };
}
