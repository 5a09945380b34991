/** The beginning of a recording, as if no more were recorded: nothing that reads it can tell what follows. */
import { RecordingView } from "./recording-view";
import type { OldBranch, Recording, RunEvent } from "./types";

export class LimitedRecording extends RecordingView {
  readonly #limit: number;
  #events: { of: readonly RunEvent[]; shown: readonly RunEvent[] } | null = null;

  /** `limit`: number of epochs. */
  constructor(all: Recording, limit: number) {
    super(all);
    this.#limit = limit;
  }

  /** None: they may be further than what is shown. */
  override get oldBranches(): readonly OldBranch[] {
    return [];
  }

  override get epochs(): number {
    return Math.min(this.all.epochs, this.#limit);
  }

  override get events(): readonly RunEvent[] {
    const { events } = this.all;
    if (this.#events?.of !== events)
      this.#events = { of: events, shown: events.filter(({ epoch }) => epoch < this.#limit) };
    return this.#events.shown;
  }

  override get losses(): Float64Array {
    return this.all.losses.subarray(0, this.epochs);
  }

  override get scalars(): ReadonlyMap<string, Float64Array> {
    return new Map([...this.all.scalars].map(([name, values]) => [name, values.subarray(0, this.epochs)]));
  }

  override learnedAt(position: number): number | null {
    if (!this.isCounted(position)) return -1;
    let since = this.epochs;
    while (since > 0 && this.has(since - 1) && this.isCorrect(since - 1, position)) since--;
    if (since > 0 && !this.has(since - 1)) return null;
    return since < this.epochs ? since : -1;
  }

  override has(epoch: number): boolean {
    return epoch < this.epochs && this.all.has(epoch);
  }

  override latest(epoch: number): number {
    return this.all.latest(Math.min(epoch, this.epochs - 1));
  }

  override next(epoch: number): number {
    return Math.min(this.all.next(epoch), this.epochs - 1);
  }
}
