/** The state of one player: the run as reported by the kernel, the viewer's choices, and the cursor. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import type { Chunk, ChunkResult } from "./chunk";
import type { Parts } from "./decode";
import type { PackedWeights } from "./packed-weights";
import type { Budget } from "./record-blocks";
import type { RunCode } from "./run-code";
import { RunState } from "./run-state";
import { Stage } from "./stage";
import type { Command, Connection, Kernel, Status, Until } from "./types";
import { WeightStore } from "./weights";

/** What the views use of a store. */
export type Store = Omit<PlayerStore, `receive${string}` | "reportUnreadable" | "dispose">;

/** One run on a stage, which it may share with others. */
export class PlayerStore {
  readonly #run: RunState;
  readonly #stage: Stage;
  readonly #kernel: Kernel;
  /** The same object while it grows: read `version` to be notified. While a question is covered, only its beginning. */
  readonly recording;
  /** The texts of which one is shown; empty: the recording has only one text. */
  readonly probes;
  /** The number of the one that is shown. */
  readonly probe;
  /** All that has been received: for the link, not for views. */
  readonly received;
  /** Increases with every change of the recording. */
  readonly version;
  /** The last recorded epoch, -1 = none. */
  readonly head;
  readonly status;
  readonly connection;
  readonly canTrain;
  /** The current epoch, at most the head; -1 = nothing recorded. Its record is in this page. */
  readonly cursor: ReadonlySignal<number>;
  /** Where the cursor is going: another epoch than the current one while its record has to be asked for. */
  readonly wanted: ReadonlySignal<number>;
  readonly mode;
  readonly speed;
  readonly loop;
  readonly logScale;
  readonly hover;
  readonly focus;
  readonly dragging;
  /** The question that is asked, and its answers; those of all runs on the stage. */
  readonly asked;
  /** The weights of some epochs, for the inspection panels. */
  readonly weights = new WeightStore();
  readonly #code = signal<RunCode | null>(null);

  /** `kernel` carries the commands of this run. */
  constructor(
    kernel: Kernel,
    scheduler: Scheduler,
    run = new RunState(),
    stage: Stage = new Stage([run], kernel, scheduler),
  ) {
    this.#kernel = kernel;
    this.#run = run;
    this.#stage = stage;
    ({
      recording: this.recording,
      probes: this.probes,
      probe: this.probe,
      received: this.received,
      version: this.version,
      head: this.head,
      status: this.status,
      connection: this.connection,
      canTrain: this.canTrain,
    } = run);
    ({
      mode: this.mode,
      speed: this.speed,
      loop: this.loop,
      logScale: this.logScale,
      hover: this.hover,
      focus: this.focus,
      dragging: this.dragging,
      asked: this.asked,
    } = stage);
    this.cursor = computed(() => Math.min(stage.cursor.value, run.head.value));
    this.wanted = computed(() => Math.min(stage.wanted.value, run.head.value));
  }

  /** The program that repeats the run; null: no page of this version has sent one. */
  get code(): ReadonlySignal<RunCode | null> {
    return this.#code;
  }

  dispose(): void {
    this.#stage.dispose();
  }

  play(): void {
    this.#stage.play();
  }

  pause(): void {
    this.#stage.pause();
  }

  toggle(): void {
    this.#stage.toggle();
  }

  step(n: number): void {
    this.#stage.step(n);
  }

  seek(epoch: number): void {
    this.#stage.seek(epoch);
  }

  toHead(): void {
    this.#stage.toHead();
  }

  toStart(): void {
    this.#stage.toStart();
  }

  setSpeed(speed: number): void {
    this.#stage.setSpeed(speed);
  }

  runUntil(until: Until | null): void {
    this.#stage.runUntil(until);
  }

  reset(): void {
    this.#changeRun({ command: "reset" });
  }

  /** Restore the weights of the current epoch. */
  rewind(): void {
    const epoch = this.cursor.peek();
    if (epoch >= 0) this.#changeRun({ command: "rewind", epoch });
  }

  /** Continue from the current epoch with another learning rate. */
  branch(lr: number): void {
    const epoch = this.cursor.peek();
    if (epoch >= 0) this.#changeRun({ command: "branch", epoch, lr });
  }

  /** Show another text of the recording; a position that was selected may not be in it. */
  chooseProbe(probe: number): void {
    const chosen = this.probes.peek()[probe];
    if (chosen === undefined) return;
    batch(() => {
      this.#run.chosenProbe.value = chosen.name;
      this.hover.value = this.focus.value = null;
    });
  }

  switchTo(branch: number): void {
    this.#changeRun({ command: "switch_to", branch });
  }

  /** `budget`: how many of its records are kept; by default as many as of any run. */
  receiveRecording(parts: Parts, budget?: Budget): void {
    this.#update(() => this.#run.applyRecording(parts, budget), 0);
  }

  receiveChunk(chunk: Chunk, block: Uint8Array, losses?: Uint8Array, extras?: Uint8Array): ChunkResult {
    return this.#update(() => this.#run.applyChunk(chunk, block, losses, extras), chunk.start);
  }

  /**
   * Take records of earlier epochs that this page has asked for. Returns whether any of them were missing. Throws an
   * Error if they are damaged.
   */
  receiveRecords(revision: number, start: number, count: number, block: Uint8Array): boolean {
    this.#keepShown();
    return this.#run.fill(revision, start, count, block);
  }

  receiveWeights(packed: PackedWeights): void {
    batch(() => {
      if (packed.refused !== undefined) this.weights.refuse(packed.refused);
      else this.weights.add(packed, this.cursor.peek());
    });
  }

  receiveCode(code: RunCode | null): void {
    this.#code.value = code;
  }

  receiveStatus(status: Status): void {
    batch(() => {
      const before = this.status.peek();
      this.#stage.receiveStatus(status, before);
      this.#run.applyStatus(status);
    });
  }

  receiveConnection(connection: Connection): void {
    this.#run.connection.value = connection;
    this.#stage.receiveConnection(connection);
  }

  receiveCursor(cursor: number): void {
    this.#stage.receiveCursor(cursor);
  }

  /** Show an error: the received bytes are not a valid recording. */
  reportUnreadable(message: string): void {
    this.receiveStatus({ ...this.status.peek(), state: "failed", reason: "unreadable", message });
  }

  /** What is on show must not be dropped for what arrives. */
  #keepShown(): void {
    const cursor = this.cursor.peek();
    if (cursor >= 0) this.received.peek()?.touch(cursor);
  }

  #changeRun(command: Command): void {
    this.#stage.stopReplay();
    this.#kernel.send(command);
  }

  /** Change the recording. A new revision shares its first epochs. */
  #update(apply: () => ChunkResult, shared: number): ChunkResult {
    this.#keepShown();
    return this.#stage.update(() => {
      const revision = this.received.peek()?.revision;
      const result = apply();
      const changed = result === "applied" && revision !== this.received.peek()?.revision;
      if (changed && revision !== undefined) this.weights.truncate(shared);
      return { result, cutAt: changed ? this.head.peek() : null };
    });
  }
}
