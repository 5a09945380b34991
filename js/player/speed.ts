/** The speed chosen by the viewer or set by the kernel, whichever is newer. */
import { signal } from "@preact/signals";
import type { Status } from "./types";

export class Speed {
  /** Epochs per second; Infinity = as fast as possible. */
  readonly value = signal(12);
  /** Requested from the kernel and not confirmed yet. */
  #requested: number | null = null;

  /** Set the speed; `requested`: the kernel was sent a command to use it. */
  choose(speed: number, requested: boolean): void {
    this.value.value = speed;
    if (requested) this.#requested = speed;
  }

  /** Take the speed of a new status, unless a request for another one is still unconfirmed. */
  receive(status: Status, before: Status): void {
    const speed = status.speed ?? Number.POSITIVE_INFINITY;
    if (status.speed !== before.speed && this.#requested === null) this.value.value = speed;
    if (speed === this.#requested || status.state !== "training") this.#requested = null;
  }
}

/** The speed as JSON can write it: null for infinity. */
export const jsonSpeed = (speed: number): number | null => (Number.isFinite(speed) ? speed : null);
