/** A scheduler that tests advance: timers, and 60 frames per second, none while hidden. */
import type { Scheduler } from "../drawing/scheduler";

const FRAME_MS = 1000 / 60;

export class HandTime implements Scheduler {
  hidden = false;
  #now = 1000;
  #frames: ((now: number) => void)[] = [];
  #timers: { due: number; callback: () => void }[] = [];

  now = (): number => this.#now;

  frame = (callback: (now: number) => void): (() => void) => {
    this.#frames.push(callback);
    return () => {
      this.#frames = this.#frames.filter((other) => other !== callback);
    };
  };

  after = (ms: number, callback: () => void): (() => void) => {
    const timer = { due: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Number of pending callbacks. */
  get pending(): { frames: number; timers: number } {
    return { frames: this.#frames.length, timers: this.#timers.length };
  }

  /** Advance time: call every frame and every timer that is due. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const drawn = this.#frames.length > 0 && !this.hidden;
      const nextFrame = drawn ? (Math.floor(this.#now / FRAME_MS + 1e-6) + 1) * FRAME_MS : Number.POSITIVE_INFINITY;
      const timer = this.#timers.reduce((a, b) => (b.due < a.due ? b : a), { due: Number.POSITIVE_INFINITY });
      const next = Math.min(nextFrame, timer.due);
      if (next > end + 1e-6) break;
      this.#now = next;
      if ("callback" in timer && timer.due <= next) {
        this.#timers = this.#timers.filter((other) => other !== timer);
        (timer.callback as () => void)();
      } else {
        for (const callback of this.#frames.splice(0)) callback(next);
      }
    }
    this.#now = end;
  }
}
