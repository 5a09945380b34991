/** Whether the epochs on show follow each other fast, whatever the speed is that was chosen. */
export class QuickChanges {
  readonly #limit: number;
  #epoch = -1;
  #changedAt = Number.NEGATIVE_INFINITY;
  #quick = false;

  /** `limit`: at most this long between two changes, ms. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Take note of the epoch on show now, in ms. Returns whether it changes fast. */
  see(epoch: number, now: number): boolean {
    const isRecent = now - this.#changedAt < this.#limit;
    const changed = epoch !== this.#epoch;
    this.#quick = isRecent && (changed || this.#quick);
    if (changed) [this.#epoch, this.#changedAt] = [epoch, now];
    return this.#quick;
  }
}
