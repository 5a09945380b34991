/** The cursor and the transport over one run, or over several in lock step. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import { CursorReporter, FOLLOW_HEAD } from "./cursor-reporter";
import type { PageMemory } from "./page-memory";
import { type Course, Playback } from "./playback";
import { QuestionStore } from "./question-store";
import type { RunState } from "./run-state";
import { shownEpoch, steppedTo } from "./shown-epoch";
import { jsonSpeed, Speed } from "./speed";
import { isConnected } from "./status";
import type { Connection, Kernel, Status, Until } from "./types";

const CONNECTIONS: readonly Connection[] = ["live", "waiting", "gone", "none"];

export class Stage implements Course {
  /** The last recorded epoch of all runs, -1 = none. */
  readonly head = computed(() => Math.max(...this.#runs.map((run) => run.head.value)));
  /**
   * The epoch at which training goes on: the lowest head of the runs that train; if none does, of those that have epochs
   * left; the highest head if none has.
   */
  readonly front = computed(() => {
    const training = this.#runs.filter((run) => run.isTraining.value);
    const next = training.length > 0 ? training : this.#runs.filter((run) => run.isUnfinished.value);
    return next.length > 0 ? Math.min(...next.map((run) => run.head.value)) : this.head.value;
  });
  readonly isCovered = computed(() => this.#runs.some(({ limit }) => limit.value !== null));
  readonly isTraining = computed(() => this.#runs.some((run) => run.isTraining.value));
  readonly canTrain = computed(() => this.#runs.some((run) => run.canTrain.value));
  /** The worst connection of the runs. */
  readonly connection = computed(() => {
    const worst = Math.max(...this.#runs.map((run) => CONNECTIONS.indexOf(run.connection.value)));
    return CONNECTIONS[worst] as Connection;
  });
  readonly #speed = new Speed();
  /** Epochs per second; Infinity = as fast as possible. */
  readonly speed = this.#speed.value;
  readonly loop = signal(false);
  /** Whether the chart's loss axis is logarithmic. */
  readonly logScale = signal(false);
  /** The position under the pointer. */
  readonly hover = signal<number | null>(null);
  /** The position with keyboard focus. */
  readonly focus = signal<number | null>(null);
  /** Whether a pointer is dragging the cursor. */
  readonly dragging = signal(false);
  /** The question that is asked about the runs. */
  readonly asked: QuestionStore;
  /** The epoch on show, -1 = nothing recorded. */
  readonly cursor: ReadonlySignal<number>;
  readonly #runs: readonly RunState[];
  readonly #kernel: Kernel;
  readonly #playback: Playback;
  readonly #reporter: CursorReporter;

  /** `kernel` carries commands for all runs; `memory`: what the page remembers of its answers. */
  constructor(runs: readonly RunState[], kernel: Kernel, scheduler: Scheduler, memory?: PageMemory) {
    this.#runs = runs;
    this.#kernel = kernel;
    this.#playback = new Playback(this, this, scheduler);
    this.cursor = shownEpoch(this.#playback.cursor, runs);
    const { cursor, following, pending, mode } = this.#playback;
    const reported = computed(() => {
      if (pending.value?.kind === "seek") return pending.value.epoch;
      return following.value ? FOLLOW_HEAD : cursor.value;
    });
    const isMoving = () => this.dragging.value || mode.value === "replaying";
    this.#reporter = new CursorReporter(reported, isMoving, scheduler, (value) => kernel.setCursor(value));
    this.asked = new QuestionStore(this, memory);
  }

  /** The epoch where the cursor is going: it is shown as soon as the records of all runs are in this page. */
  get wanted(): ReadonlySignal<number> {
    return this.#playback.cursor;
  }

  get mode() {
    return this.#playback.mode;
  }

  /** Whether Play or Step at the front would train. */
  get #canContinue(): boolean {
    return this.#runs.some((run) => run.canContinue);
  }

  dispose(): void {
    this.asked.dispose();
    this.#reporter.dispose();
    this.#playback.dispose();
  }

  play(): void {
    batch(() => {
      const playback = this.#playback;
      if (playback.mode.peek() !== "stopped") return;
      playback.clearPending("seek");
      const [cursor, head, front] = [this.wanted.peek(), this.head.peek(), this.front.peek()];
      const canContinue = this.#canContinue;
      if (playback.isPending("pause")) this.#sendPlay(null);
      else if (cursor < head && !(cursor === front && canContinue)) playback.replaying.value = true;
      else if (canContinue) {
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
    } else if (this.isTraining.peek() || playPending) {
      if (playback.mode.peek() === "training") playback.pending.value = { kind: "pause" };
      this.#kernel.send({ command: "pause" });
    }
  }

  toggle(): void {
    if (this.mode.peek() !== "stopped" || this.#playback.isPending("play")) this.pause();
    else this.play();
  }

  /** n < 0: back; at the front n > 0 trains. */
  step(n: number): void {
    if (n === 0) return;
    batch(() => {
      const playback = this.#playback;
      playback.clearPending("seek");
      const atFront = this.wanted.peek() === this.front.peek();
      if (n < 0 || (!atFront && this.mode.peek() !== "training")) {
        playback.replaying.value = false;
        playback.goTo(steppedTo(this.wanted.peek(), this.cursor.peek(), n, this.#runs));
      } else if (this.#canContinue && !this.isTraining.peek()) {
        playback.replaying.value = false;
        this.#kernel.send({ command: "step", n });
      }
    });
  }

  /** Replay from the cursor to a later epoch, and stop there. */
  replayTo(epoch: number): void {
    batch(() => {
      const playback = this.#playback;
      playback.clearPending("seek");
      playback.replayTo(Math.min(epoch, this.head.peek()));
    });
  }

  /** Show only the first epochs of the runs; null: all. */
  cover(epochs: number | null): void {
    batch(() => {
      for (const { limit } of this.#runs) limit.value = epochs;
      this.#playback.replaying.value = false;
      this.#playback.goTo(this.wanted.peek());
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

  /** Show the epoch at which training goes on. */
  toFront(): void {
    batch(() => {
      this.#playback.replaying.value = false;
      this.#playback.toFront();
    });
  }

  /** Stop a replay where it is. */
  stopReplay(): void {
    this.#playback.replaying.value = false;
  }

  setSpeed(speed: number): void {
    if (!(speed > 0)) return;
    const isTraining = this.isTraining.peek();
    this.#speed.choose(speed, isTraining);
    if (isTraining) this.#kernel.send({ command: "speed", speed: jsonSpeed(speed) });
  }

  runUntil(until: Until | null): void {
    if (!this.#canContinue) return;
    this.toFront();
    this.#sendPlay(until);
  }

  /** Take note of a new status of a run. */
  receiveStatus(status: Status, before: Status): void {
    this.#playback.clearPending("play");
    this.#speed.receive(status, before);
  }

  /** Take note of a new connection of a run. */
  receiveConnection(connection: Connection): void {
    if (isConnected(connection)) return;
    const playPending = this.#playback.isPending("play");
    this.#playback.clearPending("play");
    // No kernel: treat Play as replay.
    if (connection === "none" && playPending) this.play();
  }

  /** Take a cursor that Python has set: `FOLLOW_HEAD`, or an epoch, which may not have arrived yet. */
  receiveCursor(cursor: number): void {
    batch(() => {
      this.#reporter.receive(cursor);
      if (cursor === FOLLOW_HEAD) return this.toFront();
      this.#playback.replaying.value = false;
      this.#playback.goTo(cursor);
      if (cursor > this.head.peek()) this.#playback.pending.value = { kind: "seek", epoch: cursor };
    });
  }

  /** Make a change of a recording, then move the cursor where that requires it. */
  update<Result>(change: () => { result: Result; cutAt: number | null }): Result {
    return batch(() => {
      const playback = this.#playback;
      const pending = playback.pending.peek();
      const { result, cutAt } = change();
      // If epochs were discarded up to the cursor, the viewer is waiting for the ones that follow.
      if (cutAt !== null && this.wanted.peek() >= cutAt) playback.toFront();
      if (pending?.kind === "seek" && pending.epoch <= this.head.peek()) playback.goTo(pending.epoch);
      else if (pending?.kind === "seek") playback.pending.value = pending;
      return result;
    });
  }

  #sendPlay(until: Until | null): void {
    this.#playback.pending.value = { kind: "play" };
    this.#kernel.send({ command: "play", speed: jsonSpeed(this.speed.peek()), until });
  }
}
