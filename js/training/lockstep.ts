/** What a command for all runs of a comparison is for each of them, as `runs/lockstep.py` decides it. */
import type { PageRun } from "./page-run";
import type { WorkerCommand } from "./types";

export type Order = readonly [PageRun, WorkerCommand];

export function ordersOf(runs: readonly PageRun[], command: WorkerCommand): Order[] {
  if (command.command === "step") {
    const target = Math.min(...next(runs).map(({ epochs }) => epochs)) + command.n;
    return next(runs, target).map((run) => [run, { command: "step", n: target - run.epochs }]);
  }
  if (command.command !== "play") return runs.map((run) => [run, command]);
  const { speed, until } = command;
  if (!until && runs.some((run) => run.isTraining)) return runs.map((run) => [run, { command: "speed", speed }]);
  const going = next(runs, until?.epochs);
  return runs.map((run) => [run, going.includes(run) ? command : { command: "pause" }]);
}

/** The runs that go on up to an epoch, by default up to their goals; all if they are there. */
function next(runs: readonly PageRun[], until?: number): PageRun[] {
  const able = runs.filter((run) => !run.trainer.diverged);
  const behind = able.filter((run) => run.epochs < (until ?? run.goal));
  return behind.length > 0 ? behind : able;
}
