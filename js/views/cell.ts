/** One position of the text: what is read, what should be said, what is said, and how sure of the target. */
import { strength } from "../drawing/color";
import type { Recording } from "../player/types";
import { type Glyph, glyph } from "../text/glyph";
import type { Look } from "./view";

/** The glyphs of an alphabet, by index. */
export const glyphsOf = (alphabet: readonly string[]): readonly Glyph[] => alphabet.map(glyph);

/** Steps of the tint behind what is said: few, so that the page changes seldom. */
const TINTS = 8;

export function element(parent: Element, name: string, tag = "div"): HTMLElement {
  const el = document.createElement(tag);
  el.className = `epochscope-${name}`;
  return parent.appendChild(el);
}

/** A place for a glyph: one text node that stays, since a new one would have to be laid out from nothing. */
function glyphPlace(parent: Element, name: string) {
  const el = element(parent, name);
  el.setAttribute("aria-hidden", "true");
  const text = el.appendChild(document.createTextNode(""));
  let stands = "";
  return {
    el,
    set(shown: Glyph | undefined): void {
      text.data = shown?.text ?? "";
      const now = shown?.stands ?? "itself";
      if (now !== stands) el.dataset.stands = stands = now;
    },
  };
}

export function createCell(parent: Element) {
  const el = element(parent, "cell");
  el.setAttribute("role", "presentation");
  // What takes the focus and is named is apart from what is seen: its name is a sentence, not the glyphs run together.
  const option = element(el, "option");
  option.setAttribute("role", "option");
  option.tabIndex = -1;
  const reads = glyphPlace(el, "reads");
  const target = glyphPlace(el, "target");
  const says = glyphPlace(el, "says");
  const bar = element(element(el, "bar"), "bar-fill");
  let shown = { token: -2, right: false, tint: -1, bar: -1 };
  let flash = false;

  return {
    el,
    option,
    place(left: number, width: number): void {
      el.style.left = `${left}px`;
      el.style.width = `${width}px`;
    },
    /** Takes on a position: what never changes while epochs pass. */
    bind(recording: Recording, glyphs: readonly Glyph[], position: number): void {
      reads.set(glyphs[recording.inputs[position] as number]);
      target.set(glyphs[recording.targets[position] as number]);
      el.dataset.position = String(position);
      shown = { token: -2, right: false, tint: -1, bar: -1 };
    },
    /** Shows an epoch (-1: none). Only differences touch the page. `flashing`: mark a change of what is said. */
    show(recording: Recording, position: number, epoch: number, look: Look, flashing: boolean): void {
      const { layout, glyphs, surest } = look;
      const none = epoch < 0;
      const token = none ? -1 : recording.token(epoch, position);
      const right = !none && recording.right(epoch, position);
      const tint = none ? 0 : Math.round(strength(recording.probability(epoch, position), surest) * TINTS);
      const height = none ? 0 : Math.max(1, Math.round(recording.pTarget(epoch, position) * layout.bars.height * 0.8));
      if (token !== shown.token) {
        says.set(glyphs[token]);
        if (flashing && shown.token >= 0) {
          flash = !flash; // two names of one animation, so that it starts again without a reflow
          says.el.dataset.flash = flash ? "a" : "b";
        }
      }
      if (right !== shown.right || token === -1 || shown.token < 0) {
        el.dataset.says = none ? "nothing" : right ? "right" : "wrong";
      }
      if (tint !== shown.tint) says.el.style.setProperty("--epochscope-sure", String(tint / TINTS));
      if (height !== shown.bar) bar.style.height = `${height}px`;
      shown = { token, right, tint, bar: height };
    },
  };
}

export type Cell = ReturnType<typeof createCell>;
