/** Draws tiles on a canvas as the style sheet draws them: colours, type and rounding are read from such elements. */
import type { Band, Layout } from "../drawing/layout";
import type { Glyph } from "../text/glyph";
import { type Kind, type Shown, STRENGTH, TINTS } from "./cell";
import { element } from "./element";
import type { TileSurface } from "./tile-surface";

interface Type {
  readonly font: string;
  readonly letterSpacing: string;
  /** Below the top of the tile, px. */
  readonly baseline: number;
}

/** How the tiles of a kind look. */
interface Style {
  readonly ink: string;
  /** By tint. */
  readonly grounds: readonly string[];
  readonly radius: number;
  readonly bar: string;
  readonly types: Map<Glyph["placeholder"], Type>;
}

/** The line under a wrong prediction, as in 3-text-grid.css: shares of the tile, and px. */
const UNDERLINE = { side: 0.18, bottom: 0.08, height: 2, radius: 1 };
const BAR_RADIUS = 1.5;

export class TilePainter {
  readonly #parent: HTMLElement;
  readonly #layout: Layout;
  readonly #styles = new Map<string, Style>();

  /** `parent`: where elements look like tiles. */
  constructor(parent: HTMLElement, layout: Layout) {
    this.#parent = parent;
    this.#layout = layout;
  }

  /** `differs`: whether the runs differ at the position; null: they are not compared there. */
  tile(
    surface: TileSurface,
    left: number,
    right: number,
    { top, height }: Band,
    shown: Shown,
    glyph: Glyph | undefined,
    differs: boolean | null,
  ): void {
    const { context } = surface;
    const style = this.#style(shown.kind, differs);
    context.fillStyle = style.grounds[shown.tint] as string;
    surface.fill(left, top, right, top + height, style.radius);
    if (glyph === undefined) return;
    const { font, letterSpacing, baseline } = this.#type(style, shown.kind, differs, glyph.placeholder);
    context.font = font;
    context.letterSpacing = letterSpacing;
    context.fillStyle = style.ink;
    context.fillText(glyph.text, (left + right) / 2, top + baseline);
    if (shown.kind !== "wrong") return;
    const indent = UNDERLINE.side * (right - left);
    const bottom = top + (1 - UNDERLINE.bottom) * height;
    surface.fill(left + indent, bottom - UNDERLINE.height, right - indent, bottom, UNDERLINE.radius);
  }

  bar(surface: TileSurface, left: number, right: number, bottom: number, height: number, kind: Kind): void {
    surface.context.fillStyle = this.#style(kind, null).bar;
    surface.fill(left, bottom - height, right, bottom, [BAR_RADIUS, BAR_RADIUS, 0, 0]);
  }

  #style(kind: Kind, differs: boolean | null): Style {
    const key = `${kind} ${differs}`;
    const known = this.#styles.get(key);
    if (known) return known;
    const style = this.#probe(kind, differs, ({ prediction, bar }) => {
      const computed = getComputedStyle(prediction);
      const grounds = Array.from({ length: TINTS + 1 }, (_, tint) => {
        prediction.style.setProperty(STRENGTH, String(tint / TINTS));
        return computed.backgroundColor;
      });
      const radius = Number.parseFloat(computed.borderTopLeftRadius) || 0;
      return { ink: computed.color, grounds, radius, bar: getComputedStyle(bar).backgroundColor, types: new Map() };
    });
    this.#styles.set(key, style);
    return style;
  }

  #type({ types }: Style, kind: Kind, differs: boolean | null, placeholder: Glyph["placeholder"]): Type {
    const known = types.get(placeholder);
    if (known) return known;
    const type = this.#probe(kind, differs, ({ prediction }) => {
      prediction.dataset.placeholder = placeholder;
      const { fontStyle, fontWeight, fontSize, fontFamily, letterSpacing } = getComputedStyle(prediction);
      // An empty inline block stands on the baseline.
      const line = element(prediction, "probe", "span");
      line.append("x");
      const foot = line.appendChild(document.createElement("span"));
      foot.style.display = "inline-block";
      return {
        font: `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`,
        letterSpacing: letterSpacing === "normal" ? "0px" : letterSpacing,
        baseline: foot.getBoundingClientRect().bottom - prediction.getBoundingClientRect().top,
      };
    });
    types.set(placeholder, type);
    return type;
  }

  /** Read something from elements that look like a tile and a bar. */
  #probe<Value>(
    kind: Kind,
    differs: boolean | null,
    read: (elements: { prediction: HTMLElement; bar: HTMLElement }) => Value,
  ): Value {
    const cell = element(this.#parent, "cell");
    if (differs !== null) cell.dataset.differs = String(differs);
    // In a comparison, which has no bars, there are several tiles in a cell.
    const frame = this.#layout.bars.height > 0 ? cell : element(cell, "compared");
    frame.dataset.prediction = kind;
    const prediction = element(frame, "prediction");
    const bar = element(element(frame, "bar"), "bar-fill");
    const value = read({ prediction, bar });
    cell.remove();
    return value;
  }
}
