/** The state of one player: the run as reported by the kernel, the viewer's choices, and the cursor. */
import { batch, computed, signal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import { CursorReporter, FOLLOW_HEAD } from "./cursor-reporter";
import type { Parts } from "./decode";
import type { PackedWeights } from "./packed-weights";
import { Playback } from "./playback";
import type { Chunk, ChunkResult } from "./recording";
import { RunState } from "./run-state";
import { jsonSpeed } from "./speed";
import { isConnected } from "./status";
import type { Command, Connection, Kernel, Status, Until } from "./types";
import { WeightStore } from "./weights";

/** What the views use of a store. */
export type Store = Omit<PlayerStore, `receive${string}` | "reportUnreadable" | "dispose">;

export class PlayerStore {
  readonly #run = new RunState();
  /** The same object while it grows: read `version` to be notified. */
  readonly recording = this.#run.recording;
  /** Increases with every change of the recording. */
  readonly version = this.#run.version;
  /** The last recorded epoch, -1 = none. */
  readonly head = this.#run.head;
  readonly status = this.#run.status;
  readonly connection = this.#run.connection;
  readonly canTrain = this.#run.canTrain;
  /** Epochs per second; Infinity = as fast as possible. */
  readonly speed = this.#run.speed.value;
  readonly loop = signal(false);
  /** Whether the chart's loss axis is logarithmic. */
  readonly logScale = signal(false);
  /** The position under the pointer. */
  readonly hover = signal<number | null>(null);
  /** The position with keyboard focus. */
  readonly focus = signal<number | null>(null);
  /** The weights of some epochs, for the inspection panels. */
  readonly weights = new WeightStore();
  /** Whether a pointer is dragging the cursor. */
  readonly dragging = signal(false);
  readonly #kernel: Kernel;
  readonly #playback: Playback;
  readonly #reporter: CursorReporter;

  constructor(kernel: Kernel, scheduler: Scheduler) {
    this.#kernel = kernel;
    this.#playback = new Playback(this.#run, this, scheduler);
    const { cursor, following, pending, mode } = this.#playback;
    const reported = computed(() => {
      if (pending.value?.kind === "seek") return pending.value.epoch;
      return following.value ? FOLLOW_HEAD : cursor.value;
    });
    const isMoving = () => this.dragging.value || mode.value === "replaying";
    this.#reporter = new CursorReporter(reported, isMoving, scheduler, (value) => kernel.setCursor(value));
  }

  /** The current epoch, -1 = nothing recorded. */
  get cursor() {
    return this.#playback.cursor;
  }

  get mode() {
    return this.#playback.mode;
  }

  dispose(): void {
    this.#reporter.dispose();
    this.#playback.dispose();
  }

  play(): void {
    batch(() => {
      const playback = this.#playback;
      if (playback.mode.peek() !== "stopped") return;
      playback.clearPending("seek");
      const head = this.head.peek();
      if (playback.isPending("pause")) this.#sendPlay(null);
      else if (this.cursor.peek() < head) playback.replaying.value = true;
      else if (this.#run.canContinue) {
        if (!playback.isPending("play")) this.#sendPlay(null);
      } else if (head > 0) {
        playback.goTo(0);
        playback.replaying.value = true;
      }
    });
  }

  pause(): void {
    const playback = this.#playback;
    const playPending = playback.isPending("play");
    playback.clearPending("play");
    if (playback.replaying.peek()) {
      playback.replaying.value = false;
      this.#reporter.reportNow();
    } else if (this.#run.isTraining.peek() || playPending) {
      if (playback.mode.peek() === "training") playback.pending.value = { kind: "pause" };
      this.#kernel.send({ command: "pause" });
    }
  }

  toggle(): void {
    if (this.mode.peek() !== "stopped" || this.#playback.isPending("play")) this.pause();
    else this.play();
  }

  /** n < 0: back; at the head n > 0 trains. */
  step(n: number): void {
    if (n === 0) return;
    batch(() => {
      const playback = this.#playback;
      playback.clearPending("seek");
      const atHead = this.cursor.peek() >= this.head.peek();
      if (n < 0 || (!atHead && this.mode.peek() !== "training")) {
        playback.replaying.value = false;
        playback.goTo(this.cursor.peek() + n);
      } else if (this.#run.canContinue && !this.#run.isTraining.peek()) {
        playback.replaying.value = false;
        this.#kernel.send({ command: "step", n });
      }
    });
  }

  seek(epoch: number): void {
    if (!Number.isNaN(epoch)) batch(() => this.#playback.goTo(epoch));
  }

  toHead(): void {
    batch(() => {
      this.#playback.replaying.value = false;
      this.#playback.goTo(this.head.peek());
    });
  }

  toStart(): void {
    this.seek(0);
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

  switchTo(branch: number): void {
    this.#changeRun({ command: "switch_to", branch });
  }

  setSpeed(speed: number): void {
    if (!(speed > 0)) return;
    const isTraining = this.#run.isTraining.peek();
    this.#run.speed.choose(speed, isTraining);
    if (isTraining) this.#kernel.send({ command: "speed", speed: jsonSpeed(speed) });
  }

  runUntil(until: Until | null): void {
    if (!this.#run.canContinue) return;
    this.toHead();
    this.#sendPlay(until);
  }

  receiveRecording(parts: Parts): void {
    this.#update(() => this.#run.applyRecording(parts), 0);
  }

  receiveChunk(chunk: Chunk, block: Uint8Array, losses?: Uint8Array): ChunkResult {
    return this.#update(() => this.#run.applyChunk(chunk, block, losses), chunk.start);
  }

  receiveWeights(packed: PackedWeights): void {
    batch(() => {
      if (packed.refused !== undefined) this.weights.refuse(packed.refused);
      else this.weights.add(packed, this.cursor.peek());
    });
  }

  receiveStatus(status: Status): void {
    batch(() => {
      this.#playback.clearPending("play");
      this.#run.applyStatus(status);
    });
  }

  receiveConnection(connection: Connection): void {
    const playPending = this.#playback.isPending("play");
    this.connection.value = connection;
    if (isConnected(connection)) return;
    this.#playback.clearPending("play");
    // No kernel: treat Play as replay.
    if (connection === "none" && playPending) this.play();
  }

  /** Take a cursor that Python has set: `FOLLOW_HEAD`, or an epoch, which may not have arrived yet. */
  receiveCursor(cursor: number): void {
    batch(() => {
      this.#reporter.receive(cursor);
      if (cursor === FOLLOW_HEAD) return this.toHead();
      this.#playback.replaying.value = false;
      this.#playback.goTo(cursor);
      if (cursor > this.head.peek()) this.#playback.pending.value = { kind: "seek", epoch: cursor };
    });
  }

  /** Show an error: the received bytes are not a valid recording. */
  reportUnreadable(message: string): void {
    this.receiveStatus({ ...this.status.peek(), state: "failed", reason: "unreadable", message });
  }

  #sendPlay(until: Until | null): void {
    this.#playback.pending.value = { kind: "play" };
    this.#kernel.send({ command: "play", speed: jsonSpeed(this.speed.peek()), until });
  }

  #changeRun(command: Command): void {
    this.#playback.replaying.value = false;
    this.#kernel.send(command);
  }

  /** Change the recording, then move the cursor where that requires it. A new revision shares its first epochs. */
  #update(apply: () => ChunkResult, shared: number): ChunkResult {
    return batch(() => {
      const playback = this.#playback;
      const revision = this.recording.peek()?.revision;
      const result = apply();
      if (result !== "applied") return result;
      const pending = playback.pending.peek();
      const head = this.head.peek();
      if (revision !== undefined && revision !== this.recording.peek()?.revision) this.weights.truncate(shared);
      // If epochs were discarded up to the cursor, the viewer is waiting for the ones that follow.
      if (revision !== this.recording.peek()?.revision && this.cursor.peek() >= head) playback.goTo(head);
      if (pending?.kind === "seek" && pending.epoch <= head) playback.goTo(pending.epoch);
      else if (pending?.kind === "seek") playback.pending.value = pending;
      return result;
    });
  }
}
