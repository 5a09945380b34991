/** A run that a page trains: its branches, its state, and the commands for it. What `runs/training_run.py` is for a kernel. */
import type { Parts } from "../player/decode";
import { encodeRecords } from "../player/encode";
import type { Metadata, OldBranch, Status, Until } from "../player/types";
import type { PageWords } from "../text/page-words";
import { Branches } from "./branches";
import { mostEpochs } from "./limits";
import { Refusal } from "./refusal";
import type { Trainer } from "./trainer";
import type { RunMessage, WorkerCommand } from "./types";

/** Epochs per second at first, as of a scope. */
const SPEED = 12;

interface Sent {
  readonly revision: number;
  readonly epochs: number;
  readonly metadata: Metadata;
  shared: number;
}

export class PageRun {
  /** Epochs per second; null: as fast as possible. */
  speed: number | null = SPEED;
  state: Status["state"] = "idle";
  readonly #words: PageWords;
  readonly #run: number;
  /** The length of a run: playing at the goal extends the goal by as much. */
  readonly #length: number;
  #goal: number;
  #until: Until | null = null;
  #message: string | null = null;
  /** Whether it makes steps. */
  #hurries = false;
  readonly #branches: Branches;
  /** The number of epochs that the page keeps. */
  readonly #most: number;
  #revision: number;
  #seq = 0;
  /** What the page has: the revision, its epochs, and how many of them it shares with the present ones; null: nothing. */
  #sent: Sent | null = null;
  #sentStatus = "";

  constructor(trainer: Trainer, run: number, length: number, words: PageWords) {
    this.#run = run;
    this.#length = length;
    this.#goal = Math.max(length, trainer.recording.epochs);
    this.#words = words;
    this.#revision = trainer.recording.revision + 1;
    this.#branches = new Branches(trainer);
    this.#most = mostEpochs(trainer.recording.shape);
    this.#settle();
  }

  get trainer(): Trainer {
    return this.#branches.trainer;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Epochs per second of what it trains now; null: as fast as possible, as steps are. */
  get pace(): number | null {
    return this.#hurries ? null : this.speed;
  }

  /** Where it ends, if nothing else is said. */
  get goal(): number {
    return this.#goal;
  }

  get isTraining(): boolean {
    return this.state === "training";
  }

  get epochs(): number {
    return this.trainer.recording.epochs;
  }

  /** Carry out a command. What is not possible becomes the status, with the reason. */
  carryOut(command: WorkerCommand): void {
    this.#message = null;
    try {
      this.#apply(command);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Train an epoch, if the run is training. */
  train(): void {
    if (!this.isTraining) return;
    try {
      const loss = this.trainer.train();
      if (this.trainer.diverged || this.#meets(loss) || this.#left === 0) this.#stop();
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Say that the page has nothing of this run any more. */
  forget(): void {
    this.#sent = null;
    this.#sentStatus = "";
  }

  /** What the page does not have yet, in order. */
  messages(): RunMessage[] {
    const messages: RunMessage[] = [];
    const { recording } = this.trainer;
    const run = this.#run;
    const sent = this.#sent;
    if (sent?.revision === this.#revision && sent.metadata !== recording.metadata) this.#revision++; // only they have changed
    if (sent === null) messages.push({ kind: "recording", run, parts: this.#parts() });
    else if (sent.revision !== this.#revision || sent.epochs < recording.epochs) messages.push(this.#chunk(sent));
    const { epochs, metadata } = recording;
    this.#sent = { revision: this.#revision, epochs, metadata, shared: epochs };
    const status = this.#status();
    const text = JSON.stringify(status);
    if (text !== this.#sentStatus) messages.push({ kind: "status", run, status: { ...status, seq: this.#seq++ } });
    this.#sentStatus = text;
    return messages;
  }

  #apply(command: WorkerCommand): void {
    switch (command.command) {
      case "play":
        this.speed = command.speed;
        this.#hurries = false;
        if (!this.trainer.diverged && (!this.isTraining || command.until)) this.#begin(command.until ?? this.#until);
        break;
      case "speed":
        this.speed = command.speed;
        break;
      case "pause":
        if (this.isTraining) this.#settle();
        break;
      case "step":
        this.#step(command.n);
        break;
      case "reset":
        this.#branches.reset("seed" in command ? command.seed : null);
        this.#cut(0);
        if ("seed" in command) this.#begin(null);
        break;
      case "rewind":
        if (command.epoch <= this.trainer.epoch) this.#rewind(command.epoch);
        break;
      case "branch":
        if (command.epoch <= this.trainer.epoch) this.#cut(this.#branches.branch(command.epoch, command.lr));
        break;
      case "switch_to":
        this.#cut(this.#branches.switchTo(command.branch));
    }
  }

  #step(n: number): void {
    if (this.trainer.diverged) return;
    this.#begin({ epochs: this.epochs + n });
    this.#hurries = this.isTraining;
  }

  #begin(until: Until | null): void {
    const { epochs } = this;
    this.#until = until;
    if (until?.epochs !== undefined) this.#goal = Math.max(this.#goal, until.epochs);
    else if (epochs >= this.#goal) this.#goal = epochs + this.#length;
    this.#goal = Math.min(this.#goal, this.#most);
    if (epochs >= this.#most) throw new Refusal("refused_epochs", { count: epochs });
    if (this.#left > 0) this.state = "training";
    else this.#stop();
  }

  get #left(): number {
    return Math.max(0, Math.min(this.#until?.epochs ?? this.#goal, this.#most) - this.epochs);
  }

  #meets(loss: number): boolean {
    const until = this.#until;
    if (until === null) return false;
    if (until.loss !== undefined && loss < until.loss) return true;
    const { recording } = this.trainer;
    return until.all_correct === true && recording.correctCount(recording.epochs - 1) === recording.countedPositions;
  }

  #rewind(epoch: number): void {
    if (epoch === this.epochs) {
      this.#stop();
      return;
    }
    this.#branches.rewind(epoch);
    this.#cut(epoch);
  }

  /** The recording was cut or replaced: only its first epochs are what they were. */
  #cut(shared: number): void {
    this.#revision++;
    if (this.#sent) this.#sent.shared = Math.min(this.#sent.shared, shared);
    this.#stop();
  }

  #stop(): void {
    this.#until = null;
    this.#settle();
  }

  #settle(): void {
    this.#hurries = false;
    const { epochs, trainer } = this;
    const ended = epochs < this.#goal ? "paused" : "finished";
    this.state = trainer.diverged ? "failed" : epochs === 0 ? "idle" : ended;
  }

  #refuse(error: unknown): void {
    if (!(error instanceof Refusal)) throw error;
    this.#message = error.in(this.#words);
    this.#stop();
  }

  #status(): Omit<Status, "seq"> {
    return {
      state: this.state,
      head: this.epochs - 1,
      revision: this.#revision,
      goal: this.#goal,
      speed: this.speed,
      reason: this.#message !== null ? "refused" : this.trainer.diverged ? "diverged" : null,
      message: this.#message,
      source: "trainer",
    };
  }

  /** All of it, in memory of its own. */
  #parts(): Parts {
    const copy = this.trainer.recording.fork(this.epochs);
    const { alphabet, separator, metadata, references, events, positions, topk, inputs, targets } = copy;
    return {
      ...{ separator, metadata, positions, topk, inputs, targets },
      ...{ alphabet: [...alphabet], references: [...references], events: [...events] },
      revision: this.#revision,
      oldBranches: this.#branches.old,
      records: copy.rows(0, copy.epochs),
    };
  }

  #chunk(sent: Sent): RunMessage {
    const { recording } = this.trainer;
    const isCut = sent.revision !== this.#revision;
    const start = isCut ? Math.min(sent.shared, recording.epochs) : sent.epochs;
    const old = isCut ? this.#branches.old : [];
    const headers = old.map(({ losses, ...branch }) => ({ ...branch, count: losses.length }));
    return {
      kind: "chunk",
      run: this.#run,
      chunk: {
        revision: this.#revision,
        after: sent.revision,
        start,
        count: recording.epochs - start,
        events: recording.events.filter(({ epoch }) => epoch >= start),
        ...(isCut && { header: { metadata: recording.metadata, old_branches: headers } }),
      },
      block: encodeRecords(recording.rows(start, recording.epochs)),
      ...(isCut && { losses: bytesOf(old) }),
    };
  }
}

function bytesOf(branches: readonly OldBranch[]): Uint8Array {
  const losses = Float64Array.from(branches.flatMap((branch) => [...branch.losses]));
  return new Uint8Array(losses.buffer);
}
