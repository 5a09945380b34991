/** A comparison for tests: runs of test kernels, and all that the page sends. */
import { ComparisonStore } from "../player/comparison";
import type { Command, Kernel, Status } from "../player/types";
import { TestKernel } from "./kernel";
import { fakeStatus } from "./recordings";
import { HandTime } from "./time";

/** A command, and the run whose kernel carried it. */
export type Sent = Command & { by: number };

/** A stopped comparison whose runs have these numbers of epochs. */
export function fakeComparison(epochs: readonly number[], status: Partial<Status> = {}) {
  const commands: Sent[] = [];
  /** The cursors that each run's kernel was told. */
  const cursors: number[][] = epochs.map(() => []);
  const links: Kernel[] = epochs.map((_, by) => ({
    send: (command) => commands.push({ ...command, by }),
    setCursor: (cursor) => cursors[by]?.push(cursor),
  }));
  const time = new HandTime();
  const labels = epochs.map((_, run) => `run ${run + 1}`);
  const store = new ComparisonStore(links, labels, time);
  const runs = store.runs.map((run, i) => {
    const kernel = new TestKernel();
    const count = epochs[i] as number;
    kernel.train(count);
    run.receiveStatus(fakeStatus({ speed: 10, state: count > 0 ? "paused" : "idle", head: count - 1, ...status }));
    run.receiveRecording(kernel.recording());
    const send = (revision: number, known: number) => {
      const { chunk, block } = kernel.chunk(revision, known);
      run.receiveChunk(chunk, block);
    };
    return {
      store: run,
      kernel,
      /** The kernel reports a changed status. */
      report: (change: Partial<Status>) => run.receiveStatus({ ...run.status.peek(), ...change }),
      /** The run trains this many epochs, which arrive. */
      train(n: number) {
        const known = kernel.epochs.length;
        kernel.train(n);
        send(kernel.revision, known);
      },
      /** The run keeps this many epochs, then trains more. */
      cut(count: number, more = 0) {
        const { revision, epochs: before } = kernel;
        kernel.cut(count);
        kernel.train(more);
        send(revision, before.length);
      },
    };
  });
  const run = (i: number) => runs[i] as (typeof runs)[number];
  const report = (change: Partial<Status>) => {
    for (const each of runs) each.report(change);
  };
  const { stage } = store;
  const state = () => ({ mode: stage.mode.peek(), cursor: stage.cursor.peek(), front: stage.front.peek() });
  return { store, stage, run, runs, time, commands, cursors, report, state };
}
