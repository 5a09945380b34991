/** Starts trainings in the page: the worker's source is in the page. */
import { effect } from "@preact/signals";
import { browserScheduler } from "../../drawing/scheduler";
import { PageTraining, type WorkerLike } from "../../kernel/page-training";
import type { PlayerStore } from "../../player/store";
import type { PageWords } from "../../text/page-words";
import { embeddedText, unpacked } from "../contents";

/** Start the worker of a page. */
export type StartTraining = () => Promise<PageTraining>;

/** How to start trainings; null: this page cannot train. Rejects if the page is damaged. */
export function startTraining(words: PageWords): StartTraining | null {
  const packed = embeddedText("epochscope-worker");
  if (packed === null) return null;
  return async () => {
    const source = (await unpacked(packed)) as Uint8Array<ArrayBuffer>;
    return new PageTraining(() => workerOf(source), words, browserScheduler);
  };
}

function workerOf(source: Uint8Array<ArrayBuffer>): WorkerLike {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return new Worker(url) as WorkerLike;
}

/**
 * Wait until a condition holds, which reads signals. Rejects once the training has failed: a browser says only later
 * that a worker cannot start.
 */
export function until({ failure }: PageTraining, condition: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = effect(() => {
      if (failure.value !== null) reject(new Error(failure.value));
      else if (condition()) resolve();
      else return;
      queueMicrotask(() => stop());
    });
  });
}

/** Say in the stores of a training that it has stopped, once it has failed. Returns how to end this. */
export function tellFailure({ failure }: PageTraining, stores: readonly PlayerStore[]): () => void {
  return failure.subscribe((message) => {
    if (message === null) return;
    for (const store of stores) {
      const status = store.status.peek();
      if (status.state === "training") store.receiveStatus({ ...status, state: "failed", reason: "error", message });
    }
  });
}
