/** The geometry of the unrolled network in the columns of the text grid. Inputs are at the top, as in the grid. */
import { type Band, columnSpan, type Layout } from "./layout";

export interface Span {
  readonly left: number;
  readonly right: number;
}

export interface Unrolled {
  readonly layout: Layout;
  /** The first position of the line, and the number of its positions. */
  readonly first: number;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly input: Band;
  readonly parts: readonly Band[];
  readonly prediction: Band;
  readonly target: Band;
  /** What names a part, left of the columns, and the size of its type, px. */
  readonly name: Span;
  readonly type: number;
  /** The box of each column. */
  readonly boxes: readonly Span[];
}

/** Sizes of the roomiest layout, px. */
const SIZES = { input: 26, part: 38, prediction: 28, target: 24, flow: 13 };
/** No lower, since the names of the parts have two lines. */
const MIN_PART = 32;
const HEAD = 3;

/** Stack the rows for a line of the text and `parts` parts of the network. */
export function unroll(layout: Layout, line: number, parts: number): Unrolled {
  const unit = layout.type.small / 15;
  let top = 0;
  const band = (size: number): Band => {
    const placed = { top, height: Math.round(size) };
    top += placed.height;
    return placed;
  };
  const flow = () => {
    top += Math.round(unit * SIZES.flow);
  };
  const input = band(unit * SIZES.input);
  const bands: Band[] = [];
  for (let part = 0; part < parts; part++) {
    flow();
    bands.push(band(Math.max(MIN_PART, unit * SIZES.part)));
  }
  flow();
  const prediction = band(unit * SIZES.prediction);
  const target = band(unit * SIZES.target);
  const first = line * layout.columns;
  const count = Math.min(layout.columns, layout.positions - first);
  const boxes = Array.from({ length: count }, (_, column) => boxOf(layout, column));
  const { right } = columnSpan(layout, 0, layout.columns);
  return {
    ...{ layout, first, count, input, parts: bands, prediction, target, boxes },
    width: layout.gutter + Math.ceil(right),
    height: top,
    name: { left: 0, right: layout.gutter - 4 },
    type: (layout.gutter * 11) / 67,
  };
}

/** The box in a column, with space for arrows between two. */
function boxOf(layout: Layout, column: number): Span {
  const { left, right } = columnSpan(layout, column);
  const space = Math.max(2, Math.min(12, layout.pitch * 0.19));
  return { left: layout.gutter + left + space, right: layout.gutter + right - layout.gap - space };
}

export const middleOf = ({ left, right }: Span): number => (left + right) / 2;

const number = (value: number): string => String(Math.round(value * 10) / 10);

/** An arrow from a point to another on the same row or column; a short one has no head. */
export function arrow(x1: number, y1: number, x2: number, y2: number): string {
  const [x, y] = [number(x2), number(y2)];
  const length = Math.hypot(x2 - x1, y2 - y1);
  const line = `M${number(x1)} ${number(y1)}L${x} ${y}`;
  if (length < 2 * HEAD) return line;
  const [dx, dy] = [((x2 - x1) / length) * HEAD, ((y2 - y1) / length) * HEAD];
  const side = (sign: number) => `${number(x2 - dx - sign * dy)} ${number(y2 - dy + sign * dx)}`;
  return `${line}M${side(1)}L${x} ${y}L${side(-1)}`;
}

/** The arrows between the rows, from each input to its prediction. */
export function flowArrows({ input, parts, prediction, boxes }: Unrolled): string {
  const rows = [input, ...parts, prediction];
  let path = "";
  for (const box of boxes) {
    const x = middleOf(box);
    for (let row = 1; row < rows.length; row++) {
      const [from, to] = [rows[row - 1] as Band, rows[row] as Band];
      path += arrow(x, from.top + from.height + 1, x, to.top - 1);
    }
  }
  return path;
}

export interface StateOptions {
  /** Number of vectors that make up the state: 2 of an LSTM. */
  readonly vectors: number;
  /** Length of the windows; null: the text is read as a whole. */
  readonly window: number | null;
  /** The position after which the state is set to zero. */
  readonly cut: number | null;
}

/** Heights of the arrows of a state within a part, px from the top of the picture. */
export const stateHeights = ({ top, height }: Band, vectors: number): number[] =>
  vectors === 2 ? [top + height * 0.33, top + height * 0.67] : [top + height / 2];

/**
 * The arrows that carry a state from column to column. Each position from the end of the first window on has a chain of
 * its own, of which the last step is shown; its arrow comes from elsewhere and is in `own`.
 */
export function stateArrows(
  unrolled: Unrolled,
  part: number,
  { vectors, window, cut }: StateOptions,
): { chain: string; own: string } {
  const { layout, first, count, boxes } = unrolled;
  const forward = layout.direction === "ltr" ? 1 : -1;
  const [entry, exit]: ["left" | "right", "left" | "right"] = forward > 0 ? ["left", "right"] : ["right", "left"];
  const space = 2 * Math.abs(columnSpan(layout, 0).left + layout.gutter - (boxes[0]?.left ?? 0));
  let [chain, own] = ["", ""];
  for (const y of stateHeights(unrolled.parts[part] as Band, vectors)) {
    for (let column = 0; column < count; column++) {
      const position = first + column;
      const at = (boxes[column] as Span)[entry] - forward;
      const before = boxes[column - 1]?.[exit] ?? at - forward * (space - 1);
      if (window !== null && position >= window) own += `M${number(at)} ${number(y)}h${number(-forward * space * 0.4)}`;
      else if (position > 0 && cut !== position - 1) chain += arrow(before, y, at, y);
    }
    const next = first + count;
    const last = boxes[count - 1];
    const goesOn = next < layout.positions && (window === null || next < window) && cut !== next - 1;
    if (last && goesOn) chain += arrow(last[exit], y, last[exit] + forward * space, y);
  }
  return { chain, own };
}

/** A bar behind the column of a position, across all parts: the state does not get past it. */
export function cutBar({ layout, first, count, parts, boxes }: Unrolled, cut: number): string {
  const [box, next] = [boxes[cut - first], boxes[cut - first + 1]];
  const [top, bottom] = [parts[0], parts.at(-1)];
  if (!box || !top || !bottom || cut >= first + count) return "";
  const forward = layout.direction === "ltr" ? 1 : -1;
  const edge = forward > 0 ? box.right : box.left;
  const x = next ? (edge + (forward > 0 ? next.left : next.right)) / 2 : edge + forward * 3;
  return `M${number(x)} ${top.top - 3}V${bottom.top + bottom.height + 3}`;
}

/** The arrows from each prediction to the next input, for the inputs from position `given` on. */
export function feedbackArrows({ layout, first, input, prediction, boxes }: Unrolled, given: number): string {
  const forward = layout.direction === "ltr" ? 1 : -1;
  const [up, down] = [input.top + input.height / 2, prediction.top + prediction.height / 2];
  let path = "";
  for (const [column, box] of boxes.entries()) {
    if (first + column < given) continue;
    const entry = (forward > 0 ? box.left : box.right) - forward;
    const before = boxes[column - 1];
    if (!before) {
      if (first > 0) path += arrow(entry - forward * 2 * HEAD, up, entry, up);
      continue;
    }
    const exit = (forward > 0 ? before.right : before.left) + 2 * forward;
    const between = (exit + entry - forward * HEAD) / 2;
    path += `M${number(exit)} ${number(down)}H${number(between)}V${number(up)}`;
    const side = (sign: number) => `${number(entry - forward * HEAD)} ${number(up + sign * HEAD)}`;
    path += `H${number(entry)}M${side(1)}L${number(entry)} ${number(up)}L${side(-1)}`;
  }
  return path;
}
