/** The geometry of the loss plots of a sweep, in shares of their width and height; (0, 0) is the upper left corner. */
import { epochOffset } from "./layout";

export type Point = readonly [x: number, y: number];

/** A loss axis; Python computes it (recording/sweep_axes.py). */
export interface LossAxis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

export interface LossRange extends LossAxis {
  readonly log: boolean;
}

/** The epoch that point `j` of a curve stands for; an exact one unless the curve is thinned. */
export const pointEpoch = (j: number, points: number, epochs: number): number =>
  points > 0 ? ((j + 0.5) * epochs) / points - 0.5 : 0;

/** The height of a loss, 0 at the top, 1 at the bottom; what is beyond the range is at its edge. */
export function lossY(loss: number, { low, high, log }: LossRange): number {
  const share = log ? Math.log(Math.max(loss, low) / low) / Math.log(high / low) : (loss - low) / (high - low);
  return 1 - Math.max(0, Math.min(1, share));
}

/** The points of a curve on a plot of `axisEpochs` epochs; those that are not finite are left out. */
export function curvePoints(losses: Float32Array, epochs: number, axisEpochs: number, range: LossRange): Point[] {
  const points: Point[] = [];
  losses.forEach((loss, j) => {
    if (!Number.isFinite(loss)) return;
    points.push([epochOffset(pointEpoch(j, losses.length, epochs), axisEpochs, 1), lossY(loss, range)]);
  });
  return points;
}

/** The path of curves in a drawing of this many units each way. */
export const UNITS = 1000;

export function pathOf(curves: readonly (readonly Point[])[]): string {
  const number = (share: number): string => (share * UNITS).toFixed(1);
  return curves
    .map((points) => points.map(([x, y], i) => `${i > 0 ? "L" : "M"}${number(x)} ${number(y)}`).join(""))
    .join("");
}

/**
 * The curve nearest to a pointer, or -1 if there is none. `size`: of the plot, px, in which distances are measured;
 * `pointer` in shares. Beyond the end of a curve its last point counts.
 */
export function nearestCurve(curves: readonly (readonly Point[])[], pointer: Point, size: Point): number {
  let [best, nearest] = [-1, Number.POSITIVE_INFINITY];
  curves.forEach((points, curve) => {
    const distance = distanceTo(points, pointer, size);
    if (distance < nearest) [best, nearest] = [curve, distance];
  });
  return best;
}

function distanceTo(points: readonly Point[], [px, py]: Point, [width, height]: Point): number {
  let nearest = Number.POSITIVE_INFINITY;
  points.forEach(([x1, y1], i) => {
    const [x0, y0] = points[Math.max(0, i - 1)] as Point;
    const [dx, dy] = [(x1 - x0) * width, (y1 - y0) * height];
    const [ax, ay] = [(px - x0) * width, (py - y0) * height];
    const length = dx * dx + dy * dy;
    const along = length > 0 ? Math.max(0, Math.min(1, (ax * dx + ay * dy) / length)) : 0;
    nearest = Math.min(nearest, Math.hypot(ax - along * dx, ay - along * dy));
  });
  return nearest;
}
