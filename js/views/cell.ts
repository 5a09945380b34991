/** One position of the text: input, target, prediction, and a bar for p(target). */
import { strength } from "../drawing/color";
import type { Recording } from "../player/types";
import { type Glyph, glyph } from "../text/glyph";
import { element } from "./element";
import type { RenderContext } from "./view";

/** The glyphs of an alphabet, by index. */
export const glyphsOf = (alphabet: readonly string[]): readonly Glyph[] => alphabet.map(glyph);

/** Steps of the tint behind a prediction: few, so that the page changes rarely. */
const TINTS = 8;

/** An element for one glyph. Its text node is kept: replacing it would cost a full layout. */
function glyphElement(parent: Element, name: string) {
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

/** A token that is never shown: the next one is drawn whatever it is. */
const UNSHOWN = { token: -2, kind: "", tint: -1 };

/** The tile of a prediction at the end of `el`, which gets `data-prediction`. Only differences change the page. */
export function createTile(el: HTMLElement) {
  const prediction = glyphElement(el, "prediction");
  let shown = UNSHOWN;
  let flash = false;

  return {
    /** Draw the next prediction anew: it is of another position. */
    clear(): void {
      shown = UNSHOWN;
    },
    /** Show an epoch (-1: none). `flashing`: highlight a changed prediction. */
    show(
      recording: Recording | null,
      position: number,
      epoch: number,
      { glyphs, maxProbability }: Pick<RenderContext, "glyphs" | "maxProbability">,
      flashing: boolean,
    ): void {
      const recorded = epoch < 0 ? null : recording;
      const token = recorded?.token(epoch, position) ?? -1;
      const kind = recorded === null ? "none" : kindOf(recorded, position, epoch);
      const isTinted = kind === "correct" || kind === "wrong";
      const share = isTinted && recorded ? strength(recorded.probability(epoch, position), maxProbability) : 0;
      const tint = Math.round(share * TINTS);
      if (token !== shown.token) {
        prediction.set(glyphs[token]);
        if (flashing && isTinted && shown.token >= 0) {
          flash = !flash; // two names of one animation: changing the name restarts it without a reflow
          prediction.el.dataset.flash = flash ? "a" : "b";
        }
      }
      if (kind !== shown.kind) el.dataset.prediction = kind;
      if (tint !== shown.tint) prediction.el.style.setProperty("--epochscope-strength", String(tint / TINTS));
      shown = { token, kind, tint };
    },
  };
}

function kindOf(recording: Recording, position: number, epoch: number): "ignored" | "correct" | "wrong" {
  if (!recording.isCounted(position)) return "ignored";
  return recording.isCorrect(epoch, position) ? "correct" : "wrong";
}

/** The frame of a cell: what is focused, input and target. */
export function createFrame(parent: Element) {
  const el = element(parent, "cell");
  el.setAttribute("role", "presentation");
  // The focusable element is separate from the glyphs: its accessible name is a description of the position.
  const option = element(el, "option");
  option.setAttribute("role", "option");
  option.tabIndex = -1;
  const input = glyphElement(el, "input");
  const target = glyphElement(el, "target");
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
    },
  };
}

export function createCell(parent: Element) {
  const frame = createFrame(parent);
  const tile = createTile(frame.el);
  const bar = element(element(frame.el, "bar"), "bar-fill");
  let shown = -1; // height of the bar

  return {
    ...frame,
    bind(recording: Recording, glyphs: readonly Glyph[], position: number): void {
      frame.bind(recording, glyphs, position);
      tile.clear();
      shown = -1;
    },
    /** Show an epoch (-1: none); only differences change the page. `flashing`: highlight a changed prediction. */
    show(recording: Recording, position: number, epoch: number, context: RenderContext, flashing: boolean): void {
      tile.show(recording, position, epoch, context, flashing);
      const plain = epoch < 0 || !recording.isCounted(position); // without a bar
      const share = plain ? 0 : recording.pTarget(epoch, position);
      const height = plain ? 0 : Math.max(1, Math.round(share * context.layout.bars.height * 0.8));
      if (height !== shown) bar.style.height = `${height}px`;
      shown = height;
    },
  };
}

export type Cell = ReturnType<typeof createCell>;
