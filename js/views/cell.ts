/** One position of the text: input, target, prediction, and a bar for p(target). */
import { strength } from "../drawing/color";
import type { Recording } from "../player/types";
import { type Glyph, glyph } from "../text/glyph";
import { element } from "./element";
import type { RenderContext } from "./view";

/** The glyphs of an alphabet, by index. */
export const glyphsOf = (alphabet: readonly string[]): readonly Glyph[] => alphabet.map(glyph);

/** Steps of the tint behind a prediction: few, so that the page changes rarely. */
export const TINTS = 8;

/** An element for one glyph. Its text node is kept: replacing it would cost a full layout. */
export function glyphElement(parent: Element, name: string) {
  const el = element(parent, name);
  el.setAttribute("aria-hidden", "true");
  const text = el.appendChild(document.createTextNode(""));
  let placeholder = "";
  return {
    el,
    set(shown: Glyph | undefined): void {
      text.data = shown?.text ?? "";
      const now = shown?.placeholder ?? "none";
      if (now !== placeholder) el.dataset.placeholder = placeholder = now;
    },
  };
}

export function createCell(parent: Element) {
  const el = element(parent, "cell");
  el.setAttribute("role", "presentation");
  // The focusable element is separate from the glyphs: its accessible name is a description of the position.
  const option = element(el, "option");
  option.setAttribute("role", "option");
  option.tabIndex = -1;
  const input = glyphElement(el, "input");
  const target = glyphElement(el, "target");
  const prediction = glyphElement(el, "prediction");
  const bar = element(element(el, "bar"), "bar-fill");
  let shown = { token: -2, correct: false, tint: -1, bar: -1 };
  let counted = true;
  let flash = false;

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
      counted = recording.isCounted(position);
      target.set(counted ? glyphs[recording.targets[position] as number] : undefined);
      el.dataset.position = String(position);
      shown = { token: -2, correct: false, tint: -1, bar: -1 };
    },
    /** Show an epoch (-1: none); only differences change the page. `flashing`: highlight a changed prediction. */
    show(recording: Recording, position: number, epoch: number, context: RenderContext, flashing: boolean): void {
      const { layout, glyphs, maxProbability } = context;
      const none = epoch < 0;
      const plain = none || !counted; // without tint and bar
      const token = none ? -1 : recording.token(epoch, position);
      const correct = !none && recording.isCorrect(epoch, position);
      const tint = plain ? 0 : Math.round(strength(recording.probability(epoch, position), maxProbability) * TINTS);
      const height = plain ? 0 : Math.max(1, Math.round(recording.pTarget(epoch, position) * layout.bars.height * 0.8));
      if (token !== shown.token) {
        prediction.set(glyphs[token]);
        if (flashing && counted && shown.token >= 0) {
          flash = !flash; // two names of one animation: changing the name restarts it without a reflow
          prediction.el.dataset.flash = flash ? "a" : "b";
        }
      }
      if (correct !== shown.correct || token === -1 || shown.token < 0) {
        el.dataset.prediction = none ? "none" : !counted ? "ignored" : correct ? "correct" : "wrong";
      }
      if (tint !== shown.tint) prediction.el.style.setProperty("--epochscope-strength", String(tint / TINTS));
      if (height !== shown.bar) bar.style.height = `${height}px`;
      shown = { token, correct, tint, bar: height };
    },
  };
}

export type Cell = ReturnType<typeof createCell>;
