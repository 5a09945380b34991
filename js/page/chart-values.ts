/** What the models of the loss chart have for given recordings: what LossChart.show and ComparisonChart.show set in Python. */
import { epochsOnAxis } from "../drawing/axis";
import { curvePoints, type Points, squeezed, stacked } from "../drawing/chart-curve";
import * as axes from "../drawing/loss-axis";
import { runColor } from "../drawing/run-style";
import type { Recording, Reference } from "../player/types";
import { fill, type Words } from "../text/words";

/** Values of traits that are set together. */
export type Traits = Readonly<Record<string, unknown>>;

/** An axis with what is drawn on it. */
export interface AxisValues {
  readonly scale: Traits;
  readonly axis: Traits;
  /** the lines of the reference losses */
  readonly lines: Traits;
  /** their labels at the left and at the right end */
  readonly labels: readonly [Traits, Traits];
  /** the names of the runs of a comparison */
  readonly names: Traits | null;
}

export interface ChartValues {
  readonly x: Traits;
  readonly epochs: Traits;
  readonly figure: Traits;
  readonly losses: Traits;
  readonly linear: AxisValues;
  readonly log: AxisValues;
  /** of the chart of one run */
  readonly events: Traits | null;
  readonly oldBranches: Traits | null;
}

export type Recorded = Pick<Recording, "losses" | "references" | "events" | "oldBranches">;

export interface Shown {
  readonly runs: readonly Recorded[];
  /** The number of epochs at the end of the longest run. */
  readonly goal: number;
  /** Whether epochs are being recorded. */
  readonly growing: boolean;
}

const MAX_POINTS = 2_000;
/** Of the epochs, left free at both sides. */
const SIDE = 0.025;
/** px, assumed to place labels. */
const PLOT: readonly [number, number] = [260, 180];
const TICK_STEPS = 5;
/** The smallest distance between two names, as a share of the plot's height. */
const SPACING = 13 / 240;

/** `names`: those of the runs of a comparison; null: the chart of one run. */
export function chartValues(shown: Shown, names: readonly string[] | null, words: Words): ChartValues {
  const { runs } = shown;
  const older = names === null ? (runs[0]?.oldBranches ?? []) : [];
  const last = epochsOnAxis({
    epochs: Math.max(0, ...runs.map(({ losses }) => losses.length)),
    longest: Math.max(0, ...older.map(({ start, losses }) => start + losses.length)),
    goal: shown.goal,
    growing: shown.growing,
  });
  const curves = runs.map(({ losses }) => curvePoints(losses, MAX_POINTS));
  const visible = joined([...runs, ...older].map(({ losses }) => losses));
  const linear = axes.lossRange(visible, sharedReferences(runs));
  const log = axes.logRange(visible, linear);
  const plot: Plot = { last, curves, names, words };
  return {
    x: { min: -SIDE * last, max: (1 + SIDE) * last },
    epochs: { tick_values: axes.epochTicks(last) },
    figure: { fig_margin: { top: 12, bottom: 32, left: 40, right: rightMargin(last, names) } },
    losses: names === null ? { ...(curves[0] ?? { x: [], y: [] }) } : severalCurves(curves),
    linear: axisValues(linear, axes.ticks(linear.low, linear.high, TICK_STEPS), LINEAR, plot),
    log: axisValues(log, axes.logTicks(log.low, log.high), LOGARITHMIC, plot),
    events: names === null && runs[0] ? eventValues(runs[0]) : null,
    oldBranches: names === null ? branchValues(older) : null,
  };
}

interface Plot {
  readonly last: number;
  readonly curves: readonly Points[];
  readonly names: readonly string[] | null;
  readonly words: Words;
}

/** A scale: the heights of losses on an axis, 0 at the bottom and 1 at the top, and the losses at heights. */
interface Scale {
  height(loss: number, range: axes.LossRange): number;
  loss(height: number, range: axes.LossRange): number;
}

const LINEAR: Scale = {
  height: (loss, { low, high }) => (loss - low) / (high - low),
  loss: (height, { low, high }) => low + height * (high - low),
};

const LOGARITHMIC: Scale = {
  height: (loss, { low, high }) =>
    (Math.log(Math.max(loss, low / 2)) - Math.log(low)) / (Math.log(high) - Math.log(low)),
  loss: (height, { low, high }) => Math.exp(Math.log(low) + height * (Math.log(high) - Math.log(low))),
};

function axisValues(range: axes.LossRange, at: Float64Array, scale: Scale, plot: Plot): AxisValues {
  const { last, curves, names, words } = plot;
  const [low, high] = [-SIDE * last, (1 + SIDE) * last];
  const levels = range.references.map(({ loss }) => loss);
  const shares = {
    x: joined(curves.map(({ x }) => x)).map((epoch) => (epoch - low) / (high - low)),
    y: joined(curves.map(({ y }) => y)).map((loss) => scale.height(loss, range)),
  };
  const placed = range.references.map((reference) => {
    const name = nameOf(reference, words);
    const left = axes.isLeft({ name, height: scale.height(reference.loss, range) }, shares, PLOT);
    return { name, left, loss: reference.loss };
  });
  const labels = (atLeft: boolean, end: number) => {
    const here = placed.filter(({ left }) => left === atLeft);
    return {
      x: new Float64Array(here.length).fill(end),
      y: Float64Array.from(here, ({ loss }) => loss),
      text: here.map(({ name }) => name),
    };
  };
  return {
    scale: { min: range.low, max: range.high },
    axis: { tick_values: at },
    lines: {
      x: squeezed(levels.map(() => Float64Array.of(low, high))),
      y: squeezed(levels.map((level) => Float64Array.of(level, level))),
    },
    labels: [labels(true, 0), labels(false, last - 1)],
    names: names && nameValues(range, scale, curves, names),
  };
}

/** Each name at the end of its curve, as far from the others as it needs. */
function nameValues(range: axes.LossRange, scale: Scale, curves: readonly Points[], names: readonly string[]): Traits {
  const ends = curves
    .map(({ x, y }, run) => ({ run, epoch: x.at(-1), loss: y.at(-1) as number }))
    .filter(({ epoch }) => epoch !== undefined);
  const heights = ends.map(({ loss }) => Math.min(1, Math.max(0, scale.height(loss, range))));
  return {
    x: Float64Array.from(ends, ({ epoch }) => epoch as number),
    y: Float64Array.from(axes.spread(heights, SPACING), (height) => scale.loss(height, range)),
    text: ends.map(({ run }) => names[run] as string),
    colors: ends.length > 0 ? ends.map(({ run }) => runColor(run)) : ["black"], // bqplot accepts no empty list
  };
}

function severalCurves(curves: readonly Points[]): Traits {
  // A curve without points keeps its place, as a point without extent, which is not drawn: the dashes are those of the
  // first, the second curve and so on.
  const drawn = curves.map((curve) => (curve.x.length > 0 ? curve : { x: Float32Array.of(0), y: Float32Array.of(1) }));
  return stackedPoints(drawn);
}

/** bqplot would squeeze a single point into a number. */
function stackedPoints(curves: readonly Points[]): Traits {
  const length = Math.max(2, ...curves.map(({ x }) => x.length));
  return {
    x: stacked(
      curves.map(({ x }) => x),
      length,
    ),
    y: stacked(
      curves.map(({ y }) => y),
      length,
    ),
  };
}

function branchValues(branches: Recorded["oldBranches"]): Traits {
  const parts = branches.map(({ start, losses }) => curvePoints(losses, MAX_POINTS, start));
  return stackedPoints(parts.filter(({ x }) => x.length > 0));
}

function eventValues({ events, losses }: Recorded): Traits {
  const marked = events.filter(({ kind, epoch }) => kind !== "branch" && Number.isFinite(losses[epoch]));
  const color = (kind: string) => `var(--epochscope-${kind === "all_correct" ? "right" : "wrong"}-bar)`;
  return {
    x: Float64Array.from(marked, ({ epoch }) => epoch),
    y: Float64Array.from(marked, ({ epoch }) => losses[epoch] as number),
    colors: marked.length > 0 ? marked.map(({ kind }) => color(kind)) : ["black"],
  };
}

/** px, right of the plot: room for the last tick of the epochs, and for the names of a comparison. */
function rightMargin(last: number, names: readonly string[] | null): number {
  const longest = Math.max(0, ...(names ?? []).map((name) => [...name].length));
  const least = names === null ? 16 : 12 + axes.CHARACTER_WIDTH * 1.1 * longest;
  const label = axes.CHARACTER_WIDTH * last.toLocaleString("en").length;
  return Math.max(least, Math.ceil(label / 2 - SIDE * PLOT[0]) + 4);
}

/** The reference losses that all recordings have: those of the text. */
function sharedReferences([first, ...others]: readonly Recorded[]): readonly Reference[] {
  const isSame = (a: Reference, b: Reference) => a.kind === b.kind && a.loss === b.loss && a.tokens === b.tokens;
  return (first?.references ?? []).filter((each) =>
    others.every(({ references }) => references.some((other) => isSame(each, other))),
  );
}

function nameOf({ kind, tokens }: Reference, words: Words): string {
  if (kind !== "previous") return words[`reference_${kind}`];
  if (!tokens) return words.reference_unigram;
  return tokens === 1 ? words.reference_previous_one : fill(words.reference_previous, { tokens });
}

function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
