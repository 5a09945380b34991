/** The first position with a wrong prediction of each epoch, in the learning map: a line, and the area behind it. */
import { columnSpan, type Layout, rowEpochs } from "./layout";

/** P: number of positions; epochs: those recorded; firstError: the first wrong position of an epoch, P if none. */
interface Errors {
  readonly positions: number;
  readonly epochs: number;
  firstError(epoch: number): number;
}

/**
 * Write the first wrong position of each row of pixels, of several epochs the earliest, into `errors` (rows,), from the
 * row of epoch `from` on; -1 where nothing is recorded.
 */
export function fillFirstErrors(errors: Int32Array, recording: Errors, from: number, axisEpochs: number): void {
  const rows = errors.length;
  for (let row = Math.floor((from * rows) / axisEpochs); row < rows; row++) {
    const [start, stop] = rowEpochs(row, rows, axisEpochs);
    let error = start < recording.epochs ? recording.positions : -1;
    for (let epoch = start; epoch < Math.min(stop, recording.epochs); epoch++)
      error = Math.min(error, recording.firstError(epoch));
    errors[row] = error;
  }
}

export interface FirstErrorPaths {
  /** In each row of pixels a stroke before the first wrong position. Not joined: a line across looks like the cursor. */
  readonly line: string;
  /** The positions from there on, which a free run does not reach. */
  readonly beyond: string;
}

/** The paths in the positions [first, first + count), in a map that is `height` px high. */
export function firstErrorPaths(
  errors: Int32Array,
  { layout, first, count, height }: { layout: Layout; first: number; count: number; height: number },
): FirstErrorPaths {
  const end = first + count;
  const isLast = end === layout.positions;
  const y = (row: number): number => Math.round((100 * row * height) / errors.length) / 100;
  let [line, beyond] = ["", ""];
  for (let row = 0; row < errors.length; ) {
    const error = errors[row] as number;
    const start = row;
    while (row < errors.length && errors[row] === error) row++;
    if (error < 0) break;
    const x = edge(layout, Math.max(0, error - first));
    if (error >= first && (error < end || (error === end && isLast))) line += `M${x} ${y(start)}V${y(row)}`;
    if (error < end) beyond += `M${x} ${y(start)}H${edge(layout, count)}V${y(row)}H${x}Z`;
  }
  return { line, beyond };
}

/** The middle between a column and the one before it, px. */
const edge = (layout: Layout, column: number): number => columnSpan(layout, column, 0).left - layout.gap / 2;
