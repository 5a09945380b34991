/** Marks on positions of the text: what is asked about, what is chosen, and what was right. */
import { columnOf, columnSpan, type Layout, lineOf } from "../../drawing/layout";
import type { Choice, Question } from "../../player/question";
import type { Phase } from "../../player/question-store";
import { element } from "../element";
import { isOfPositions, listOf } from "./choices";

export interface Mark {
  readonly position: number;
  readonly kind: "asked" | "chosen" | "right" | "wrong";
}

/** `choice`: what this page has chosen or committed last. */
export function marksOf(question: Question | null, phase: Phase, choice: Choice | null): readonly Mark[] {
  if (question === null) return [];
  const asked = question.position ?? question.after;
  const marks: Mark[] = asked === null ? [] : [{ position: asked, kind: "asked" }];
  if (!isOfPositions(question)) return marks;
  const chosen = listOf(choice);
  if (phase !== "revealed" || !question.answer?.length)
    return [...marks, ...chosen.map((position): Mark => ({ position, kind: "chosen" }))];
  const right = [...new Set(question.answer.flatMap(listOf))];
  const wrong = chosen.filter((position) => !right.includes(position));
  return [
    ...marks,
    ...right.map((position): Mark => ({ position, kind: "right" })),
    ...wrong.map((position): Mark => ({ position, kind: "wrong" })),
  ];
}

/** Draws marks over the lines of a text grid. */
export class Marks {
  readonly #content: HTMLElement;
  #elements: HTMLElement[] = [];
  #shown: unknown[] = [];

  constructor(content: HTMLElement) {
    this.#content = content;
  }

  show(layout: Layout, marks: readonly Mark[]): void {
    const now = [layout, JSON.stringify(marks)];
    if (now.every((value, i) => value === this.#shown[i])) return;
    this.#shown = now;
    for (const el of this.#elements) el.remove();
    this.#elements = marks.map((mark) => this.#draw(layout, mark));
  }

  #draw(layout: Layout, { position, kind }: Mark): HTMLElement {
    const el = element(this.#content, "position-mark");
    el.dataset.kind = kind;
    el.setAttribute("aria-hidden", "true");
    const { left, right } = columnSpan(layout, columnOf(layout, position));
    const rows = layout.predictions.at(-1) ?? layout.prediction;
    el.style.left = `${layout.gutter + left - 2}px`;
    el.style.width = `${right - left - layout.gap + 4}px`;
    el.style.top = `${lineOf(layout, position) * layout.lineHeight}px`;
    el.style.height = `${Math.max(rows.top + rows.height, layout.bars.top + layout.bars.height)}px`;
    return el;
  }
}
