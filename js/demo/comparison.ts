/** A comparison for the demo: made-up runs on one text, each of which learns it at its own pace. */
import { browserScheduler } from "../drawing/scheduler";
import { ComparisonStore } from "../player/comparison";
import type { Connection, Status } from "../player/types";
import { fakeParts } from "../testing/recordings";
import { DemoKernel } from "./kernel";

interface RunOptions extends Partial<Status> {
  /** The number of epochs that are recorded so far. */
  epochs?: number;
  text?: string;
}

/** `options`: of the run of the same number; `connection` is the same for all. */
export function demoComparison(labels: readonly string[], options: readonly RunOptions[], connection: Connection) {
  const kernels = labels.map((_, run) => {
    const { epochs, text, ...status } = options[run] ?? {};
    const paced = (position: number, all: number) => Math.round(((0.1 + ((position * (run + 3)) % 7) / 9) * all) / 2);
    const parts = fakeParts({
      ...(text && { text }),
      learnedAt: paced,
      events: [{ epoch: 19 + run, kind: "all_correct" }],
    });
    return new DemoKernel(parts, epochs ?? parts.records.count, status);
  });
  const [first] = kernels as [DemoKernel, ...DemoKernel[]];
  first.send = (command) => {
    first.commands.push(command);
    for (const kernel of command.run === null ? kernels : [first]) kernel.obey(command);
  };
  const comparison = new ComparisonStore(kernels, labels, browserScheduler);
  kernels.forEach((kernel, run) => {
    const store = comparison.runs[run];
    if (!store) return;
    kernel.connect(store);
    store.receiveConnection(connection);
  });
  return { comparison, commands: kernels.map((kernel) => kernel.commands) };
}
