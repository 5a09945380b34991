/** Where everything on the stage is: columns, lines, rows and the epochs of the map. Pixels in, pixels out; no DOM. */

export interface LayoutInput {
  /** Room for the label column and the columns of positions, px. */
  width: number;
  /** Height of the stage when something else decides it (presentation mode), px; null: the text decides. */
  height: number | null;
  positions: number;
  /** The widest glyph of the alphabet in half-width columns. */
  glyph: number;
  /** 1, or more where everything is to be larger. */
  unit: number;
  /** Device pixels per px: columns begin on whole device pixels. */
  ratio: number;
}

/** A horizontal band of a line; `top` counts from the top of the line, px. */
export interface Band {
  readonly top: number;
  readonly height: number;
}

export interface Layout {
  readonly positions: number;
  /** Positions per line. */
  readonly columns: number;
  readonly lines: number;
  /** Distance from one column to the next, px; not whole. */
  readonly pitch: number;
  readonly ratio: number;
  /** Width of the label column, px. */
  readonly gutter: number;
  /** Space between two columns, px. */
  readonly gap: number;
  readonly reads: Band;
  readonly target: Band;
  readonly says: Band;
  readonly bars: Band;
  readonly map: Band;
  /** Distance from the top of one line to the top of the next, px. */
  readonly lineHeight: number;
  /** Height of all lines, px. */
  readonly contentHeight: number;
  /** Height of the window on them, px. */
  readonly stageHeight: number;
  /** Sizes of type, px. */
  readonly type: { readonly small: number; readonly large: number };
  readonly dense: boolean;
}

const ROOMY = { reads: 24, target: 25, says: 33, bars: 25, strip: 64, space: 22, pitch: 21, small: 15, large: 18 };
const DENSE = { reads: 16, target: 17, says: 21, bars: 11, strip: 27, space: 12, pitch: 16, small: 12, large: 13.5 };
/** The label column, the map of a text that fits in one line, the tallest stage and the widest column, px. */
const GUTTER = 62;
const TALL_MAP = 190;
const TALLEST_STAGE = 690;
const WIDEST_PITCH = 64;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The stage for a text in a room of this size: one line if it fits, a few roomy lines, or many dense ones. */
export function layOut({ width, height, positions, glyph, unit, ratio }: LayoutInput): Layout {
  const count = Math.max(1, positions);
  const gutter = Math.round(unit * GUTTER);
  const room = Math.max(unit * ROOMY.pitch, width - gutter);
  const least = (style: typeof ROOMY): number =>
    unit * Math.max(style.pitch, style.large * (glyph === 2 ? 1 : 0.62 * glyph) + (glyph > 2 ? 8 : 4));
  const linesOf = (style: typeof ROOMY): number => Math.ceil(count / Math.max(1, Math.floor(room / least(style))));

  const dense = linesOf(ROOMY) > 3;
  const style = dense ? DENSE : ROOMY;
  const lines = linesOf(style);
  const columns = Math.ceil(count / lines); // even lines: no short last one while the others are full
  const pitch = Math.min(room / columns, Math.max(unit * WIDEST_PITCH, least(style)));
  // Type grows a little with the columns, so that a short text in a wide room does not look lost.
  const scale = unit * Math.min(dense ? 1 : clamp(pitch / unit / 25, 0.9, 1.2), pitch / least(style));

  let top = 0;
  const band = (size: number): Band => {
    const placed = { top, height: Math.round(size) };
    top += placed.height;
    return placed;
  };
  const reads = band(scale * style.reads);
  const target = band(scale * style.target);
  const says = band(scale * style.says);
  const bars = band(scale * style.bars);
  top += Math.round(unit * (dense ? 3 : 7));
  const space = lines > 1 ? Math.round(unit * style.space) : 0;
  const strip = unit * style.strip;
  const share =
    height === null ? (lines === 1 ? unit * TALL_MAP : strip) : (height - (lines - 1) * space) / lines - top;
  const map = band(Math.max(height !== null && !dense ? strip / 2 : strip, share));

  const lineHeight = top + space;
  const contentHeight = lines * lineHeight - space;
  return {
    positions: count,
    columns,
    lines,
    pitch,
    ratio,
    gutter,
    gap: dense || pitch < 18 ? 1 : 2,
    reads,
    target,
    says,
    bars,
    map,
    lineHeight,
    contentHeight,
    stageHeight: height ?? windowOn(contentHeight, lineHeight),
    type: { small: scale * style.small, large: scale * style.large },
    dense,
  };
}

/** A window that ends within a line where there is more to see: what is cut off asks to be scrolled to. */
function windowOn(contentHeight: number, lineHeight: number): number {
  if (contentHeight <= TALLEST_STAGE) return contentHeight;
  return Math.round((Math.floor(TALLEST_STAGE / lineHeight - 0.4) + 0.4) * lineHeight);
}

/** The stage of presentation mode: as large as one line allows, else as fits without scrolling, else simply large. */
export function layOutLarge(input: Omit<LayoutInput, "unit"> & { height: number }): Layout {
  const layouts = [2, 1.8, 1.6, 1.4, 1.25].map((unit) => layOut({ ...input, unit }));
  return (
    layouts.find((layout) => layout.lines === 1) ??
    layouts.find((layout) => layout.contentHeight <= input.height) ??
    layOut({ ...input, unit: 1.4 })
  );
}

/** Left edge of a column, counted from the first column, on a whole device pixel. `columnX(columns)` is the right edge. */
export const columnX = (layout: Layout, column: number): number =>
  Math.round(column * layout.pitch * layout.ratio) / layout.ratio;

export const lineOf = (layout: Layout, position: number): number => Math.floor(position / layout.columns);
export const columnOf = (layout: Layout, position: number): number => position % layout.columns;

/** The lines [first, last) that a window of this height sees when scrolled by `top`. */
export function visibleLines(layout: Layout, top: number, height: number): [first: number, last: number] {
  const first = clamp(Math.floor(top / layout.lineHeight), 0, layout.lines);
  const last = clamp(Math.ceil((top + height) / layout.lineHeight), first, layout.lines);
  return [first, last];
}

/** The position at a point of the content (x from the first column, y from the first line), or null beside all of them. */
export function positionAt(layout: Layout, x: number, y: number): number | null {
  const column = Math.floor(x / layout.pitch);
  const line = Math.floor(y / layout.lineHeight);
  if (column < 0 || column >= layout.columns || line < 0 || line >= layout.lines) return null;
  if (y - line * layout.lineHeight >= layout.map.top + layout.map.height) return null;
  const position = line * layout.columns + column;
  return position < layout.positions ? position : null;
}

/**
 * How many epochs the axes of map and timeline have room for: the goal; beyond it the epochs there are, or while they
 * grow the next round number, so that not every new epoch moves all others.
 */
export function extent(goal: number, epochs: number, growing = false): number {
  if (epochs <= goal || !growing) return Math.max(1, goal, epochs);
  const step = 10 ** Math.floor(Math.log10(epochs)) / 2;
  return Math.ceil(epochs / step) * step;
}

/** The middle of an epoch on an axis of this length. */
export const epochOffset = (epoch: number, span: number, length: number): number => ((epoch + 0.5) / span) * length;

/** The epoch at an offset on an axis of this length, 0..span - 1. */
export const epochAt = (offset: number, span: number, length: number): number =>
  clamp(Math.floor((offset / length) * span), 0, span - 1);

/** The epochs [first, last) that one pixel row of a map stands for: at least one, several where epochs outnumber rows. */
export function rowEpochs(row: number, rows: number, span: number): [first: number, last: number] {
  const first = Math.floor((row * span) / rows);
  return [first, Math.max(first + 1, Math.floor(((row + 1) * span) / rows))];
}

/** Heights of the one-hot picture: rows tall enough to be named where the alphabet is small, px. */
export function oneHotRow(tokens: number): { height: number; labelled: boolean } {
  const height = tokens <= 32 ? 15 : tokens <= 96 ? 5 : 2;
  return { height, labelled: height >= 12 };
}
