/** Trainings in the page itself: the link between its stores and the worker that trains. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import type { PlayerStore } from "../player/store";
import type { Kernel } from "../player/types";
import type { PageWords } from "../text/page-words";
import type { Adopted, FromWorker, RunMessage, RunOptions, ToWorker } from "../training/types";
import { WeightRequests } from "./weight-requests";

/** A worker, or what stands for it in a test. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  /** `data` of a message, `message` of an error. */
  addEventListener(kind: "message" | "error", listen: (event: { data: FromWorker; message?: string }) => void): void;
  terminate(): void;
}

/** Messages from the worker are in the page's memory: nothing is packed. */
const asIs = async (bytes: Uint8Array): Promise<Uint8Array> => bytes;

export class PageTraining {
  readonly #start: () => WorkerLike;
  readonly #words: PageWords;
  readonly #scheduler: Scheduler;
  readonly #page: Pick<Document, "hidden">;
  readonly #failure = signal<string | null>(null);
  #worker: WorkerLike | null = null;
  #stores: readonly (PlayerStore | null)[] = [];
  #requests: (WeightRequests | null)[] = [];
  #generation = 0;
  /** Of the connection to the present stores. */
  #life = new AbortController();
  /** Files that were asked for, by run. */
  readonly #files = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: Error): void }[]>();

  /** `start` makes the worker; it is called when something is to be trained for the first time. */
  constructor(
    start: () => WorkerLike,
    words: PageWords,
    scheduler: Scheduler,
    page: Pick<Document, "hidden"> = document,
  ) {
    this.#start = start;
    this.#page = page;
    this.#words = words;
    this.#scheduler = scheduler;
  }

  /** Why nothing can be trained, as the browser says it; null: it can. */
  get failure(): ReadonlySignal<string | null> {
    return this.#failure;
  }

  /** Train from scratch; with `keep` beside the runs so far. Then connect stores. */
  begin(runs: RunOptions[], keep: boolean): void {
    this.#send({ kind: "begin", runs, keep });
  }

  /** Go on with recordings; null: one that cannot go on. Then connect stores. */
  adopt(runs: (Adopted | null)[]): void {
    this.#send({ kind: "adopt", runs });
  }

  /** What carries the commands of a run. */
  kernel(run: number): Kernel {
    return {
      send: (command) => this.#send({ kind: "command", run: command.run === null ? null : run, command }),
      setCursor() {},
    };
  }

  /** Show the runs in these stores from now on; null: one that cannot go on. */
  connect(stores: readonly (PlayerStore | null)[]): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#stores = stores;
    const { signal } = this.#life;
    this.#generation++;
    this.#requests = stores.map((store, run) => store && this.#requestsOf(store, run, signal));
    for (const store of stores) store?.receiveConnection("live");
    this.#send({ kind: "again", generation: this.#generation });
  }

  /** Restart a run, or all, with the initial weights of a seed, and play. */
  reset(run: number | null, seed: number): void {
    this.#send({ kind: "command", run, command: { command: "reset", seed } });
  }

  /** The recording of a run as an `.npz` file. */
  download(run: number): Promise<Uint8Array> {
    const failure = this.#failure.peek();
    if (failure !== null) return Promise.reject(new Error(failure));
    return new Promise((resolve, reject) => {
      const waiting = this.#files.get(run) ?? [];
      this.#files.set(run, [...waiting, { resolve, reject }]);
      if (waiting.length === 0) this.#send({ kind: "file", run });
    });
  }

  dispose(): void {
    this.#life.abort();
    this.#worker?.terminate();
    this.#worker = null;
  }

  #send(message: ToWorker): void {
    try {
      this.#worker ??= this.#started();
      this.#worker.postMessage(message);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #started(): WorkerLike {
    const worker = this.#start();
    worker.addEventListener("message", ({ data }) => this.#receive(data));
    worker.addEventListener("error", ({ message }) => this.#fail(message));
    worker.postMessage({ kind: "words", words: this.#words });
    return worker;
  }

  /** `message`: as the browser says it; of a worker that was not even started it says nothing. */
  #fail(message: string | undefined): void {
    this.#failure.value = message || this.#words.no_worker;
    for (const store of this.#stores) store?.receiveConnection("none");
    for (const { reject } of [...this.#files.values()].flat()) reject(new Error(this.#failure.value));
    this.#files.clear();
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "update":
        if (message.generation === this.#generation) for (const each of message.messages) this.#show(each);
        this.#send({ kind: "seen", update: message.update });
        return;
      case "weights":
        if (message.message.view === this.#viewOf(message.run))
          void this.#requests[message.run]?.receive(message.message, [message.packed]);
        return;
      case "file":
        for (const { resolve, reject } of this.#files.get(message.run) ?? [])
          if (message.bytes) resolve(message.bytes);
          else reject(new Error(message.error));
        this.#files.delete(message.run);
        return;
      case "failed":
        this.#fail(message.message);
    }
  }

  #show(message: RunMessage): void {
    const store = this.#stores[message.run];
    if (!store) return;
    if (message.kind === "recording") store.receiveRecording(message.parts);
    else if (message.kind === "chunk") store.receiveChunk(message.chunk, message.block, message.losses);
    else store.receiveStatus(message.status);
  }

  /** What was asked for other stores is not for these. */
  #viewOf(run: number): string {
    return `${this.#generation}-${run}`;
  }

  #requestsOf(store: PlayerStore, run: number, signal: AbortSignal): WeightRequests {
    const post = (message: object) => this.#send({ ...message, run } as ToWorker);
    const requests = new WeightRequests(this.#viewOf(run), post, this.#scheduler, () => this.#page.hidden, asIs);
    requests.connect(store, signal);
    return requests;
  }
}
