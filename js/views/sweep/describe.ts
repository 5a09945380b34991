/** How far a sweep is, and how its boxes and runs ended, in words. Pure. */
import { doneOf, type SweepBox, type SweepRate, type SweepRun, type SweepState } from "../../player/sweep-data";
import { fill, loss3, type Words } from "../../text/words";
import { describeLeft } from "./labels";

/** "all correct first at epoch 26; at the end 22 of 23, loss 1.295" */
export function describeRun(words: Words, run: SweepRun, positions: number): string {
  if (run.state === "waiting") return words.sweep_run_waiting;
  if (run.state === "failed") return fill(words.sweep_run_failed, { message: run.message });
  const first = run.first === null ? words.sweep_never : fill(words.sweep_first, { epoch: run.first });
  return `${first}; ${describeEnd(words, run, positions)}`;
}

/** How a run that recorded something ended. */
export function describeEnd(words: Words, { state, epochs, correct, loss }: SweepRun, positions: number): string {
  if (state === "diverged") return fill(words.sweep_run_diverged, { epoch: Math.max(0, epochs - 1) });
  return fill(words.sweep_end, { correct, positions, loss: loss3(loss ?? Number.NaN) });
}

export const describeRate = (template: string, [k]: SweepRate, n: number): string => fill(template, { k, n });

/** What a box has besides its rates: how many runs are done if not all, how many diverged, how many failed. */
export function describeBox(words: Words, { done }: SweepBox, runs: readonly SweepRun[]): string {
  const count = (state: SweepRun["state"]) => runs.filter((run) => run.state === state).length;
  const [diverged, failed] = [count("diverged"), count("failed")];
  return [
    done > 0 && done < runs.length && fill(words.sweep_box_done, { done, count: runs.length }),
    diverged > 0 && fill(words.sweep_diverged, { count: diverged }),
    failed > 0 && fill(words.sweep_failed, { count: failed }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** How far the sweep is, and why it stopped. */
export function describeProgress(words: Words, sweep: SweepState): string {
  const values = { done: doneOf(sweep), count: sweep.runs.length };
  const { state, seconds_left, message } = sweep;
  if (state === "finished") return fill(words.sweep_finished, values);
  if (state === "stopped") return [fill(words.sweep_stopped, values), message].filter(Boolean).join(" ");
  const progress = fill(words.sweep_progress, values);
  return seconds_left === null ? progress : `${progress}, ${describeLeft(words, seconds_left)}`;
}

/** Failed runs that have the same message. */
export interface Failure {
  readonly message: string;
  readonly runs: readonly number[];
}

/** The failed runs by message, in the order of their first runs. */
export function failuresOf({ runs }: Pick<SweepState, "runs">): Failure[] {
  const byMessage = new Map<string, number[]>();
  runs.forEach(({ state, message }, run) => {
    if (state !== "failed") return;
    const known = byMessage.get(message);
    if (known) known.push(run);
    else byMessage.set(message, [run]);
  });
  return Array.from(byMessage, ([message, failed]) => ({ message, runs: failed }));
}

/** What a screen reader hears of the progress: a change of state, and every quarter. */
export function describeMilestone(words: Words, sweep: SweepState): string {
  if (sweep.state !== "running") return describeProgress(words, sweep);
  const [done, count] = [doneOf(sweep), sweep.runs.length];
  const quarter = Math.floor((4 * done) / count);
  return fill(words.sweep_progress, { done: Math.ceil((quarter * count) / 4), count });
}
