/** One probe of a recording, as if its text were all: what a player shows where there are probes. */
import type { ProbeSummary } from "./probe-summary";
import { RecordingView } from "./recording-view";
import type { Recording, RunEvent } from "./types";

export class ProbeRecording extends RecordingView {
  readonly #summary: ProbeSummary;
  readonly #start: number;
  readonly #inputs: Uint32Array;
  readonly #targets: Uint32Array;
  #events: { of: readonly RunEvent[]; allCorrect: number | null; shown: readonly RunEvent[] } | null = null;

  constructor(all: Recording, summary: ProbeSummary) {
    super(all);
    const { start, stop } = summary.probe;
    this.#summary = summary;
    this.#start = start;
    this.#inputs = all.inputs.subarray(start, stop);
    this.#targets = all.targets.subarray(start, stop);
  }

  override get positions(): number {
    return this.#inputs.length;
  }

  override get countedPositions(): number {
    return this.#summary.countedPositions;
  }

  override get inputs(): Uint32Array {
    return this.#inputs;
  }

  override get targets(): Uint32Array {
    return this.#targets;
  }

  override get losses(): Float64Array {
    return this.#summary.losses;
  }

  /** Those of the run; that all positions are correct is one of the probe. */
  override get events(): readonly RunEvent[] {
    const { events } = this.all;
    const allCorrect = this.#summary.firstAllCorrect;
    if (this.#events?.of !== events || this.#events.allCorrect !== allCorrect) {
      const shown = events.filter(({ kind }) => kind !== "all_correct");
      if (allCorrect !== null) shown.push({ epoch: allCorrect, kind: "all_correct" });
      this.#events = { of: events, allCorrect, shown: shown.sort((a, b) => a.epoch - b.epoch) };
    }
    return this.#events.shown;
  }

  override loss(epoch: number): number {
    return this.#summary.losses[epoch] as number;
  }

  override token(epoch: number, position: number, rank?: number): number {
    return this.all.token(epoch, this.#start + position, rank);
  }

  override probability(epoch: number, position: number, rank?: number): number {
    return this.all.probability(epoch, this.#start + position, rank);
  }

  override isCounted(position: number): boolean {
    return this.all.isCounted(this.#start + position);
  }

  override positionLoss(epoch: number, position: number): number {
    return this.all.positionLoss(epoch, this.#start + position);
  }

  override pTarget(epoch: number, position: number): number {
    return this.all.pTarget(epoch, this.#start + position);
  }

  override isCorrect(epoch: number, position: number): boolean {
    return this.all.isCorrect(epoch, this.#start + position);
  }

  override correctCount(epoch: number): number {
    return this.#summary.correctCount(epoch);
  }

  override firstError(epoch: number): number {
    return this.#summary.firstError(epoch);
  }

  override learnedAt(position: number): number {
    return this.all.learnedAt(this.#start + position);
  }
}
