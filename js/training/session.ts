/** The runs that a page trains, in lock step: what the worker does, without a worker. */
import type { PageWords } from "../text/page-words";
import { refusalOfNetwork } from "./limits";
import { ordersOf } from "./lockstep";
import { PageRun } from "./page-run";
import { recordingFile } from "./recording-file";
import { Trainer } from "./trainer";
import type { Adopted, FromWorker, RunMessage, ToWorker } from "./types";
import { Known, WeightAnswers } from "./weight-answers";

export interface Clock {
  /** ms */
  now(): number;
  /** Call a function after other work, at the earliest after `ms`. */
  after(ms: number, call: () => void): void;
}

/** Length of a slice at full speed, ms: commands wait at most so long. */
const SLICE_MS = 16;
/** Between two updates of the page while it trains, ms. */
const UPDATE_MS = 40;
/** Updates that the page has not shown yet, at most: then training waits. */
const MOST_UNSEEN = 3;
/** At a chosen speed, epochs that are later than this are not made up for, ms. */
const MOST_LATE_MS = 250;
/** The length of a run that goes on with a recording. */
const EPOCHS = 300;
/** Of the weights in a file. */
const FILE_BYTES = 8 * 1024 * 1024;

type Message<Kind> = Extract<ToWorker, { kind: Kind }>;

export class Session {
  readonly #post: (message: FromWorker) => void;
  readonly #clock: Clock;
  readonly #answers: WeightAnswers;
  /** Sent before all else. */
  #words = {} as PageWords;
  /** null: a recording that cannot go on */
  #runs: (PageRun | null)[] = [];
  #isScheduled = false;
  #generation = 0;
  #update = 0;
  #seen = 0;
  #updatedAt = Number.NEGATIVE_INFINITY;
  /** When the next epoch is due, ms; of runs at a chosen speed. */
  #due = 0;

  constructor(post: (message: FromWorker) => void, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
    const later = (call: () => void) => clock.after(0, call);
    this.#answers = new WeightAnswers(() => this.#runs, post, clock.now, later);
  }

  receive(message: ToWorker): void {
    switch (message.kind) {
      case "words":
        this.#words = message.words;
        return;
      case "begin":
        this.#begin(message);
        return;
      case "adopt":
        this.#runs = message.runs.map((adopted, run) => adopted && this.#adopt(adopted, run));
        return;
      case "again":
        this.#generation = message.generation;
        this.#seen = this.#update;
        for (const run of this.#all) run.forget();
        this.#send();
        return;
      case "command":
        this.#command(message);
        return;
      case "seen":
        this.#seen = Math.max(this.#seen, message.update);
        this.#schedule(0);
        return;
      case "want":
        this.#answers.receive(message);
        return;
      case "file":
        void this.#sendFile(message.run);
    }
  }

  get #all(): PageRun[] {
    return this.#runs.filter((run) => run !== null);
  }

  #runOf(trainer: Trainer, run: number, epochs: number): PageRun {
    return new PageRun(trainer, run, epochs, this.#words);
  }

  /** Go on with a recording, unless it is too much for a page. */
  #adopt(adopted: Adopted, run: number): PageRun | null {
    const { network, parts } = adopted;
    const { metadata, positions } = parts;
    if (refusalOfNetwork(network, positions, metadata.window ?? null, this.#words) !== null) return null;
    return this.#runOf(Trainer.adopt(adopted), run, EPOCHS);
  }

  #begin({ runs, keep }: Message<"begin">): void {
    const kept = keep ? this.#runs : [];
    this.#runs = [
      ...kept,
      ...runs.map((options, i) => this.#runOf(Trainer.begin(options), kept.length + i, options.epochs)),
    ];
  }

  #command({ run, command }: Message<"command">): void {
    const isTraining = this.#all.some((each) => each.isTraining);
    if (run !== null) this.#runs[run]?.carryOut(command);
    else for (const [each, order] of ordersOf(this.#all, command)) each.carryOut(order);
    if (!isTraining) this.#due = this.#clock.now();
    this.#send();
    this.#schedule(0);
  }

  #schedule(ms: number): void {
    if (this.#isScheduled || !this.#all.some((run) => run.isTraining)) return;
    this.#isScheduled = true;
    this.#clock.after(ms, () => {
      this.#isScheduled = false;
      this.#slice();
    });
  }

  /** Train for a while, then go on with it after other work. */
  #slice(): void {
    if (this.#update - this.#seen >= MOST_UNSEEN) return; // `seen` goes on
    const training = this.#all.filter((run) => run.isTraining);
    const speed = training[0]?.pace ?? null;
    const start = this.#clock.now();
    const interval = speed === null ? 0 : 1000 / speed;
    this.#due = Math.max(this.#due, start - MOST_LATE_MS);
    let now = start;
    while (now < start + SLICE_MS && (speed === null || now >= this.#due) && this.#turn()) {
      this.#due += interval;
      now = this.#clock.now();
    }
    const isOver = !training.some((run) => run.isTraining);
    if (isOver || now >= this.#updatedAt + UPDATE_MS || interval > UPDATE_MS) this.#send();
    this.#schedule(speed === null ? 0 : Math.max(0, this.#due - now));
  }

  /** Train an epoch of those that are furthest behind; return whether there are any that train. */
  #turn(): boolean {
    let front = Number.POSITIVE_INFINITY;
    for (const run of this.#runs) if (run?.isTraining) front = Math.min(front, run.epochs);
    for (const run of this.#runs) if (run?.isTraining && run.epochs === front) run.train();
    return front < Number.POSITIVE_INFINITY;
  }

  #send(): void {
    const messages = this.#all.flatMap((run): RunMessage[] => run.messages());
    if (messages.length === 0) return;
    this.#updatedAt = this.#clock.now();
    this.#post({ kind: "update", update: ++this.#update, generation: this.#generation, messages });
  }

  async #sendFile(run: number): Promise<void> {
    try {
      this.#post({ kind: "file", run, bytes: await this.#fileOf(run), error: null });
    } catch (error) {
      this.#post({ kind: "file", run, bytes: null, error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #fileOf(run: number): Promise<Uint8Array> {
    const trainer = this.#runs[run]?.trainer;
    if (!trainer) throw new Error(this.#words.refused_no_weights);
    const { alphabet, separator, metadata, inputs, targets, epochs } = trainer.recording;
    const records = trainer.recording.fork(epochs).rows(0, epochs);
    const { branches, optimizer } = trainer;
    const weights = spreadWeights(trainer);
    return recordingFile({ alphabet, separator, metadata, inputs, targets, records, branches, weights, optimizer });
  }
}

/** Weights of as many epochs as fit into a file, spread over the run; null if there are none. */
function spreadWeights(trainer: Trainer): Known["packable"] | null {
  const { known } = trainer;
  const count = Math.min(known.length, Math.max(1, Math.floor(FILE_BYTES / trainer.bytesPerEpoch)));
  const step = count > 1 ? (known.length - 1) / (count - 1) : 0;
  const weights = new Known(trainer);
  for (let i = count - 1; i >= 0; i--) weights.add(known[known.length - 1 - Math.round(i * step)] as number, false);
  return count > 0 ? weights.packable : null;
}
