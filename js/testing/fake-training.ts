/** A stand-in for trainings in a worker, for tests: it "trains" made-up runs and notes what it is asked for. */
import { signal } from "@preact/signals";
import { DemoKernel } from "../demo/kernel";
import type { Training } from "../page/training/training";
import { NO_KERNEL } from "../player/replay";
import type { PlayerStore } from "../player/store";
import type { Kernel, Metadata } from "../player/types";
import type { Adopted, RunOptions } from "../training/types";
import { fakeParts } from "./recordings";

export class FakeTraining implements Training {
  readonly failure = signal<string | null>(null);
  /** The names of the calls, with their arguments. */
  readonly calls: unknown[][] = [];
  #kernels: (DemoKernel | null)[] = [];

  begin(runs: RunOptions[], keep: boolean): void {
    this.calls.push(["begin", runs, keep]);
    this.#kernels = [...(keep ? this.#kernels : []), ...runs.map(kernelOf)];
  }

  adopt(runs: (Adopted | null)[]): void {
    this.calls.push(["adopt", runs]);
    this.#kernels = runs.map((run) => {
      if (run === null) return null;
      const { metadata, records } = run.parts;
      const trained: Metadata & { trained_in_page: number } = { ...metadata, trained_in_page: records.count };
      const parts = fakeParts({ epochs: records.count + 300, metadata: trained });
      return new DemoKernel({ ...parts, revision: run.parts.revision + 1 }, records.count, {});
    });
  }

  /** A command for run null goes to all, as in the worker. */
  kernel(run: number): Kernel {
    return {
      send: (command) => {
        const kernels = command.run === null ? this.#kernels : [this.#kernels[run]];
        for (const kernel of kernels) kernel?.send(command);
      },
      setCursor: NO_KERNEL.setCursor,
    };
  }

  connect(stores: readonly PlayerStore[]): void {
    this.calls.push(["connect", stores.length]);
    stores.forEach((store, run) => {
      store.receiveConnection("live");
      this.#kernels[run]?.connect(store);
    });
  }

  reset(run: number | null, seed: number): void {
    this.calls.push(["reset", run, seed]);
    this.#kernels.forEach((kernel, i) => {
      if (run === null || run === i) kernel?.send({ command: "reset" });
    });
  }

  async download(run: number): Promise<Uint8Array> {
    this.calls.push(["download", run]);
    return new Uint8Array([run]);
  }

  dispose(): void {
    this.calls.push(["dispose"]);
  }
}

function kernelOf({ text, cell, hiddenSize, output, lr, seed, epochs }: RunOptions): DemoKernel {
  const metadata: Metadata & { trained_in_page: number } = {
    ...{ model: cell.toUpperCase(), cell, readout: output, lr, seed, optimizer: "Adam", trained_in_page: 0 },
    hidden_size: hiddenSize ?? new Set(text).size,
  };
  return new DemoKernel(fakeParts({ text, epochs, metadata }), 0, {});
}
