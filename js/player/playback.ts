/** Moves the cursor: replays the recording, follows the head, or leaves the cursor where it was put. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import { type Clock, epochOf, followed, replayed, started, waited } from "./clock";
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

/** The recording or recordings that the cursor moves through. */
export interface Course {
  /** The last epoch that can be shown, -1 = none. */
  readonly head: ReadonlySignal<number>;
  /** The epoch at which training goes on: the head, unless one of several runs is behind. */
  readonly front: ReadonlySignal<number>;
  readonly isTraining: ReadonlySignal<boolean>;
  /** Whether a question hides what follows: then the cursor does not follow the front. */
  readonly isCovered: ReadonlySignal<boolean>;
}

/** What the viewer can set while the cursor moves. */
export interface Controls {
  readonly speed: ReadonlySignal<number>;
  readonly loop: ReadonlySignal<boolean>;
  readonly dragging: ReadonlySignal<boolean>;
}

export class Playback {
  readonly cursor = signal(-1);
  /** The cursor stays at the front when the front moves. */
  readonly following = signal(true);
  readonly replaying = signal(false);
  readonly pending = signal<Pending>(null);
  readonly mode: ReadonlySignal<Mode>;
  readonly #course: Course;
  readonly #controls: Controls;
  readonly #scheduler: Scheduler;
  readonly #disposers: (() => void)[];
  /** The epoch at which a replay stops; null: the end. */
  #stopAt: number | null = null;
  readonly #pausing = computed(() => this.pending.value?.kind === "pause");
  #clock: Clock = started(0, 0);
  #cancelFrame: (() => void) | null = null;
  /** The cursor is at the front during training: no frame is requested until the front moves. */
  #waitingAtFront = false;

  constructor(course: Course, controls: Controls, scheduler: Scheduler) {
    this.#course = course;
    this.#controls = controls;
    this.#scheduler = scheduler;
    this.mode = computed(() => {
      if (this.replaying.value) return "replaying";
      return course.isTraining.value && this.following.value && !this.#pausing.value ? "training" : "stopped";
    });
    this.#disposers = [effect(() => this.#followFront()), effect(() => this.#requestFrames())];
  }

  dispose(): void {
    for (const dispose of this.#disposers) dispose();
    this.#cancelFrame?.();
  }

  /** Show an epoch, or the nearest one recorded; at the front the cursor then follows. A pending pause or seek ends. */
  goTo(epoch: number): void {
    this.clearPending("pause", "seek");
    const shown = Math.min(this.#course.head.peek(), Math.max(0, Math.round(epoch)));
    this.#stayAt(shown);
    this.cursor.value = shown;
  }

  /** Follow the front from an epoch on, if it is there. */
  #stayAt(epoch: number): void {
    this.following.value = epoch === this.#course.front.peek() && !this.#course.isCovered.peek();
  }

  /** Show the epoch at which training goes on, and follow it. */
  toFront(): void {
    this.clearPending("pause", "seek");
    this.following.value = !this.#course.isCovered.peek();
    this.cursor.value = this.#course.front.peek();
  }

  /** Replay up to an epoch after the cursor. */
  replayTo(epoch: number): void {
    this.replaying.value = true;
    this.#stopAt = epoch;
  }

  isPending(kind: "play" | "pause" | "seek"): boolean {
    return this.pending.peek()?.kind === kind;
  }

  clearPending(...kinds: ("play" | "pause" | "seek")[]): void {
    if (kinds.some((kind) => this.isPending(kind))) this.pending.value = null;
  }

  /** Keep a stopped cursor at the front if it follows. */
  #followFront(): void {
    const front = this.#course.front.value;
    if (!this.#course.isTraining.value) this.clearPending("pause");
    if (this.mode.value === "stopped" && this.following.value && !this.#pausing.value) this.cursor.value = front;
  }

  /** Request frames only while the cursor moves. */
  #requestFrames(): void {
    const mode = this.mode.value;
    if (mode !== "replaying") this.#stopAt = null;
    this.#course.front.value; // run again when the front moves
    if (mode === "stopped") {
      this.#cancelFrame?.();
      this.#cancelFrame = null;
      this.#waitingAtFront = false;
    } else if (this.#waitingAtFront && mode === "training") {
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
    this.#waitingAtFront = this.#move(now);
    if (!this.#waitingAtFront) return;
    this.#cancelFrame?.();
    this.#cancelFrame = null;
  };

  /** Move the cursor to where it belongs now. Returns whether it is at the front of a training run. */
  #move(now: number): boolean {
    const [front, shown] = [this.#course.front.peek(), this.cursor.peek()];
    const end = this.#stopAt ?? (shown <= front ? front : this.#course.head.peek());
    const { speed, loop, dragging } = this.#controls;
    // If something else moved or holds the cursor, continue from there.
    if (dragging.peek() || shown !== Math.min(end, epochOf(this.#clock))) this.#clock = started(shown, now);
    if (dragging.peek()) return false;
    if (this.mode.peek() === "training") {
      this.#clock = followed(this.#clock, now, { speed: speed.peek(), head: front });
      this.cursor.value = Math.min(front, epochOf(this.#clock));
      return this.cursor.peek() === front;
    }
    const repeat = loop.peek() && this.#stopAt === null && !this.#course.isTraining.peek();
    const { clock, ended } = replayed(this.#clock, now, { speed: speed.peek(), head: end, loop: repeat });
    this.#clock = clock;
    this.cursor.value = Math.min(end, epochOf(clock));
    if (ended) {
      this.#stayAt(end);
      this.replaying.value = false;
    }
    return false;
  }
}
