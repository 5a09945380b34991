/** Trainings in a page, without a worker. */

import type { Scheduler } from "../drawing/scheduler";
import type { WorkerLike } from "../kernel/page-training";
import { pageWordsFor } from "../text/page-words";
import { Session } from "../training/session";
import type { FromWorker, RunOptions, ToWorker } from "../training/types";

export const words = pageWordsFor("en");

/** The classic lab. */
export const classic: RunOptions = {
  text: " I think therefore I am.",
  cell: "lstm",
  hiddenSize: null,
  layers: 1,
  nonlinearity: "tanh",
  bias: true,
  forgetBias: 0,
  dtype: "float32",
  embedding: null,
  output: false,
  optimizer: { kind: "adam" },
  lr: 0.1,
  seed: 0,
  window: null,
  epochs: 300,
};

type Listen = Parameters<WorkerLike["addEventListener"]>[1];

/** A worker in this thread; messages are copied, as a browser does. Time passes by the scheduler only. */
export class FakeWorker implements WorkerLike {
  readonly sent: ToWorker[] = [];
  readonly #listeners: Listen[] = [];
  readonly #onErrors: Listen[] = [];
  readonly #session: Session;

  constructor(scheduler: Pick<Scheduler, "now" | "after">, speed = 4000) {
    const post = (data: FromWorker) => {
      const copy = structuredClone(data);
      scheduler.after(0, () => {
        for (const listen of this.#listeners) listen({ data: copy });
      });
    };
    // Each look at the clock takes a little time, so that slices end.
    let spent = 0;
    const clock = {
      now: () => {
        spent += 1000 / speed;
        return scheduler.now() + spent;
      },
      after: (ms: number, call: () => void) => {
        scheduler.after(ms + spent, () => {
          spent = 0;
          call();
        });
      },
    };
    this.#session = new Session(post, clock);
  }

  postMessage(message: ToWorker): void {
    this.sent.push(message);
    this.#session.receive(structuredClone(message));
  }

  addEventListener(kind: "message" | "error", listen: Listen): void {
    (kind === "message" ? this.#listeners : this.#onErrors).push(listen);
  }

  /** Send the message of an error in the worker; without one, as a browser that does not let a page have a worker. */
  fail(message?: string): void {
    if (message === undefined) for (const listen of this.#onErrors) listen({} as Parameters<Listen>[0]);
    else for (const listen of this.#listeners) listen({ data: { kind: "failed", message } });
  }

  terminate(): void {
    this.#listeners.length = 0;
  }
}

/** A worker that the page's policy does not allow: the browser says so later, without a message. */
export class BlockedWorker implements WorkerLike {
  readonly sent: ToWorker[] = [];
  readonly #scheduler: Pick<Scheduler, "after">;

  constructor(scheduler: Pick<Scheduler, "after">) {
    this.#scheduler = scheduler;
  }

  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }

  addEventListener(kind: "message" | "error", listen: (event: { data: FromWorker; message?: string }) => void): void {
    if (kind === "error") this.#scheduler.after(5, () => listen({ data: undefined as never }));
  }

  terminate(): void {}
}
