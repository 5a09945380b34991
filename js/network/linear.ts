/** Products with the weights of a network, which are views of its flat weights. */
import type { FlatWeights } from "./types";

/** An affine map: weight (R, C) row after row, bias (R,) or null for none. */
export interface Affine {
  readonly weight: FlatWeights;
  readonly bias: FlatWeights | null;
}

const biasOf = ({ bias }: Affine, row: number) => (bias === null ? 0 : (bias[row] as number));

/**
 * Write W v + b to `out` (R,).
 *
 * Four rows at a time: four sums that do not wait for one another are more than twice as fast as one.
 */
export function apply(affine: Affine, vector: Float64Array, out: FlatWeights): void {
  const { weight } = affine;
  const columns = vector.length;
  const rows = out.length;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const a = row * columns;
    const b = a + columns;
    const c = b + columns;
    const d = c + columns;
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let column = 0; column < columns; column++) {
      const v = vector[column] as number;
      sumA += (weight[a + column] as number) * v;
      sumB += (weight[b + column] as number) * v;
      sumC += (weight[c + column] as number) * v;
      sumD += (weight[d + column] as number) * v;
    }
    out[row] = sumA + biasOf(affine, row);
    out[row + 1] = sumB + biasOf(affine, row + 1);
    out[row + 2] = sumC + biasOf(affine, row + 2);
    out[row + 3] = sumD + biasOf(affine, row + 3);
  }
  for (; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++)
      sum += (weight[row * columns + column] as number) * (vector[column] as number);
    out[row] = sum + biasOf(affine, row);
  }
}

/** Write W v + b to `out` (R,), for the one-hot vector v of size `columns` that is 1 at `index`: a column of W, plus b. */
export function applyToOneHot(affine: Affine, index: number, columns: number, out: FlatWeights): void {
  for (let row = 0; row < out.length; row++)
    out[row] = (affine.weight[row * columns + index] as number) + biasOf(affine, row);
}

/** Add W^T v to `out` (C,), for v (R,). */
export function addTransposed({ weight }: Affine, vector: Float64Array, out: Float64Array): void {
  const [rows, columns] = [vector.length, out.length];
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const a = row * columns;
    const b = a + columns;
    const c = b + columns;
    const d = c + columns;
    const [va, vb, vc, vd] = [vector[row], vector[row + 1], vector[row + 2], vector[row + 3]] as [
      number,
      number,
      number,
      number,
    ];
    for (let column = 0; column < columns; column++)
      out[column] =
        (out[column] as number) +
        (weight[a + column] as number) * va +
        (weight[b + column] as number) * vb +
        (weight[c + column] as number) * vc +
        (weight[d + column] as number) * vd;
  }
  for (; row < rows; row++) {
    const [start, v] = [row * columns, vector[row] as number];
    for (let column = 0; column < columns; column++)
      out[column] = (out[column] as number) + (weight[start + column] as number) * v;
  }
}

/** Add the outer product l r^T to a matrix (R, C), row after row. */
export function addOuter(left: Float64Array, right: ArrayLike<number>, matrix: Float64Array): void {
  const columns = right.length;
  for (let row = 0; row < left.length; row++) {
    const [start, factor] = [row * columns, left[row] as number];
    if (factor === 0) continue;
    for (let column = 0; column < columns; column++)
      matrix[start + column] = (matrix[start + column] as number) + factor * (right[column] as number);
  }
}

/** Add a vector to another one of the same size. */
export function addTo(sum: Float64Array, vector: ArrayLike<number>): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (vector[i] as number);
}
