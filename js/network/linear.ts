/** Products with the weights of a network, which are views of its flat weights. */
import type { FlatWeights } from "./types";

/** An affine map: weight (R, C) row after row, bias (R,) or null for none. */
export interface Affine {
  readonly weight: FlatWeights;
  readonly bias: FlatWeights | null;
}

/**
 * Write W v + b, (R,), to `out` from `start` on.
 *
 * Four rows at a time: four sums that do not wait for one another are more than twice as fast as one.
 */
export function apply({ weight, bias }: Affine, vector: Float64Array, out: Float64Array, start = 0): void {
  const columns = vector.length;
  const rows = weight.length / columns;
  for (let row = 0; row < rows; row += 4) {
    const a = row * columns;
    const b = row + 1 < rows ? a + columns : a;
    const c = row + 2 < rows ? b + columns : a;
    const d = row + 3 < rows ? c + columns : a;
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let column = 0; column < columns; column++) {
      const v = vector[column] as number;
      sumA += (weight[a + column] as number) * v;
      sumB += (weight[b + column] as number) * v;
      sumC += (weight[c + column] as number) * v;
      sumD += (weight[d + column] as number) * v;
    }
    const at = start + row;
    out[at] = sumA;
    if (row + 1 < rows) out[at + 1] = sumB;
    if (row + 2 < rows) out[at + 2] = sumC;
    if (row + 3 < rows) out[at + 3] = sumD;
  }
  if (bias !== null)
    for (let row = 0; row < rows; row++) out[start + row] = (out[start + row] as number) + (bias[row] as number);
}

/** Write W v + b, (R,), for the one-hot vector v of size `columns` that is 1 at `index`: a column of W, plus b. */
export function applyToOneHot({ weight, bias }: Affine, index: number, columns: number, out: Float64Array): void {
  for (let row = 0; row < out.length; row++)
    out[row] = (weight[row * columns + index] as number) + (bias === null ? 0 : (bias[row] as number));
}
