/** How the boxes of a sweep are arranged. Pure. */
import type { SweepAxis, SweepBox } from "../../player/sweep-data";

/** Space between two boxes, and the least width of a box with and without its own heading and axis, px. */
const SPACE = 24;
const NARROWEST = 190;
const NARROWEST_IN_TABLE = 116;
/** Width of the headings of rows with the axis after them, px. */
export const ROW_HEADING = 92;

export interface BoxLayout {
  readonly columns: number;
  /** Whether rows and columns stand for the first two axes and have headings; otherwise each box has its own. */
  readonly table: boolean;
  /** Between two columns, px. */
  readonly space: number;
}

/** `count`: the number of boxes; `width`: for all of them, px. */
export function layoutOf(axes: readonly SweepAxis[], count: number, width: number): BoxLayout {
  const inRow = axes[1]?.values.length ?? count;
  const space = inRow > 4 ? SPACE / 2 : SPACE;
  const room = (width - ROW_HEADING - inRow * space) / inRow;
  if (axes.length > 1 && room >= NARROWEST_IN_TABLE) return { columns: inRow, table: true, space };
  const fit = Math.floor((width + SPACE) / (NARROWEST + SPACE));
  return { columns: Math.max(1, Math.min(fit, inRow)), table: false, space: SPACE };
}

/** The boxes with the chosen values of the axes after the second one, row by row. */
export function shownBoxes(boxes: readonly SweepBox[], choices: readonly number[]): SweepBox[] {
  return boxes.filter(({ at }) => at.every((value, axis) => axis < 2 || value === (choices[axis] ?? 0)));
}

/** The boxes in rows of so many columns; with two axes or more, each value of the first one begins a row. */
export function rowsOf(boxes: readonly SweepBox[], columns: number): SweepBox[][] {
  const rows: SweepBox[][] = [];
  for (const box of boxes) {
    const row = rows.at(-1);
    const isSame = box.at.length < 2 || row?.[0]?.at[0] === box.at[0];
    if (row && row.length < columns && isSame) row.push(box);
    else rows.push([box]);
  }
  return rows;
}
