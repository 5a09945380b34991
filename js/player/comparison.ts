/** Several runs in lock step: one cursor, one transport. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import { RunState } from "./run-state";
import { Stage } from "./stage";
import { PlayerStore } from "./store";
import type { Command, Kernel } from "./types";

/** How many runs the inspection panels show at most. */
const MOST_CHOSEN = 2;

export class ComparisonStore {
  readonly stage: Stage;
  readonly runs: readonly PlayerStore[];
  readonly labels: readonly string[];
  readonly #chosen;
  readonly #all: Kernel;

  /** `kernels[i]` carries the commands of run i. */
  constructor(kernels: readonly Kernel[], labels: readonly string[], scheduler: Scheduler) {
    const [first] = kernels as readonly [Kernel, ...Kernel[]];
    this.#all = {
      send: (command) => first.send({ ...command, run: null }),
      setCursor: (cursor) => first.setCursor(cursor),
    };
    const states = kernels.map(() => new RunState());
    this.stage = new Stage(states, this.#all, scheduler);
    this.runs = kernels.map((kernel, run) => new PlayerStore(kernel, scheduler, states[run], this.stage));
    this.labels = labels;
    this.#chosen = signal<readonly number[]>([kernels.length - 1]);
  }

  /** The one or two runs that the inspection panels show, in order. */
  get chosen(): ReadonlySignal<readonly number[]> {
    return this.#chosen;
  }

  /** Choose a run; `add`: besides the one that is chosen, or not any more if it is one of two. */
  choose(run: number, add = false): void {
    const chosen = this.#chosen.peek();
    if (!(run >= 0 && run < this.runs.length)) return;
    if (!add) this.#chosen.value = [run];
    else if (chosen.includes(run))
      this.#chosen.value = chosen.length > 1 ? chosen.filter((each) => each !== run) : chosen;
    else this.#chosen.value = [...chosen.slice(1 - MOST_CHOSEN), run].sort((a, b) => a - b);
  }

  resetAll(): void {
    this.#change({ command: "reset" });
  }

  /** Restore the weights of the current epoch of all runs that have got as far. */
  rewindAll(): void {
    const epoch = this.stage.cursor.peek();
    if (epoch >= 0) this.#change({ command: "rewind", epoch });
  }

  /** Continue all runs that have got as far from the current epoch with another learning rate. */
  branchAll(lr: number): void {
    const epoch = this.stage.cursor.peek();
    if (epoch >= 0) this.#change({ command: "branch", epoch, lr });
  }

  dispose(): void {
    this.stage.dispose();
  }

  #change(command: Command): void {
    this.stage.stopReplay();
    this.#all.send(command);
  }
}
