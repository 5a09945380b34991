/** One position of the text in a comparison: input, target, a mark where runs differ, and the prediction of each run. */
import { strength } from "../../drawing/color";
import type { Recording } from "../../player/types";
import type { Glyph } from "../../text/glyph";
import { glyphElement, TINTS } from "../cell";
import { element } from "../element";
import type { RenderContext } from "../view";

const UNSHOWN = { token: -2, kind: "", tint: -1 };

export function createComparedCell(parent: Element, runs: readonly number[]) {
  const el = element(parent, "cell");
  el.setAttribute("role", "presentation");
  const option = element(el, "option");
  option.setAttribute("role", "option");
  option.tabIndex = -1;
  const input = glyphElement(el, "input");
  const target = glyphElement(el, "target");
  element(el, "difference").setAttribute("aria-hidden", "true");
  const rows = runs.map((run) => {
    const row = element(el, "compared");
    row.dataset.run = String(run);
    return { row, prediction: glyphElement(row, "prediction"), shown: { ...UNSHOWN }, flash: false };
  });
  let differs: boolean | null = null;

  return {
    el,
    option,
    place(left: number, width: number): void {
      el.style.left = `${left}px`;
      el.style.width = `${width}px`;
    },
    /** Show a position: the parts that do not change with the epoch. */
    bind(recording: Recording, glyphs: readonly Glyph[], position: number): void {
      input.set(glyphs[recording.inputs[position] as number]);
      target.set(recording.isCounted(position) ? glyphs[recording.targets[position] as number] : undefined);
      el.dataset.position = String(position);
      for (const row of rows) row.shown = { ...UNSHOWN };
    },
    /** Show the epoch of one run (-1: none); only differences change the page. */
    show(
      row: number,
      recording: Recording | null,
      position: number,
      epoch: number,
      { glyphs, maxProbability }: Pick<RenderContext, "glyphs" | "maxProbability">,
      flashing: boolean,
    ): void {
      const cell = rows[row] as (typeof rows)[number];
      const { shown } = cell;
      const none = recording === null || epoch < 0;
      const token = none ? -1 : recording.token(epoch, position);
      const kind = none
        ? "none"
        : !recording.isCounted(position)
          ? "ignored"
          : recording.isCorrect(epoch, position)
            ? "correct"
            : "wrong";
      const plain = kind === "none" || kind === "ignored";
      const tint = plain
        ? 0
        : Math.round(strength(recording?.probability(epoch, position) ?? 0, maxProbability) * TINTS);
      if (token !== shown.token) {
        cell.prediction.set(glyphs[token]);
        if (flashing && !plain && shown.token >= 0) {
          cell.flash = !cell.flash; // two names of one animation, as in the text grid of one run
          cell.prediction.el.dataset.flash = cell.flash ? "a" : "b";
        }
      }
      if (kind !== shown.kind) cell.row.dataset.prediction = kind;
      if (tint !== shown.tint) cell.prediction.el.style.setProperty("--epochscope-strength", String(tint / TINTS));
      cell.shown = { token, kind, tint };
    },
    /** Mark the position, or not. */
    mark(now: boolean): void {
      if (now === differs) return;
      differs = now;
      el.dataset.differs = String(now);
    },
  };
}
