/** Moves the cursor: replays the recording, follows the head, or leaves the cursor where it was put. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import { type Clock, epochOf, followed, replayed, started, waited } from "./clock";
import type { RunState } from "./run-state";
import type { Mode } from "./types";

/** A request that has not taken effect yet. */
export type Pending =
  | null
  /** Play was sent and the kernel has not reported a new status. */
  | { kind: "play" }
  /** Pause was sent: the cursor stays where it is until the kernel has stopped, then goes to the head. */
  | { kind: "pause" }
  /** The kernel put the cursor on an epoch that has not arrived yet. */
  | { kind: "seek"; epoch: number };

/** What the viewer can set while the cursor moves. */
export interface Controls {
  readonly speed: ReadonlySignal<number>;
  readonly loop: ReadonlySignal<boolean>;
  readonly dragging: ReadonlySignal<boolean>;
}

export class Playback {
  readonly cursor = signal(-1);
  /** The cursor stays at the head when the head moves. */
  readonly following = signal(true);
  readonly replaying = signal(false);
  readonly pending = signal<Pending>(null);
  readonly mode: ReadonlySignal<Mode>;
  readonly #run: RunState;
  readonly #controls: Controls;
  readonly #scheduler: Scheduler;
  readonly #disposers: (() => void)[];
  readonly #pausing = computed(() => this.pending.value?.kind === "pause");
  #clock: Clock = started(0, 0);
  #cancelFrame: (() => void) | null = null;
  /** The cursor is at the head during training: no frame is requested until the head moves. */
  #waitingAtHead = false;

  constructor(run: RunState, controls: Controls, scheduler: Scheduler) {
    this.#run = run;
    this.#controls = controls;
    this.#scheduler = scheduler;
    this.mode = computed(() => {
      if (this.replaying.value) return "replaying";
      return run.isTraining.value && this.following.value && !this.#pausing.value ? "training" : "stopped";
    });
    this.#disposers = [effect(() => this.#followHead()), effect(() => this.#requestFrames())];
  }

  dispose(): void {
    for (const dispose of this.#disposers) dispose();
    this.#cancelFrame?.();
  }

  /** Show an epoch, or the nearest one recorded; at the head the cursor then follows. A pending pause or seek ends. */
  goTo(epoch: number): void {
    const head = this.#run.head.peek();
    this.clearPending("pause", "seek");
    this.following.value = epoch >= head;
    this.cursor.value = Math.min(head, Math.max(0, Math.round(epoch)));
  }

  isPending(kind: "play" | "pause" | "seek"): boolean {
    return this.pending.peek()?.kind === kind;
  }

  clearPending(...kinds: ("play" | "pause" | "seek")[]): void {
    if (kinds.some((kind) => this.isPending(kind))) this.pending.value = null;
  }

  /** Keep a stopped cursor at the head if it follows. */
  #followHead(): void {
    const head = this.#run.head.value;
    if (!this.#run.isTraining.value) this.clearPending("pause");
    if (this.mode.value === "stopped" && this.following.value && !this.#pausing.value) this.cursor.value = head;
  }

  /** Request frames only while the cursor moves. */
  #requestFrames(): void {
    const mode = this.mode.value;
    this.#run.head.value; // run again when the head moves
    if (mode === "stopped") {
      this.#cancelFrame?.();
      this.#cancelFrame = null;
      this.#waitingAtHead = false;
    } else if (this.#waitingAtHead && mode === "training") {
      const now = this.#scheduler.now();
      this.#clock = waited(this.#clock, now, this.#controls.speed.peek());
      this.#tick(now); // move now: the next frame draws it
    } else if (this.#cancelFrame === null) {
      this.#clock = started(this.cursor.peek(), this.#scheduler.now());
      this.#cancelFrame = this.#scheduler.frame(this.#tick);
    }
  }

  readonly #tick = (now: number): void => {
    // Request the next frame before moving: then it moves the cursor before the views draw in that frame.
    this.#cancelFrame = this.#scheduler.frame(this.#tick);
    this.#waitingAtHead = this.#move(now);
    if (!this.#waitingAtHead) return;
    this.#cancelFrame?.();
    this.#cancelFrame = null;
  };

  /** Move the cursor to where it belongs now. Returns whether it is at the head of a training run. */
  #move(now: number): boolean {
    const [head, shown] = [this.#run.head.peek(), this.cursor.peek()];
    const { speed, loop, dragging } = this.#controls;
    // If something else moved or holds the cursor, continue from there.
    if (dragging.peek() || shown !== Math.min(head, epochOf(this.#clock))) this.#clock = started(shown, now);
    if (dragging.peek()) return false;
    const pace = { speed: speed.peek(), head };
    if (this.mode.peek() === "training") {
      this.#clock = followed(this.#clock, now, pace);
      this.cursor.value = Math.min(head, epochOf(this.#clock));
      return this.cursor.peek() === head;
    }
    const repeat = loop.peek() && !this.#run.isTraining.peek();
    const { clock, ended } = replayed(this.#clock, now, { ...pace, loop: repeat });
    this.#clock = clock;
    this.cursor.value = Math.min(head, epochOf(clock));
    if (ended) {
      this.following.value = true;
      this.replaying.value = false;
    }
    return false;
  }
}
