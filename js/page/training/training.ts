/** Trainings in the page, as the page uses them: `kernel/page-training.ts` has them in a worker. */
import type { ReadonlySignal } from "@preact/signals";
import type { PlayerStore } from "../../player/store";
import type { Kernel } from "../../player/types";
import type { Adopted, RunOptions } from "../../training/types";

export interface Training {
  /** Train from scratch; with `keep`, beside the runs so far. */
  begin(runs: RunOptions[], keep: boolean): void;
  /** Go on with recordings; null: one that cannot go on. */
  adopt(runs: (Adopted | null)[]): void;
  kernel(run: number): Kernel;
  /** Show the runs in these stores from now on; they are live. */
  connect(stores: readonly PlayerStore[]): void;
  /** Start a run, or all, again with the weights of another seed. */
  reset(run: number | null, seed: number): void;
  /** The bytes of a .npz file. */
  download(run: number): Promise<Uint8Array>;
  /** Why nothing can be trained, as the browser says it; null: it can. */
  readonly failure: ReadonlySignal<string | null>;
  dispose(): void;
}

/** Start the worker of a page. */
export type StartTraining = () => Promise<Training>;
