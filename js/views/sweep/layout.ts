/** How the boxes of a sweep are arranged. Pure. */
import type { SweepAxis, SweepBox } from "../../player/sweep-data";

/** Space between two boxes, the least width of a box, and that of the headings of rows, px. */
export const SPACE = 20;
const NARROWEST = 190;
const NARROWEST_IN_TABLE = 156;
export const ROW_HEADING = 84;

export interface BoxLayout {
  readonly columns: number;
  /** Whether rows and columns stand for the first two axes and have headings; otherwise each box has its own. */
  readonly table: boolean;
}

/** `count`: the number of boxes; `width`: for all of them, px. */
export function layoutOf(axes: readonly SweepAxis[], count: number, width: number): BoxLayout {
  const inRow = axes[1]?.values.length ?? 0;
  const room = (width - ROW_HEADING - inRow * SPACE) / inRow;
  if (inRow > 0 && room >= NARROWEST_IN_TABLE) return { columns: inRow, table: true };
  const fit = Math.floor((width + SPACE) / (NARROWEST + SPACE));
  return { columns: Math.max(1, Math.min(fit, inRow > 0 ? inRow : count)), table: false };
}

/** The boxes with the chosen values of the axes after the second one, row by row. */
export function shownBoxes(boxes: readonly SweepBox[], choices: readonly number[]): SweepBox[] {
  return boxes.filter(({ at }) => at.every((value, axis) => axis < 2 || value === (choices[axis] ?? 0)));
}

/** Split a list into rows. */
export function rowsOf<T>(items: readonly T[], columns: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, row) =>
    items.slice(row * columns, (row + 1) * columns),
  );
}
