/** What the runs and the boxes of a sweep are called. Pure. */
import { boxOf, type SweepAxis, type SweepState, seedOf } from "../../player/sweep-data";
import { fill, type Words } from "../../text/words";

type Grid = Pick<SweepState, "axes" | "seeds" | "boxes">;

/** The options of a box, "LSTM, lr 0.1"; "" if no option varies. */
export const boxLabel = (axes: readonly SweepAxis[], at: readonly number[]): string =>
  axes.map(({ values }, axis) => values[at[axis] as number]).join(", ");

export const seedLabel = (words: Words, sweep: Grid, run: number): string =>
  fill(words.seed, { seed: String(seedOf(sweep, run)) });

/** "LSTM, lr 0.1, seed 7" */
export const runLabel = (words: Words, sweep: Grid, run: number): string =>
  [boxLabel(sweep.axes, boxOf(sweep, run).at), seedLabel(words, sweep, run)].filter(Boolean).join(", ");

/** What tells these runs apart: only the options in which they differ; all of them if it is one run. */
export function distinctLabels(words: Words, sweep: Grid, runs: readonly number[]): string[] {
  const parts = runs.map((run) => [
    ...sweep.axes.map(({ values }, axis) => values[boxOf(sweep, run).at[axis] as number] as string),
    seedLabel(words, sweep, run),
  ]);
  const differs = parts[0]?.map((part, i) => parts.some((other) => other[i] !== part)) ?? [];
  return parts.map((all) => all.filter((_, i) => parts.length < 2 || differs[i]).join(", "));
}

/** The number of runs and what varies: "60 runs: cell, lr × 10 seeds". */
export function describeGrid(words: Words, { axes, seeds, runs }: SweepState): string {
  const count = runs.length === 1 ? words.sweep_run_one : fill(words.sweep_runs, { count: runs.length });
  const varied = axes.map(({ name }) => name).join(", ");
  const seeded = seeds.length === 1 ? words.sweep_seed_one : fill(words.sweep_seeds, { count: seeds.length });
  return fill(words.sweep_of, { runs: count, options: [varied, seeded].filter(Boolean).join(" × ") });
}

/** About how long a sweep still takes. */
export function describeLeft(words: Words, seconds: number): string {
  const rounded = seconds < 10 ? Math.max(1, Math.ceil(seconds)) : Math.round(seconds / 5) * 5;
  if (rounded < 100) return fill(words.sweep_left_seconds, { count: rounded });
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return fill(words.sweep_left_minutes, { count: minutes });
  return fill(words.sweep_left_hours, { count: Math.round(seconds / 3600) });
}
