/** One position of the text: input, target, prediction, and a bar for p(target). */
import { strength } from "../drawing/color";
import type { Layout } from "../drawing/layout";
import type { Recording } from "../player/types";
import { type Glyph, glyph } from "../text/glyph";
import { element } from "./element";
import type { RenderContext } from "./view";

/** The glyphs of an alphabet, by index. */
export const glyphsOf = (alphabet: readonly string[]): readonly Glyph[] => alphabet.map(glyph);

/** Steps of the tint behind a prediction: few, so that the page changes rarely. */
export const TINTS = 8;
/** The property of a prediction that says how strong its tint is, 0..1. */
export const STRENGTH = "--epochscope-strength";

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

/** What a tile shows. */
export interface Shown {
  /** Alphabet index; -1: no epoch. */
  readonly token: number;
  readonly kind: Kind;
  /** 0..TINTS: how probable the prediction is. */
  readonly tint: number;
}

export type Kind = "none" | "ignored" | "correct" | "wrong";

/** What the tile of a position shows at an epoch; -1: none. */
export function shownAt(recording: Recording | null, position: number, epoch: number, maxProbability: number): Shown {
  if (recording === null || epoch < 0) return { token: -1, kind: "none", tint: 0 };
  const token = recording.token(epoch, position);
  if (!recording.isCounted(position)) return { token, kind: "ignored", tint: 0 };
  const kind = recording.isCorrect(epoch, position) ? "correct" : "wrong";
  const share = strength(recording.probability(epoch, position), maxProbability);
  return { token, kind, tint: Math.round(share * TINTS) };
}

/** The height of the bar of a position, px; 0: it has none. */
export function barHeight(recording: Recording, position: number, epoch: number, { bars }: Layout): number {
  if (epoch < 0 || !recording.isCounted(position)) return 0;
  return Math.max(1, Math.round(recording.pTarget(epoch, position) * bars.height * 0.8));
}

/** A token that is never shown: the next one is drawn whatever it is. */
const UNSHOWN = { token: -2, kind: "", tint: -1 };

/** The tile of a prediction at the end of `el`, which gets `data-prediction`. Only differences change the page. */
export function createTile(el: HTMLElement) {
  const prediction = glyphElement(el, "prediction");
  let shown: Omit<Shown, "kind"> & { kind: string } = UNSHOWN;
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
      const next = shownAt(recording, position, epoch, maxProbability);
      const isTinted = next.kind === "correct" || next.kind === "wrong";
      if (next.token !== shown.token) {
        prediction.set(glyphs[next.token]);
        if (flashing && isTinted && shown.token >= 0) {
          flash = !flash; // two names of one animation: changing the name restarts it without a reflow
          prediction.el.dataset.flash = flash ? "a" : "b";
        }
      }
      if (next.kind !== shown.kind) el.dataset.prediction = next.kind;
      if (next.tint !== shown.tint) prediction.el.style.setProperty(STRENGTH, String(next.tint / TINTS));
      shown = next;
    },
  };
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
      const height = barHeight(recording, position, epoch, context.layout);
      if (height !== shown) bar.style.height = `${height}px`;
      shown = height;
    },
  };
}

export type Cell = ReturnType<typeof createCell>;
