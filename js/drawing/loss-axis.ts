/**
 * Axes of the loss chart: range, ticks and labels, as recording/loss_axis.py computes them for the charts of notebooks.
 * Both are tested on tests/fixtures/loss_chart.json.
 */
import type { Reference } from "../player/types";

/** Times the first or the median loss: what is higher is cut off. */
const RUNAWAY = 1.5;
/** Of the losses' range: a reference that is further below them is not shown. */
const NEAR = 0.25;
/** nats: a loss that hardly changes is drawn almost flat. */
const MIN_RANGE = 0.1;
/** Of the axis, between two labels. */
const MIN_GAP = 1 / 8;
/** Of the highest visible loss: what is lower is not on the logarithmic axis. */
const MIN_SHARE = 1e-12;
/** px, about; the height includes the distance from the line. */
export const CHARACTER_WIDTH = 6.2;
const LABEL_HEIGHT = 18;
/** nats; float32, in which the chart is drawn, holds no more than 3.4e38. */
const MAX_LOSS = 1e37;

/** The visible losses, nats, and the reference losses to show. */
export interface LossRange {
  readonly low: number;
  readonly high: number;
  readonly references: readonly Reference[];
}

/**
 * The range of a linear axis. It ends at 1.5 times the first or the median loss, whichever is higher. Both ends are
 * rounded, so that the axis of a growing recording rarely changes.
 *
 * `losses`: (E,) nats per token; those that are not finite are ignored. `references`: in order of importance.
 */
export function lossRange(losses: Float64Array, references: readonly Reference[]): LossRange {
  const levels = references.map(({ loss }) => loss);
  let finite = losses
    .filter((loss) => Number.isFinite(loss))
    .map((loss) => Math.max(-MAX_LOSS, Math.min(MAX_LOSS, loss)));
  if (finite.length === 0) finite = Float64Array.of(0, levels.length > 0 ? Math.max(...levels) : 1);
  const sorted = finite.toSorted();
  const last = sorted.length - 1;
  const usual = Math.max(finite[0] as number, sorted[Math.floor(last / 2)] as number);
  const limit = usual + (RUNAWAY - 1) * Math.abs(usual);
  const top = Math.max(Math.min(sorted[last] as number, limit), ...levels);
  let bottom = Math.min(sorted[0] as number, top);
  const lowest = bottom - NEAR * (top - bottom);
  const near = references.filter(({ loss }) => loss >= lowest);
  bottom = Math.min(bottom, ...near.map(({ loss }) => loss));
  const size = Math.max(top - bottom, MIN_RANGE, 0.001 * Math.abs(top));
  const margin = 0.04 * size + (size - (top - bottom)) / 2;
  const step = roundStep(size / 40);
  let low = Math.floor((bottom - margin) / step) * step;
  const high = Math.ceil((top + margin) / step) * step;
  if (bottom >= 0) low = Math.max(low, -step);
  return { low, high, references: apart(near, low, high, (loss) => loss) };
}

/** The range of a logarithmic axis; `linear`: that of the linear axis for the same losses. */
export function logRange(losses: Float64Array, linear: LossRange): LossRange {
  let high = linear.high > 0 ? linear.high : 1;
  const least = high * MIN_SHARE;
  const shown = linear.references.filter(({ loss }) => loss > least);
  let lowest = Number.POSITIVE_INFINITY;
  for (const loss of losses) if (Number.isFinite(loss) && loss > least) lowest = Math.min(lowest, loss);
  if (lowest === Number.POSITIVE_INFINITY) lowest = high / 1000;
  lowest = Math.min(lowest, high / 2, ...shown.map(({ loss }) => loss));
  const low = 10 ** (Math.floor(Math.log10(lowest * 0.95) * 10) / 10);
  high *= (high / low) ** 0.05; // room for the uppermost label
  return { low, high, references: apart(shown, low, high, Math.log) };
}

/** Round numbers from `low` to `high`, at most `count` + 1: multiples of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count: number): Float64Array {
  const step = roundStep((high - low) / count);
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Float64Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Round epochs from 0 to `last`, at most 5. */
export const epochTicks = (last: number): Float64Array => ticks(0, last, Math.max(1, Math.min(last, 4)));

/** 1, 2 and 5 times powers of ten; fewer than three are replaced by linear ticks, of more than nine the powers remain. */
export function logTicks(low: number, high: number): Float64Array {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => powerOfTen(first + i));
  const visible = (factors: readonly number[]) =>
    powers
      .flatMap((power) => factors.map((factor) => factor * power))
      .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  const some = visible([1, 2, 5]);
  const found = some.length <= 9 ? some : visible([1]);
  return found.length >= 3 ? Float64Array.from(found) : ticks(low, high, 5);
}

/** A curve or lines in the plot: shares of its width and height, 0 to 1 from the left and from the bottom. */
export interface Shares {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** A label above the line of a reference at this height, a share of the plot. */
export interface Placed {
  readonly name: string;
  readonly height: number;
}

/** Whether a label is at the left end of its line: if the curve covers more of it at the right end. `plot` in px. */
export function isLeft({ name, height: bottom }: Placed, { x, y }: Shares, plot: readonly [number, number]): boolean {
  const wide = [...name].reduce((sum, letter) => sum + (letter >= "\u1100" ? 2 : 1), 0);
  const width = Math.min((CHARACTER_WIDTH * wide) / plot[0], 1);
  const top = bottom + LABEL_HEIGHT / plot[1];
  return covered(1 - width, 1) > covered(0, width);

  /** The share of the points from `start` to `stop` that are behind the label. */
  function covered(start: number, stop: number): number {
    let [there, behind] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      const [at, height] = [x[i] as number, y[i] as number];
      if (!Number.isFinite(height) || at < start || at > stop) continue;
      there++;
      if (height > bottom && height < top) behind++;
    }
    return there > 0 ? behind / there : 0;
  }
}

/** Heights from 0 to 1 that are at least `distance` apart, in the same order, near the given ones (least squares). */
export function spread(heights: readonly number[], distance: number): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => (heights[a] as number) - (heights[b] as number));
  const blocks: { mean: number; count: number }[] = []; // of heights without the distances
  order.forEach((at, i) => {
    let block = { mean: (heights[at] as number) - i * distance, count: 1 };
    for (let below = blocks.at(-1); below !== undefined && below.mean > block.mean; below = blocks.at(-1)) {
      blocks.pop();
      const count = below.count + block.count;
      block = { mean: (below.mean * below.count + block.mean * block.count) / count, count };
    }
    blocks.push(block);
  });
  const means = blocks.flatMap(({ mean, count }) => Array<number>(count).fill(mean));
  const result = Array<number>(heights.length).fill(0);
  order.forEach((at, i) => {
    const below = Math.min((means[i] as number) + distance * i, 1 - distance * (order.length - 1 - i));
    result[at] = Math.max(below, distance * i);
  });
  return result;
}

const powerOfTen = (exponent: number): number => Number(`1e${exponent}`); // `**` rounds differently in some engines

/** The smallest of 1, 2 and 5 times a power of ten that is at least `size`. */
function roundStep(size: number): number {
  const least = Math.max(size, 1e-9);
  const power = powerOfTen(Math.floor(Math.log10(least)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10) * power;
}

/** The references whose labels do not overlap on a scale; the first ones take precedence. */
function apart(references: readonly Reference[], low: number, high: number, scale: (loss: number) => number) {
  const gap = MIN_GAP * (scale(high) - scale(low));
  const kept: Reference[] = [];
  for (const each of references)
    if (kept.every((other) => Math.abs(scale(each.loss) - scale(other.loss)) >= gap)) kept.push(each);
  return kept;
}
