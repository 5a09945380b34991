/** The outline of the losses on the timeline: the highest loss of every pixel column. */
import { epochOffset } from "./layout";

export interface Scale {
  readonly low: number;
  readonly high: number;
}

/**
 * A range that shows the shape of training: losses above 1.5 times the first one are cut off instead of flattening the
 * rest. The loss chart has the same limit, unless the median loss is higher (`loss_range` in recording/loss_axis.py).
 */
export function lossScale(losses: ArrayLike<number>): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let first = Number.NaN;
  for (let epoch = 0; epoch < losses.length; epoch++) {
    const loss = losses[epoch] as number;
    if (!Number.isFinite(loss)) continue;
    if (Number.isNaN(first)) first = loss;
    low = Math.min(low, loss);
    high = Math.max(high, loss);
  }
  if (Number.isNaN(first)) return { low: 0, high: 1 };
  high = Math.min(high, Math.max(first + 0.5 * Math.abs(first), low));
  const range = Math.max(high - low, 0.01); // constant losses stay flat
  return { low: low - 0.12 * range, high: low + range };
}

/** The height of a loss as a share of the full height, 0..1; 1 for a non-finite loss. */
export function lossHeight(loss: number, { low, high }: Scale): number {
  if (!Number.isFinite(loss)) return 1;
  return high > low ? Math.min(1, Math.max(0, (loss - low) / (high - low))) : 0;
}

/** Points (x, height 0..1) of the highest loss in every pixel column, for epochs start .. start + losses.length - 1. */
export function outline(
  losses: ArrayLike<number>,
  start: number,
  axisEpochs: number,
  width: number,
  scale: Scale,
): [number, number][] {
  const points: [number, number][] = [];
  let [column, height] = [-1, 0];
  for (let index = 0; index < losses.length; index++) {
    const x = epochOffset(start + index, axisEpochs, width);
    const at = lossHeight(losses[index] as number, scale);
    if (Math.floor(x) === column) {
      height = Math.max(height, at);
      (points[points.length - 1] as [number, number])[1] = height;
    } else {
      [column, height] = [Math.floor(x), at];
      points.push([x, at]);
    }
  }
  return points;
}
