/** Moves the cursor: replays behind the head, follows the head, or leaves it where it was put. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { type Clock, epochOf, followed, replayed, started, waited } from "./clock";
import type { Connection, Mode, Status } from "./types";

/** What the world offers by way of time; both return a way to call it off. */
export interface Scheduler {
  now(): number;
  /** Call once before the next picture is drawn; not while the page is hidden. */
  frame(callback: (now: number) => void): () => void;
  after(ms: number, callback: () => void): () => void;
}

export interface Film {
  readonly head: ReadonlySignal<number>;
  readonly status: ReadonlySignal<Status>;
  readonly connection: ReadonlySignal<Connection>;
  readonly speed: ReadonlySignal<number>;
  readonly loop: ReadonlySignal<boolean>;
  readonly dragging: ReadonlySignal<boolean>;
}

export class Playback {
  readonly cursor = signal(-1);
  /** The cursor stays at the head when the head moves. */
  readonly following = signal(true);
  readonly replaying = signal(false);
  /** A pause is on its way: the cursor waits where it is for the kernel to say so, and then goes to the head. */
  readonly held = signal(false);
  readonly trains: ReadonlySignal<boolean>;
  readonly mode: ReadonlySignal<Mode>;
  readonly #film: Film;
  readonly #scheduler: Scheduler;
  readonly #disposers: (() => void)[];
  #clock: Clock = started(0, 0);
  #cancelFrame: (() => void) | null = null;
  /** The cursor is at the head of a training: until that moves there is nothing to draw, and no frame is asked for. */
  #waits = false;

  constructor(film: Film, scheduler: Scheduler) {
    this.#film = film;
    this.#scheduler = scheduler;
    this.trains = computed(() => film.status.value.state === "training" && isConnected(film.connection.value));
    this.mode = computed(() => {
      if (this.replaying.value) return "replaying";
      return this.trains.value && this.following.value && !this.held.value ? "training" : "rest";
    });
    this.#disposers = [effect(() => this.#settle()), effect(() => this.#run())];
  }

  dispose(): void {
    for (const dispose of this.#disposers) dispose();
    this.#cancelFrame?.();
  }

  /** Show an epoch, as near as there is one; at the head it stays with the head. */
  goTo(epoch: number): void {
    const head = this.#film.head.peek();
    this.held.value = false;
    this.following.value = epoch >= head;
    this.cursor.value = Math.min(head, Math.max(0, Math.round(epoch)));
  }

  /** At rest at the head the cursor goes along. */
  #settle(): void {
    const head = this.#film.head.value;
    if (!this.trains.value) this.held.value = false;
    if (this.mode.value === "rest" && this.following.value && !this.held.value) this.cursor.value = head;
  }

  /** Frames are asked for only while something moves by itself. */
  #run(): void {
    const mode = this.mode.value;
    this.#film.head.value; // a head that moves ends a wait
    if (mode === "rest") {
      this.#cancelFrame?.();
      this.#cancelFrame = null;
      this.#waits = false;
    } else if (this.#waits && mode === "training") {
      const now = this.#scheduler.now();
      this.#clock = waited(this.#clock, now, this.#film.speed.peek());
      this.#tick(now); // at once: in the next frame it is drawn
    } else if (this.#cancelFrame === null) {
      this.#clock = started(this.cursor.peek(), this.#scheduler.now());
      this.#cancelFrame = this.#scheduler.frame(this.#tick);
    }
  }

  readonly #tick = (now: number): void => {
    // Asked for before the cursor moves: the next frame moves it first and is drawn then, all parts at the same epoch.
    this.#cancelFrame = this.#scheduler.frame(this.#tick);
    this.#waits = this.#move(now);
    if (!this.#waits) return;
    this.#cancelFrame?.();
    this.#cancelFrame = null;
  };

  /** Put the cursor where it is to be now; whether it is at the head of a training. */
  #move(now: number): boolean {
    const { head, speed, loop, dragging } = this.#film;
    const shown = this.cursor.peek();
    // Someone else moved the cursor, or holds it: go on from there.
    if (dragging.peek() || shown !== Math.min(head.peek(), epochOf(this.#clock))) this.#clock = started(shown, now);
    if (dragging.peek()) return false;
    const pace = { speed: speed.peek(), head: head.peek() };
    if (this.mode.peek() === "training") {
      this.#clock = followed(this.#clock, now, pace);
      this.cursor.value = Math.min(pace.head, epochOf(this.#clock));
      return this.cursor.peek() === pace.head;
    }
    const { clock, ended } = replayed(this.#clock, now, { ...pace, loop: loop.peek() && !this.trains.peek() });
    this.#clock = clock;
    this.cursor.value = Math.min(pace.head, epochOf(clock));
    if (ended) {
      this.following.value = true;
      this.replaying.value = false;
    }
    return false;
  }
}

export const isConnected = (connection: Connection): boolean => connection === "live" || connection === "waiting";
