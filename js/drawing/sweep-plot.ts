/** The geometry of the loss plots of a sweep, in shares of their width and height; (0, 0) is the upper left corner. */
import { epochOffset } from "./layout";

export type Point = readonly [x: number, y: number];

export interface LossRange {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** The epoch that point `j` of a curve stands for; an exact one unless the curve is thinned. */
export const pointEpoch = (j: number, points: number, epochs: number): number =>
  points > 0 ? ((j + 0.5) * epochs) / points - 0.5 : 0;

/**
 * The losses on the axes of all plots. Like `loss_range` in recording/loss_axis.py: it ends at 1.5 times the usual first
 * loss, so that runaway losses do not flatten the others.
 */
export function sweepRange(curves: readonly Float32Array[], log: boolean): LossRange {
  let [low, high, lowest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const firsts: number[] = [];
  for (const curve of curves) {
    const first = curve.find(Number.isFinite);
    if (first !== undefined) firsts.push(first);
    for (const loss of curve) {
      if (!Number.isFinite(loss)) continue;
      low = Math.min(low, loss);
      high = Math.max(high, loss);
      if (loss > 0) lowest = Math.min(lowest, loss);
    }
  }
  const usual = firsts.sort((a, b) => a - b)[firsts.length >> 1];
  if (usual === undefined) return log ? { low: 0.01, high: 1, log } : { low: 0, high: 1, log };
  const top = Math.max(Math.min(high, usual + 0.5 * Math.abs(usual)), low);
  if (log && top > 0) {
    const bottom = Math.max(Math.min(lowest, top / 2), top * 1e-12);
    return { low: bottom * 0.9, high: top * (top / bottom) ** 0.04, log };
  }
  const size = Math.max(top - low, 0.1);
  const floor = low - 0.04 * size;
  return { low: low >= 0 && low < 0.15 * size ? 0 : floor, high: top + 0.04 * size, log: false };
}

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

/** A few round numbers on a loss axis: multiples of 1, 2 or 5 times a power of ten, or powers of ten. */
export function lossTicks({ low, high, log }: LossRange): number[] {
  return log ? logTicks(low, high) : linearTicks(low, high);
}

function linearTicks(low: number, high: number): number[] {
  const step = roundStep((high - low) / 3);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function logTicks(low: number, high: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from + 1) / 4));
  const powers: number[] = [];
  for (let power = to; power >= from; power -= every) powers.unshift(Number(`1e${power}`));
  return powers.length > 1 ? powers : linearTicks(low, high).filter((tick) => tick > 0);
}

function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return ([1, 2, 5, 10].find((factor) => factor * power >= size * (1 - 1e-9)) as number) * power;
}
