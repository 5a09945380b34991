/** What a sweep shows, as Python sends it: the runs and their boxes as JSON, and their loss curves as floats. */
import type { LossAxis } from "../drawing/sweep-plot";
import { bytesOf } from "./decode";

export interface SweepAxis {
  /** The name of the option, e.g. "lr". */
  readonly name: string;
  /** Its values as short texts, e.g. "lr 0.1". */
  readonly values: readonly string[];
}

export interface SweepRun {
  readonly state: "waiting" | "trained" | "diverged" | "failed";
  /** The number of recorded epochs. */
  readonly epochs: number;
  /** The number of values of its curve. */
  readonly points: number;
  /** The first epoch at which all predictions were correct. */
  readonly first: number | null;
  /** Correct predictions at the last epoch. */
  readonly correct: number;
  /** Of the last epoch, nats per token; null: not finite, or nothing is recorded. */
  readonly loss: number | null;
  /** Why it failed. */
  readonly message: string;
}

/** Successes, and the ends of the 95 % interval of their rate. */
export type SweepRate = readonly [k: number, low: number, high: number];

/** The runs that differ in their seeds only. */
export interface SweepBox {
  /** The number of the value of each axis. */
  readonly at: readonly number[];
  /** The number of its first run. */
  readonly start: number;
  readonly done: number;
  /** How many diverged or failed. */
  readonly failed: number;
  readonly ever: SweepRate;
  readonly at_end: SweepRate;
  /** The number of values of the curve of its median. */
  readonly points: number;
}

export interface SweepState {
  readonly text: string;
  /** The number of epochs of each run. */
  readonly epochs: number;
  /** The number of positions that count. */
  readonly positions: number;
  readonly seeds: readonly number[];
  readonly axes: readonly SweepAxis[];
  readonly state: "running" | "finished" | "stopped";
  /** Why it stopped, or "stopping" while it is about to; "" if there is nothing to say. */
  readonly message: string;
  readonly can_resume: boolean;
  readonly seconds_left: number | null;
  /** The loss axes that all boxes share. */
  readonly losses: { readonly linear: LossAxis; readonly log: LossAxis };
  /** In the order of the grid: the seeds vary fastest, the first axis slowest. */
  readonly runs: readonly SweepRun[];
  readonly boxes: readonly SweepBox[];
}

/** Losses, nats per token; longer curves are thinned. */
export interface SweepCurves {
  /** By run. */
  readonly runs: readonly Float32Array[];
  /** By box. */
  readonly medians: readonly Float32Array[];
}

/** Whether a trait of a model describes a sweep. */
export const isSweep = (value: unknown): value is SweepState =>
  Array.isArray((value as Partial<SweepState> | null | undefined)?.runs);

/** Whether it stops as soon as the runs in progress have ended. */
export const isStopping = ({ state, message }: Pick<SweepState, "state" | "message">): boolean =>
  state === "running" && message === "stopping";

/** Split the curves: those of the runs, then the medians of the boxes. Throws an Error if their length is wrong. */
export function decodeCurves(packed: unknown, { runs, boxes }: Pick<SweepState, "runs" | "boxes">): SweepCurves {
  const bytes = bytesOf(packed);
  const points = [...runs, ...boxes].reduce((sum, each) => sum + each.points, 0);
  if (bytes.byteLength !== 4 * points) {
    throw new Error(`damaged curves: ${points} points take ${4 * points} bytes, got ${bytes.byteLength}`);
  }
  const values = new Float32Array(bytes.slice().buffer); // the copy is aligned
  let start = 0;
  const next = ({ points }: { readonly points: number }): Float32Array => {
    start += points;
    return values.subarray(start - points, start);
  };
  return { runs: runs.map(next), medians: boxes.map(next) };
}

/** The numbers of the runs of a box by increasing seed. */
export function runsBySeed({ seeds }: Pick<SweepState, "seeds">, { start }: Pick<SweepBox, "start">): number[] {
  const order = seeds.map((_, i) => i).sort((a, b) => (seeds[a] as number) - (seeds[b] as number));
  return order.map((i) => start + i);
}

/** The box of a run. */
export const boxOf = ({ seeds, boxes }: Pick<SweepState, "seeds" | "boxes">, run: number): SweepBox =>
  boxes[Math.floor(run / seeds.length)] as SweepBox;

export const seedOf = ({ seeds }: Pick<SweepState, "seeds">, run: number): number =>
  seeds[run % seeds.length] as number;

/** How many runs are not waiting. */
export const doneOf = ({ boxes }: Pick<SweepState, "boxes">): number => boxes.reduce((sum, { done }) => sum + done, 0);
