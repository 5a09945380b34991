/** Made-up sweeps for tests and the demo, without a kernel. */
import type { SweepAxis, SweepBox, SweepRate, SweepRun, SweepState } from "../player/sweep-data";
import { encodedRecording } from "./bytes";
import { fakeParts } from "./recordings";

export interface FakeSweepOptions {
  text?: string;
  axes?: readonly SweepAxis[];
  seeds?: readonly number[];
  epochs?: number;
  /** How many runs are done; defaults to all. */
  done?: number;
  /** The runs that diverge, and those that fail with these messages. */
  diverged?: readonly number[];
  failed?: Readonly<Record<number, string>>;
  /** Fields that replace those of the state. */
  change?: Partial<SweepState>;
}

export const CELLS: SweepAxis = { name: "cell", values: ["RNN", "GRU", "LSTM"] };
export const RATES: SweepAxis = { name: "lr", values: ["lr 0.1", "lr 0.01"] };

/** A number from 0 to 1 that looks random. */
const chance = (run: number, salt: number): number => {
  const x = Math.sin(run * 127.1 + salt * 311.7) * 43758.5453;
  return x - Math.floor(x);
};

/** How often the runs of a box learn, ever and at the end, and which loss they reach. */
const RECIPES = [
  [0, 0, 1.09],
  [0.1, 0.1, 1.11],
  [0.2, 0, 1.07],
  [0.6, 0.2, 1.1],
  [0.6, 0.1, 1.29],
  [0.85, 0.75, 1.29],
] as const;

/** A sweep, and its curves as Python packs them. */
export function fakeSweep(options: FakeSweepOptions = {}): { state: SweepState; curves: DataView } {
  const { text = " I think therefore I am.", axes = [CELLS, RATES], epochs = 300, failed = {} } = options;
  const seeds = options.seeds ?? Array.from({ length: 10 }, (_, seed) => seed);
  const shape = axes.map(({ values }) => values.length);
  const boxes = shape.reduce((count, length) => count * length, 1);
  const count = boxes * seeds.length;
  const positions = [...text].length - 1;
  const losses: number[][] = [];
  const runs = Array.from({ length: count }, (_, run): SweepRun => {
    const box = Math.floor(run / seeds.length);
    const state =
      run >= (options.done ?? count)
        ? "waiting"
        : run in failed
          ? "failed"
          : options.diverged?.includes(run)
            ? "diverged"
            : "trained";
    const recorded = state === "waiting" ? 0 : state === "trained" ? epochs : Math.round(epochs * chance(run, 5) * 0.6);
    const curve = lossesOf(run, box, epochs).slice(0, recorded);
    if (state === "diverged") curve.push(Number.NaN);
    losses.push(thinned(curve));
    const [ever, end] = RECIPES[box % RECIPES.length] as (typeof RECIPES)[number];
    const learns = state !== "waiting" && chance(run, 2) < ever;
    const stays = learns && state === "trained" && chance(run, 2) < end;
    return {
      state,
      epochs: curve.length,
      points: losses[run]?.length ?? 0,
      first: learns && recorded > 40 ? Math.round(20 + 60 * chance(run, 3)) : null,
      correct: curve.length === 0 ? 0 : stays ? positions : positions - 1 - Math.floor(5 * chance(run, 4)),
      loss: state === "trained" ? (curve.at(-1) ?? null) : null,
      message: failed[run] ?? "",
    };
  });
  const medians: number[][] = [];
  const grid = Array.from({ length: boxes }, (_, box): SweepBox => {
    const own = runs.slice(box * seeds.length, (box + 1) * seeds.length);
    const done = own.filter(({ state }) => state !== "waiting").length;
    const median = medianOf(losses.slice(box * seeds.length, (box + 1) * seeds.length));
    medians.push(median);
    const right = own.filter(({ state, correct }) => state === "trained" && correct === positions).length;
    return {
      at: indexOf(box, shape),
      start: box * seeds.length,
      done,
      failed: own.filter(({ state }) => state === "diverged" || state === "failed").length,
      ever: wilson(own.filter(({ first }) => first !== null).length, done),
      at_end: wilson(right, done),
      points: median.length,
    };
  });
  const values = Float32Array.from([...losses, ...medians].flat());
  const allDone = (options.done ?? count) >= count;
  const state: SweepState = {
    ...{ text, epochs, positions, seeds, axes, runs, boxes: grid },
    ...{ state: allDone ? "finished" : "running", message: "", can_resume: false },
    losses: { linear: { low: 0.9, high: 2.8, ticks: [1, 2] }, log: { low: 0.8, high: 3, ticks: [1, 2] } },
    seconds_left: allDone ? null : 12,
    ...options.change,
  };
  return { state, curves: new DataView(values.buffer) };
}

/** The recording of a run of a made-up sweep, as Python writes it but not compressed. */
export function fakeRunRecording({ text, epochs, seeds, axes, boxes, runs }: SweepState, run: number): Uint8Array {
  const box = Math.floor(run / seeds.length);
  const cell = axes.findIndex(({ name }) => name === "cell");
  const model = axes[cell]?.values[boxes[box]?.at[cell] ?? 0] ?? "LSTM";
  const recorded = runs[run]?.epochs ?? epochs;
  const learnedAt = (position: number, all: number) =>
    chance(run, position) > 0.9 ? -1 : Math.round((0.05 + 0.5 * chance(run, position)) * all);
  const metadata = { model, hidden_size: 14, lr: 0.1, seed: seeds[run % seeds.length] as number };
  return encodedRecording(fakeParts({ text, epochs: recorded, learnedAt, metadata }));
}

/** The 95 % Wilson interval, as in recording/sweep_summary.py. */
export function wilson(k: number, n: number): SweepRate {
  if (n === 0) return [0, 0, 1];
  const z = 1.959963984540054;
  const [p, z2n] = [k / n, (z * z) / n];
  const middle = (p + z2n / 2) / (1 + z2n);
  const half = (z / (1 + z2n)) * Math.sqrt((p * (1 - p)) / n + z2n / n / 4);
  return [k, k > 0 ? middle - half : 0, k < n ? middle + half : 1];
}

function lossesOf(run: number, box: number, epochs: number): number[] {
  const [, , goal] = RECIPES[box % RECIPES.length] as (typeof RECIPES)[number];
  const pace = (box % 2 === 0 ? 9 : 45) * (0.7 + 0.8 * chance(run, 1));
  const end = goal + 0.1 * (chance(run, 7) - 0.5);
  return Array.from({ length: epochs }, (_, epoch) => {
    const wave = 0.05 * Math.exp(-epoch / (4 * pace)) * Math.sin(epoch / (3 + 4 * chance(run, 6)) + run);
    return end + (2.56 + 0.1 * chance(run, 8) - end) * Math.exp(-epoch / pace) + wave;
  });
}

/** At most 300 points. */
function thinned(losses: readonly number[]): number[] {
  const points = Math.min(300, losses.length);
  return Array.from(
    { length: points },
    (_, j) => losses[Math.round(((j + 0.5) * losses.length) / points - 0.5)] as number,
  );
}

function medianOf(curves: readonly (readonly number[])[]): number[] {
  const longest = Math.max(0, ...curves.map(({ length }) => length));
  return Array.from({ length: longest }, (_, j) => {
    const values = curves.map((curve) => curve[j]).filter((loss): loss is number => Number.isFinite(loss));
    values.sort((a, b) => a - b);
    const middle = values.length >> 1;
    if (values.length === 0) return Number.NaN;
    if (values.length % 2 === 1) return values[middle] as number;
    return ((values[middle - 1] as number) + (values[middle] as number)) / 2;
  });
}

/** The indices of the nth element of an array of this shape. */
function indexOf(n: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = n;
  for (const length of [...shape].reverse()) {
    at.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return at;
}
