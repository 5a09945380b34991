/** The runs that a page trains, in lock step: what the worker does, without a worker. */
import type { FlatWeights } from "../network/types";
import type { PageWords } from "../text/page-words";
import { packWeightsRaw } from "./pack-weights";
import { PageRun } from "./page-run";
import { recordingFile } from "./recording-file";
import { Trainer } from "./trainer";
import type { FromWorker, RunMessage, ToWorker } from "./types";

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
  #words: PageWords;
  /** null: a recording that cannot go on */
  #runs: (PageRun | null)[] = [];
  #isScheduled = false;
  #generation = 0;
  #update = 0;
  #seen = 0;
  #updatedAt = Number.NEGATIVE_INFINITY;
  /** When the next epoch is due, ms; of runs at a chosen speed. */
  #due = 0;

  constructor(words: PageWords, post: (message: FromWorker) => void, clock: Clock) {
    this.#words = words;
    this.#post = post;
    this.#clock = clock;
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
        this.#runs = message.runs.map((adopted, run) => adopted && this.#runOf(Trainer.adopt(adopted), run, EPOCHS));
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
        this.#sendWeights(message);
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

  #begin({ runs, keep }: Message<"begin">): void {
    const kept = keep ? this.#runs : [];
    this.#runs = [
      ...kept,
      ...runs.map((options, i) => this.#runOf(Trainer.begin(options), kept.length + i, options.epochs)),
    ];
  }

  #command({ run, command }: Message<"command">): void {
    const runs = run === null ? this.#all : this.#all.filter((each) => each === this.#runs[run]);
    const isTraining = runs.some((each) => each.isTraining);
    for (const each of runs) each.carryOut(command); // a run that is behind ignores later epochs
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
    const speed = training[0]?.speed ?? null;
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
    const training = this.#all.filter((run) => run.isTraining);
    const front = Math.min(...training.map(({ epochs }) => epochs));
    for (const run of training) if (run.epochs === front) run.train();
    return training.length > 0;
  }

  #send(): void {
    const messages = this.#all.flatMap((run): RunMessage[] => run.messages());
    if (messages.length === 0) return;
    this.#updatedAt = this.#clock.now();
    this.#post({ kind: "update", update: ++this.#update, generation: this.#generation, messages });
  }

  #sendWeights({ run, view, revision, first, last }: Message<"want">): void {
    const page = this.#runs[run];
    if (!page || page.revision !== revision) return;
    const { network, epochs, weights } = weightsOf(page.trainer, first, last);
    const packed = packWeightsRaw({ network, epochs, weights, revision });
    const message = { view, revision, first, last, complete: epochs, refused: null };
    this.#post({ kind: "weights", run, message, packed });
  }

  async #sendFile(run: number): Promise<void> {
    const trainer = this.#runs[run]?.trainer;
    if (!trainer) return;
    const { alphabet, separator, metadata, inputs, targets, epochs } = trainer.recording;
    const records = trainer.recording.fork(epochs).rows(0, epochs);
    const { branches } = trainer;
    const weights = spreadWeights(trainer);
    const bytes = await recordingFile({
      ...{ alphabet, separator, metadata, inputs, targets, records, branches, weights },
    });
    this.#post({ kind: "file", run, bytes });
  }
}

interface Known {
  network: Trainer["shape"];
  epochs: number[];
  weights: FlatWeights[];
}

/** The weights of epochs first .. last, as far as they are known. */
function weightsOf(trainer: Trainer, first: number, last: number): Known {
  return collect(
    trainer,
    Array.from({ length: Math.max(0, Math.min(last, trainer.recording.epochs - 1) - first + 1) }, (_, i) => first + i),
  );
}

/** Weights of as many epochs as fit into a file, spread over the run; null if there are none. */
function spreadWeights(trainer: Trainer): Known | null {
  const { known } = trainer;
  const bytes = (trainer.weightsAt(known[0] ?? -1) ?? new Float32Array()).byteLength;
  if (bytes === 0) return null;
  const count = Math.max(1, Math.min(known.length, Math.floor(FILE_BYTES / bytes)));
  const step = count > 1 ? (known.length - 1) / (count - 1) : 0;
  const epochs = Array.from({ length: count }, (_, i) => known[known.length - 1 - Math.round(i * step)] as number);
  return collect(trainer, epochs.reverse());
}

function collect(trainer: Trainer, epochs: readonly number[]): Known {
  const known: Known = { network: trainer.shape, epochs: [], weights: [] };
  for (const epoch of epochs) {
    const weights = trainer.weightsAt(epoch);
    if (weights === null) continue;
    known.epochs.push(epoch);
    known.weights.push(weights);
  }
  return known;
}
