/** Products with the weights of a network, which are views of its flat weights. */
import type { FlatWeights } from "./types";

/** An affine map: weight (R, C) row after row, bias (R,) or null for none. */
export interface Affine {
  readonly weight: FlatWeights;
  readonly bias: FlatWeights | null;
}

/** Write W v + b, (R,), to `out` from `start` on. */
export function apply({ weight, bias }: Affine, vector: Float64Array, out: Float64Array, start = 0): void {
  const columns = vector.length;
  const rows = weight.length / columns;
  for (let row = 0; row < rows; row++) {
    let sum = bias === null ? 0 : (bias[row] as number);
    for (let column = 0; column < columns; column++)
      sum += (weight[row * columns + column] as number) * (vector[column] as number);
    out[start + row] = sum;
  }
}

/** Write W v + b, (R,), for the one-hot vector v of size `columns` that is 1 at `index`: a column of W, plus b. */
export function applyToOneHot({ weight, bias }: Affine, index: number, columns: number, out: Float64Array): void {
  for (let row = 0; row < out.length; row++)
    out[row] = (weight[row * columns + index] as number) + (bias === null ? 0 : (bias[row] as number));
}
