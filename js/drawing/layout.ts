/** The geometry of the text grid: columns, lines, rows and the epochs of the map. Pixels in, pixels out; no DOM. */
import type { Direction } from "./direction";

export interface LayoutInput {
  /** Width for the label column and the columns of positions, px. */
  width: number;
  /** Height of the grid if given (presentation mode), px; null: the text decides. */
  height: number | null;
  positions: number;
  /** Width of the widest glyph of the alphabet in half-width columns. */
  glyphColumns: number;
  /** 1, or more if everything is enlarged. */
  unit: number;
  /** Device pixels per px: columns start on whole device pixels. */
  ratio: number;
  /** "rtl": the columns run from right to left. */
  direction: Direction;
  /** Of a comparison: the number of rows of predictions, one for each run; bars and map are left out. */
  rows?: number;
  /** Width of the label column, px, if not the usual one. */
  gutter?: number;
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
  readonly direction: Direction;
  /** Distance from one column to the next, px; may be fractional. */
  readonly pitch: number;
  readonly ratio: number;
  /** Width of the label column, px. */
  readonly gutter: number;
  /** Space between two columns, px. */
  readonly gap: number;
  readonly input: Band;
  readonly target: Band;
  /** Where columns in which the runs of a comparison differ are marked; empty for one run. */
  readonly marks: Band;
  readonly prediction: Band;
  /** The rows of all runs; the first is `prediction`. */
  readonly predictions: readonly Band[];
  readonly bars: Band;
  readonly map: Band;
  /** Distance from the top of one line to the top of the next, px. */
  readonly lineHeight: number;
  /** Height of all lines, px. */
  readonly contentHeight: number;
  /** Visible height, px. */
  readonly gridHeight: number;
  /** Font sizes, px. */
  readonly type: { readonly small: number; readonly large: number };
  readonly dense: boolean;
  /** 1, or more if everything is enlarged. */
  readonly unit: number;
}

const ROOMY = {
  ...{ input: 24, target: 25, prediction: 33, bars: 25, space: 22, map: 64, mapSpace: 7 },
  ...{ pitch: 21, small: 15, large: 18 },
};
const DENSE: typeof ROOMY = {
  ...{ input: 16, target: 17, prediction: 21, bars: 11, space: 12, map: 27, mapSpace: 3 },
  ...{ pitch: 16, small: 12, large: 13.5 },
};
/** The label column, the map of a one-line text, the tallest grid and the widest column, px. */
const GUTTER = 67;
const ONE_LINE_MAP = 190;
const MAX_GRID_HEIGHT = 690;
const MAX_PITCH = 64;
/** Of a comparison: the height of the marks and the space between two rows, px. */
const MARKS = 11;
const ROW_SPACE = 3;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Lay out a text: on one line if it fits, otherwise on a few roomy lines or on many dense ones. */
export function layOut(input: LayoutInput): Layout {
  const { positions, unit, ratio, direction } = input;
  const gutter = Math.round(unit * (input.gutter ?? GUTTER));
  const room = Math.max(unit * ROOMY.pitch, input.width - gutter);
  const dense = countLines(input, room, ROOMY) > 3;
  const style = dense ? DENSE : ROOMY;
  const lines = countLines(input, room, style);
  const columns = Math.ceil(Math.max(1, positions) / lines); // lines of equal length
  const minPitch = minPitchOf(input, style);
  const pitch = Math.min(room / columns, Math.max(unit * MAX_PITCH, minPitch));
  // Type grows a little with the columns, so that a short text does not look lost in a wide page.
  const scale = unit * Math.min(dense ? 1 : clamp(pitch / unit / 25, 0.9, 1.2), pitch / minPitch);
  return {
    positions: Math.max(1, positions),
    ...{ columns, lines, direction, pitch, ratio, gutter, dense, unit },
    gap: dense || pitch < 18 ? 1 : 2,
    ...stackBands(input, style, scale, lines),
    type: { small: scale * style.small, large: scale * style.large },
  };
}

/** The smallest distance between columns at which every glyph fits, px. */
const minPitchOf = ({ unit, glyphColumns }: LayoutInput, style: typeof ROOMY): number =>
  unit *
  Math.max(style.pitch, style.large * (glyphColumns === 2 ? 1 : 0.62 * glyphColumns) + (glyphColumns > 2 ? 8 : 4));

function countLines(input: LayoutInput, room: number, style: typeof ROOMY): number {
  const columns = Math.max(1, Math.floor(room / minPitchOf(input, style)));
  return Math.ceil(Math.max(1, input.positions) / columns);
}

/** Stack the rows of a line, and the lines. */
function stackBands({ unit, height, rows: compared }: LayoutInput, style: typeof ROOMY, scale: number, lines: number) {
  let top = 0;
  const band = (size: number): Band => {
    const placed = { top, height: Math.round(size) };
    top += placed.height;
    return placed;
  };
  const head = {
    input: band(scale * style.input),
    target: band(scale * style.target),
    marks: band(compared ? unit * MARKS : 0),
  };
  const predictions = Array.from({ length: compared ?? 1 }, (_, run) => {
    if (run > 0) top += Math.round(unit * ROW_SPACE);
    return band(scale * style.prediction);
  });
  const rows = {
    ...head,
    prediction: predictions[0] as Band,
    predictions,
    bars: band(compared ? 0 : scale * style.bars),
  };
  if (!compared) top += Math.round(unit * style.mapSpace);
  const space = lines > 1 ? Math.round(unit * style.space) : 0;
  const room = height === null ? null : (height - (lines - 1) * space) / lines - top;
  const map = band(compared ? 0 : mapHeight(room, unit, style, lines));
  const lineHeight = top + space;
  const contentHeight = lines * lineHeight - space;
  return { ...rows, map, lineHeight, contentHeight, gridHeight: height ?? visibleHeight(contentHeight, lineHeight) };
}

/** `room`: the height left in each line if the height of the grid is given. */
function mapHeight(room: number | null, unit: number, style: typeof ROOMY, lines: number): number {
  if (room === null) return unit * (lines === 1 ? ONE_LINE_MAP : style.map);
  return Math.max(room, unit * (style === DENSE ? style.map : style.map / 2));
}

/** Cut within a line if not all lines fit: a line that is cut off shows that the grid scrolls. */
function visibleHeight(contentHeight: number, lineHeight: number): number {
  if (contentHeight <= MAX_GRID_HEIGHT) return contentHeight;
  return Math.round((Math.floor(MAX_GRID_HEIGHT / lineHeight - 0.4) + 0.4) * lineHeight);
}

/** The layout of presentation mode: as large as fits on one line, else as fits without scrolling, else large. */
export function layOutLarge(input: Omit<LayoutInput, "unit"> & { height: number }): Layout {
  const layouts = [2, 1.8, 1.6, 1.4, 1.25, 1.1, 1, 0.9, 0.8].map((unit) => layOut({ ...input, unit }));
  const fits = layouts.find((layout) => layout.contentHeight <= input.height);
  // A map adapts to the height; the rows of several runs do not.
  const line = input.rows ? undefined : layouts.find(({ lines }, i) => lines === 1 && i < 5);
  return line ?? fits ?? layOut({ ...input, unit: 1.4 });
}

/** Width of the first `columns` columns, px, on a whole device pixel. */
export const columnsWidth = (layout: Layout, columns: number): number =>
  Math.round(columns * layout.pitch * layout.ratio) / layout.ratio;

/** The edges of `count` columns from `column` on, px from the left edge of all columns, on whole device pixels. */
export function columnSpan(layout: Layout, column: number, count = 1): { left: number; right: number } {
  const [start, end] = [columnsWidth(layout, column), columnsWidth(layout, column + count)];
  if (layout.direction === "ltr") return { left: start, right: end };
  const width = columnsWidth(layout, layout.columns);
  return { left: width - end, right: width - start };
}

export const lineOf = (layout: Layout, position: number): number => Math.floor(position / layout.columns);
export const columnOf = (layout: Layout, position: number): number => position % layout.columns;

/** The lines [first, last) that are visible in a window of this height, scrolled by `top`. */
export function visibleLines(layout: Layout, top: number, height: number): [first: number, last: number] {
  const first = clamp(Math.floor(top / layout.lineHeight), 0, layout.lines);
  const last = clamp(Math.ceil((top + height) / layout.lineHeight), first, layout.lines);
  return [first, last];
}

/** The position at a point (px from the left edge of the columns and the top of the first line), or null. */
export function positionAt(layout: Layout, x: number, y: number): number | null {
  const fromStart = layout.direction === "ltr" ? x : columnsWidth(layout, layout.columns) - x;
  const column = Math.floor(fromStart / layout.pitch);
  const line = Math.floor(y / layout.lineHeight);
  if (column < 0 || column >= layout.columns || line < 0 || line >= layout.lines) return null;
  if (y - line * layout.lineHeight >= layout.map.top + layout.map.height) return null;
  const position = line * layout.columns + column;
  return position < layout.positions ? position : null;
}

/** The middle of an epoch on an axis of this length, px. */
export const epochOffset = (epoch: number, axisEpochs: number, length: number): number =>
  ((epoch + 0.5) / axisEpochs) * length;

/** The epoch at an offset on an axis of this length, 0..axisEpochs - 1. */
export const epochAt = (offset: number, axisEpochs: number, length: number): number =>
  clamp(Math.floor((offset / length) * axisEpochs), 0, axisEpochs - 1);

/** The epochs [first, last) shown by one pixel row of a map: at least one, several if there are more epochs than rows. */
export function rowEpochs(row: number, rows: number, axisEpochs: number): [first: number, last: number] {
  const first = Math.floor((row * axisEpochs) / rows);
  return [first, Math.max(first + 1, Math.floor(((row + 1) * axisEpochs) / rows))];
}

/** Row height of the one-hot picture, px, and whether rows are tall enough for labels. */
export function oneHotRow(tokens: number): { height: number; labelled: boolean } {
  const height = tokens <= 32 ? 15 : tokens <= 96 ? 5 : 2;
  return { height, labelled: height >= 12 };
}
