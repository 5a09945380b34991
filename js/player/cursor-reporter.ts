/** Reports the cursor to Python when it has stopped moving, and only if Python has another value. */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";

/**
 * The value of the `cursor` trait for "at the head, and stays there as epochs are recorded". Any other value is an epoch
 * that stays put. With nothing recorded the cursor follows the head, which is -1 as well.
 */
export const FOLLOW_HEAD = -1;

/** The cursor must not have moved for this long. */
export const REPORT_DELAY_MS = 150;

export class CursorReporter {
  readonly #cursor: ReadonlySignal<number>;
  readonly #report: (cursor: number) => void;
  readonly #dispose: () => void;
  #cancel: () => void = () => {};
  /** The value that Python has. */
  #known = FOLLOW_HEAD;

  /** `cursor`: an epoch or `FOLLOW_HEAD`; `isMoving`: whether reports have to wait. */
  constructor(
    cursor: ReadonlySignal<number>,
    isMoving: () => boolean,
    scheduler: Scheduler,
    report: (cursor: number) => void,
  ) {
    this.#cursor = cursor;
    this.#report = report;
    this.#dispose = effect(() => {
      this.#cancel();
      if (cursor.value !== this.#known && !isMoving()) {
        this.#cancel = scheduler.after(REPORT_DELAY_MS, () => this.reportNow());
      }
    });
  }

  /** Record a value that came from Python: it is not reported back. */
  receive(cursor: number): void {
    this.#known = cursor;
  }

  reportNow(): void {
    this.#cancel();
    const cursor = this.#cursor.peek();
    if (cursor === this.#known) return;
    this.#known = cursor;
    this.#report(cursor);
  }

  dispose(): void {
    this.#cancel();
    this.#dispose();
  }
}
