/** The speed: what the viewer wishes, and what the kernel has taken up of it. */
import { signal } from "@preact/signals";
import type { Status } from "./types";

export class Speed {
  /** Epochs per second; Infinity = as fast as it trains. */
  readonly value = signal(12);
  /** What the kernel was asked for and has not taken up yet. */
  #asked: number | null = null;

  /** The viewer's wish; a kernel that trains is to be `told`. */
  wish(speed: number, told: boolean): void {
    this.value.value = speed;
    if (told) this.#asked = speed;
  }

  /** News is taken over, but not when the viewer's own wish has overtaken it. */
  hear(status: Status, before: Status): void {
    const speed = status.speed ?? Number.POSITIVE_INFINITY;
    if (status.speed !== before.speed && this.#asked === null) this.value.value = speed;
    if (speed === this.#asked || status.state !== "training") this.#asked = null;
  }
}

/** As the kernel is told: JSON has no infinity. */
export const told = (speed: number): number | null => (Number.isFinite(speed) ? speed : null);
