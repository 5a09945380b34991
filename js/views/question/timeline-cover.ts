/** The cover over the timeline, on which an epoch can be chosen, and the mark of the epoch that was chosen. */
import { epochOffset } from "../../drawing/layout";
import { grouped } from "../../text/words";
import { element } from "../element";
import type { TimelineView } from "../timeline";
import { lastVote } from "./asking";
import { epochsOf } from "./choices";
import { coverStart, createCover } from "./cover";

export function createTimelineCover(host: HTMLElement, { stage, axisEpochs, asked }: TimelineView) {
  const track = element(host, "cover-track");
  const cover = createCover(track);
  const mark = element(track, "epoch-mark");
  mark.setAttribute("aria-hidden", "true");
  mark.hidden = true;
  /** What is drawn: the epoch that was chosen, the axis, and whether one is to be chosen. */
  let shown: readonly unknown[] = [];
  /** Whether the pointer chooses an epoch. */
  let picking = false;

  const chosen = (): number => {
    const [kind, phase] = [asked.question.value?.kind, asked.phase.value];
    const choice = phase === "choosing" ? asked.choice.value : lastVote(asked)?.choice;
    return kind === "first_all_correct" && typeof choice === "number" ? choice : -1;
  };

  return {
    watch(): void {
      asked.phase.value;
      chosen();
    },
    draw(): void {
      const axis = axisEpochs.peek();
      cover.show(coverStart(asked, stage.cursor.peek()), axis, (share) => {
        cover.el.style.left = `${100 * share}%`;
      });
      const now = [chosen(), axis, asked.picksEpochs.peek()] as const;
      if (now.every((value, i) => value === shown[i])) return; // it is drawn at every frame
      shown = now;
      const [epoch, , picks] = now;
      track.dataset.picks = String(picks);
      mark.hidden = epoch < 0 || epoch >= axis;
      if (mark.hidden) return;
      mark.style.left = `${epochOffset(epoch, axis, 100)}%`;
      mark.textContent = grouped(epoch);
    },
    pick(epoch: number, begins: boolean): boolean {
      const question = asked.question.peek();
      if (question === null || !asked.picksEpochs.peek()) return false;
      const [first, last] = epochsOf(question);
      if (begins) picking = epoch >= first;
      if (picking) asked.choose(Math.max(first, Math.min(last, epoch)));
      return picking;
    },
  };
}
