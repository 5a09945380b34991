/** The beginning of a recording, as if no more were recorded: nothing that reads it can tell what follows. */
import type { GrowingRecording } from "./recording";
import type { Metadata, OldBranch, Recording, Reference, RunEvent } from "./types";

export class LimitedRecording implements Recording {
  readonly #all: GrowingRecording;
  readonly #limit: number;
  #events: { of: readonly RunEvent[]; shown: readonly RunEvent[] } | null = null;

  /** `limit`: number of epochs. */
  constructor(all: GrowingRecording, limit: number) {
    this.#all = all;
    this.#limit = limit;
  }

  get revision(): number {
    return this.#all.revision;
  }

  get alphabet(): readonly string[] {
    return this.#all.alphabet;
  }

  get separator(): string {
    return this.#all.separator;
  }

  get positions(): number {
    return this.#all.positions;
  }

  get countedPositions(): number {
    return this.#all.countedPositions;
  }

  get inputs(): Uint32Array {
    return this.#all.inputs;
  }

  get targets(): Uint32Array {
    return this.#all.targets;
  }

  get topk(): number {
    return this.#all.topk;
  }

  get metadata(): Metadata {
    return this.#all.metadata;
  }

  get references(): readonly Reference[] {
    return this.#all.references;
  }

  /** None: they may be further than what is shown. */
  get oldBranches(): readonly OldBranch[] {
    return [];
  }

  get epochs(): number {
    return Math.min(this.#all.epochs, this.#limit);
  }

  get events(): readonly RunEvent[] {
    const { events } = this.#all;
    if (this.#events?.of !== events)
      this.#events = { of: events, shown: events.filter(({ epoch }) => epoch < this.#limit) };
    return this.#events.shown;
  }

  get losses(): Float64Array {
    return this.#all.losses.subarray(0, this.epochs);
  }

  loss(epoch: number): number {
    return this.#all.loss(epoch);
  }

  lr(epoch: number): number {
    return this.#all.lr(epoch);
  }

  token(epoch: number, position: number, rank?: number): number {
    return this.#all.token(epoch, position, rank);
  }

  probability(epoch: number, position: number, rank?: number): number {
    return this.#all.probability(epoch, position, rank);
  }

  isCounted(position: number): boolean {
    return this.#all.isCounted(position);
  }

  positionLoss(epoch: number, position: number): number {
    return this.#all.positionLoss(epoch, position);
  }

  pTarget(epoch: number, position: number): number {
    return this.#all.pTarget(epoch, position);
  }

  isCorrect(epoch: number, position: number): boolean {
    return this.#all.isCorrect(epoch, position);
  }

  correctCount(epoch: number): number {
    return this.#all.correctCount(epoch);
  }

  firstError(epoch: number): number {
    return this.#all.firstError(epoch);
  }

  learnedAt(position: number): number | null {
    if (!this.isCounted(position)) return -1;
    let since = this.epochs;
    while (since > 0 && this.has(since - 1) && this.isCorrect(since - 1, position)) since--;
    if (since > 0 && !this.has(since - 1)) return null;
    return since < this.epochs ? since : -1;
  }

  get stride(): number {
    return this.#all.stride;
  }

  has(epoch: number): boolean {
    return epoch < this.epochs && this.#all.has(epoch);
  }

  latest(epoch: number): number {
    return this.#all.latest(Math.min(epoch, this.epochs - 1));
  }

  next(epoch: number): number {
    return Math.min(this.#all.next(epoch), this.epochs - 1);
  }
}
