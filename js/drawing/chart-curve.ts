/** The points of curves as bqplot draws them, as recording/loss_axis.py and widget/chart_points.py compute them. */

/** Points of a curve: epochs, and losses in nats per token. */
export interface Points {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

const MAX_FLOAT32 = 3.4028234663852886e38;

/**
 * At most `most` points (at least 5) that draw the same curve, in float32: of buckets of equally many epochs the lowest
 * loss, the highest, and one that is not finite, as NaN: a gap. There is no gap at the end, where bqplot would pin a label.
 */
export function curvePoints(losses: Float64Array, most: number, start = 0): Points {
  const kept = keptEpochs(losses, most);
  let count = kept.length;
  while (count > 0 && !Number.isFinite(losses[kept[count - 1] as number])) count--;
  const epochs = kept.slice(0, count);
  return {
    x: Float32Array.from(epochs, (epoch) => epoch + start),
    y: Float32Array.from(epochs, (epoch) => drawn(losses[epoch] as number)),
  };
}

function drawn(loss: number): number {
  if (!Number.isFinite(loss)) return Number.NaN;
  return Math.max(-MAX_FLOAT32, Math.min(MAX_FLOAT32, loss));
}

function keptEpochs(losses: Float64Array, most: number): number[] {
  const count = losses.length;
  if (count <= most) return Array.from(losses, (_, epoch) => epoch);
  const kept = new Set([0, count - 1]);
  const buckets = Math.floor((most - 2) / 3);
  const startOf = (bucket: number) => Math.trunc(bucket * (count / buckets));
  for (let bucket = 0; bucket < buckets; bucket++) {
    const stop = bucket + 1 < buckets ? startOf(bucket + 1) : count;
    let [low, high, other] = [-1, -1, -1];
    for (let epoch = startOf(bucket); epoch < stop; epoch++) {
      const loss = losses[epoch] as number;
      if (!Number.isFinite(loss)) other = other < 0 ? epoch : other;
      else {
        if (low < 0 || loss < (losses[low] as number)) low = epoch;
        if (high < 0 || loss > (losses[high] as number)) high = epoch;
      }
    }
    for (const epoch of [low, high, other]) if (epoch >= 0) kept.add(epoch);
  }
  return [...kept].sort((a, b) => a - b);
}

/** Curves of the same length: each one repeats its last point. bqplot squeezes a single curve into its points. */
export function stacked(curves: readonly Float32Array[], length: number): Row | Row[] {
  const at = (points: Float32Array, i: number) => points[Math.min(i, points.length - 1)] as number;
  return squeezed(curves.map((points) => Float32Array.from({ length }, (_, i) => at(points, i))));
}

type Row = Float32Array | Float64Array;

/** A single row as such, and no row as an empty one, as bqplot stores them. */
export const squeezed = (rows: readonly Row[]): Row | Row[] =>
  rows.length > 1 ? [...rows] : (rows[0] ?? new Float64Array());
