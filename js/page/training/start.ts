/** Starts trainings in the page: the worker's source is in the page. */
import { browserScheduler } from "../../drawing/scheduler";
import { PageTraining, type WorkerLike } from "../../kernel/page-training";
import type { PageWords } from "../../text/page-words";
import { embeddedText, unpacked } from "../contents";
import type { StartTraining } from "./training";

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
