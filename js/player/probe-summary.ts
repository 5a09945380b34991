/** What is counted once for each record of a probe: its loss, its correct positions, and the first wrong one. */
import { Column } from "./column";
import type { Probe, Recording } from "./types";

export class ProbeSummary {
  readonly probe: Probe;
  /** Number of positions that have a target. */
  readonly countedPositions: number;
  readonly #losses = new Column();
  readonly #correctCounts = new Column();
  readonly #firstErrors = new Column();
  #firstAllCorrect: number | null = null;

  constructor(probe: Probe, isCounted: (position: number) => boolean) {
    this.probe = probe;
    let counted = 0;
    for (let position = probe.start; position < probe.stop; position++) counted += Number(isCounted(position));
    this.countedPositions = counted;
  }

  /** (E,) mean cross entropy of the positions that have a target, nats */
  get losses(): Float64Array {
    return this.#losses.values;
  }

  /** The first record at which all its positions are correct; null: none. */
  get firstAllCorrect(): number | null {
    return this.#firstAllCorrect;
  }

  correctCount(epoch: number): number {
    return this.#correctCounts.values[epoch] as number;
  }

  /** The first wrong position of the probe, from 0 on; its number of positions if all are correct. */
  firstError(epoch: number): number {
    return this.#firstErrors.values[epoch] as number;
  }

  /** Count the records start .. stop - 1; those before are known. */
  append(recording: Recording, start: number, stop: number): void {
    this.resize(stop);
    const { probe, countedPositions } = this;
    for (let epoch = start; epoch < stop; epoch++) {
      let [loss, correct, firstError] = [0, 0, probe.stop];
      for (let position = probe.stop - 1; position >= probe.start; position--) {
        if (!recording.isCounted(position)) continue;
        loss += recording.positionLoss(epoch, position);
        if (recording.isCorrect(epoch, position)) correct++;
        else firstError = position;
      }
      this.#losses.values[epoch] = loss / countedPositions;
      this.#correctCounts.values[epoch] = correct;
      this.#firstErrors.values[epoch] = firstError - probe.start;
      if (correct === countedPositions && correct > 0) this.#firstAllCorrect ??= epoch;
    }
  }

  /** Set the number of records. */
  resize(count: number): void {
    for (const column of [this.#losses, this.#correctCounts, this.#firstErrors]) column.resize(count);
    if (this.#firstAllCorrect !== null && this.#firstAllCorrect >= count) this.#firstAllCorrect = null;
  }
}
