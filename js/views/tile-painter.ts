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

/** How the tiles of a kind look; lengths in px. */
interface Style {
  readonly ink: string;
  /** By tint. */
  readonly grounds: readonly string[];
  readonly radius: number;
  /** The line under a wrong prediction; its distances from the sides and the bottom are shares of the tile. */
  readonly underline: {
    readonly side: number;
    readonly bottom: number;
    readonly height: number;
    readonly radius: number;
  };
  readonly bar: { readonly ground: string; readonly radius: number };
  readonly types: Map<Glyph["placeholder"], Type>;
}

/** The mark of a position at which runs differ, px. */
interface Mark {
  readonly bottom: number;
  readonly height: number;
  readonly radius: number;
}

/** The width of a tile of which shares are read, px. */
const WIDTH = 100;

export class TilePainter {
  readonly #parent: HTMLElement;
  readonly #layout: Layout;
  readonly #styles = new Map<string, Style>();
  #mark: Mark | null = null;

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
    const { underline } = style;
    const indent = underline.side * (right - left);
    const bottom = top + (1 - underline.bottom) * height;
    surface.fill(left + indent, bottom - underline.height, right - indent, bottom, underline.radius);
  }

  bar(surface: TileSurface, left: number, right: number, bottom: number, height: number, kind: Kind): void {
    const { ground, radius } = this.#style(kind, null).bar;
    surface.context.fillStyle = ground;
    surface.fill(left, bottom - height, right, bottom, [radius, radius, 0, 0]);
  }

  /** Mark a position at which runs differ. */
  mark(surface: TileSurface, left: number, right: number, { top, height }: Band, ink: string): void {
    this.#mark ??= this.#probe("none", true, ({ difference }) => {
      const computed = getComputedStyle(difference, "::after");
      return {
        bottom: px(computed.bottom),
        height: px(computed.height),
        radius: px(computed.borderTopLeftRadius),
      };
    });
    const bottom = top + height - this.#mark.bottom;
    surface.context.fillStyle = ink;
    surface.fill(left, bottom - this.#mark.height, right, bottom, this.#mark.radius);
  }

  #style(kind: Kind, differs: boolean | null): Style {
    const key = `${kind} ${differs}`;
    const known = this.#styles.get(key);
    if (known) return known;
    const style = this.#probe(kind, differs, ({ prediction, bar }) => {
      prediction.style.width = `${WIDTH}px`;
      const [computed, below] = [getComputedStyle(prediction), getComputedStyle(prediction, "::after")];
      const fill = getComputedStyle(bar);
      const grounds = Array.from({ length: TINTS + 1 }, (_, tint) => {
        prediction.style.setProperty(STRENGTH, String(tint / TINTS));
        return computed.backgroundColor;
      });
      return {
        ink: computed.color,
        grounds,
        radius: px(computed.borderTopLeftRadius),
        underline: {
          side: px(below.left) / WIDTH,
          bottom: px(below.bottom) / px(computed.height),
          height: px(below.borderBottomWidth),
          radius: px(below.borderBottomLeftRadius),
        },
        bar: { ground: fill.backgroundColor, radius: px(fill.borderTopLeftRadius) },
        types: new Map(),
      };
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
    read: (elements: { prediction: HTMLElement; bar: HTMLElement; difference: HTMLElement }) => Value,
  ): Value {
    const cell = element(this.#parent, "cell");
    const difference = element(cell, "difference");
    if (differs !== null) cell.dataset.differs = String(differs);
    // In a comparison, which has no bars, there are several tiles in a cell.
    const frame = this.#layout.bars.height > 0 ? cell : element(cell, "compared");
    frame.dataset.prediction = kind;
    const prediction = element(frame, "prediction");
    const bar = element(element(frame, "bar"), "bar-fill");
    const value = read({ prediction, bar, difference });
    cell.remove();
    return value;
  }
}

/** The number of a computed length. */
const px = (length: string): number => Number.parseFloat(length) || 0;
