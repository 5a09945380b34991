/** Python hears of the cursor when it has come to rest, and only of what it does not know yet. */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Scheduler } from "./playback";

/** The cursor is at rest when it has not moved for so long. */
export const REST_MS = 150;

export class Rest {
  readonly #cursor: ReadonlySignal<number>;
  readonly #tell: (epoch: number) => void;
  readonly #dispose: () => void;
  #cancel: () => void = () => {};
  /** What Python takes the cursor to be. */
  #known = -1;

  constructor(
    cursor: ReadonlySignal<number>,
    resting: () => boolean,
    scheduler: Scheduler,
    tell: (epoch: number) => void,
  ) {
    this.#cursor = cursor;
    this.#tell = tell;
    this.#dispose = effect(() => {
      this.#cancel();
      if (resting() && cursor.value !== this.#known) this.#cancel = scheduler.after(REST_MS, () => this.now());
    });
  }

  /** Python has said it: nothing to tell. */
  heard(epoch: number): void {
    this.#known = epoch;
  }

  /** Tell without waiting. */
  now(): void {
    this.#cancel();
    const epoch = this.#cursor.peek();
    if (epoch === this.#known) return;
    this.#known = epoch;
    this.#tell(epoch);
  }

  dispose(): void {
    this.#cancel();
    this.#dispose();
  }
}
