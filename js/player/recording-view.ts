/** A recording that shows another one as it is: the base of those that show only a part of it. */
import type { Axis, Metadata, OldBranch, Probe, Recording, Reference, RunEvent } from "./types";

export class RecordingView implements Recording {
  protected readonly all: Recording;

  constructor(all: Recording) {
    this.all = all;
  }

  get revision(): number {
    return this.all.revision;
  }

  get alphabet(): readonly string[] {
    return this.all.alphabet;
  }

  get separator(): string {
    return this.all.separator;
  }

  get positions(): number {
    return this.all.positions;
  }

  get countedPositions(): number {
    return this.all.countedPositions;
  }

  get inputs(): Uint32Array {
    return this.all.inputs;
  }

  get targets(): Uint32Array {
    return this.all.targets;
  }

  get topk(): number {
    return this.all.topk;
  }

  get epochs(): number {
    return this.all.epochs;
  }

  get metadata(): Metadata {
    return this.all.metadata;
  }

  get axis(): Axis | null {
    return this.all.axis;
  }

  get probes(): readonly Probe[] {
    return this.all.probes;
  }

  get scalars(): ReadonlyMap<string, Float64Array> {
    return this.all.scalars;
  }

  get references(): readonly Reference[] {
    return this.all.references;
  }

  get events(): readonly RunEvent[] {
    return this.all.events;
  }

  get oldBranches(): readonly OldBranch[] {
    return this.all.oldBranches;
  }

  get losses(): Float64Array {
    return this.all.losses;
  }

  loss(epoch: number): number {
    return this.all.loss(epoch);
  }

  loggedLoss(epoch: number): number {
    return this.all.loggedLoss(epoch);
  }

  hasLoggedLoss(epoch: number): boolean {
    return this.all.hasLoggedLoss(epoch);
  }

  place(epoch: number): number {
    return this.all.place(epoch);
  }

  lr(epoch: number): number {
    return this.all.lr(epoch);
  }

  token(epoch: number, position: number, rank?: number): number {
    return this.all.token(epoch, position, rank);
  }

  probability(epoch: number, position: number, rank?: number): number {
    return this.all.probability(epoch, position, rank);
  }

  isCounted(position: number): boolean {
    return this.all.isCounted(position);
  }

  positionLoss(epoch: number, position: number): number {
    return this.all.positionLoss(epoch, position);
  }

  pTarget(epoch: number, position: number): number {
    return this.all.pTarget(epoch, position);
  }

  isCorrect(epoch: number, position: number): boolean {
    return this.all.isCorrect(epoch, position);
  }

  correctCount(epoch: number): number {
    return this.all.correctCount(epoch);
  }

  firstError(epoch: number): number {
    return this.all.firstError(epoch);
  }

  learnedAt(position: number): number | null {
    return this.all.learnedAt(position);
  }

  get stride(): number {
    return this.all.stride;
  }

  has(epoch: number): boolean {
    return this.all.has(epoch);
  }

  latest(epoch: number): number {
    return this.all.latest(epoch);
  }

  next(epoch: number): number {
    return this.all.next(epoch);
  }
}
