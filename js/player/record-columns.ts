/** Columns of records: their memory, and how rows are copied. */
import type { Records, Shape } from "./decode";

export function allocate(count: number, { positions, topk, tokens }: Shape): Records {
  const ranked = count * positions * topk;
  return {
    count,
    losses: new Float64Array(count),
    lrs: new Float64Array(count),
    positionLosses: new Uint16Array(count * positions),
    topTokens: tokens > 256 ? new Uint16Array(ranked) : new Uint8Array(ranked),
    topProbabilities: new Uint8Array(ranked),
  };
}

/** Rows start .. stop - 1, as views. */
export function rowsOf(records: Records, start: number, stop: number, { positions, topk }: Shape): Records {
  const rows = <Column extends Float64Array | Uint16Array | Uint8Array>(column: Column, width: number) =>
    column.subarray(start * width, stop * width) as Column;
  return {
    count: stop - start,
    losses: rows(records.losses, 1),
    lrs: rows(records.lrs, 1),
    positionLosses: rows(records.positionLosses, positions),
    topTokens: rows(records.topTokens, positions * topk),
    topProbabilities: rows(records.topProbabilities, positions * topk),
  };
}

/** Copy rows start .. stop - 1 of `source` into `target`, from row `at` on. */
export function copyRows(
  target: Records,
  at: number,
  source: Records,
  start: number,
  stop: number,
  { positions, topk }: Shape,
): void {
  const rows = (column: keyof Omit<Records, "count">, width: number) =>
    target[column].set(source[column].subarray(start * width, stop * width), at * width);
  rows("losses", 1);
  rows("lrs", 1);
  rows("positionLosses", positions);
  rows("topTokens", positions * topk);
  rows("topProbabilities", positions * topk);
}
