/** A recording that grows by chunks. */
import type { Chunk, ChunkResult } from "./chunk";
import {
  alignedBytes,
  decodeOldBranches,
  decodeRecords,
  IGNORED,
  type Parts,
  type Records,
  type Shape,
} from "./decode";
import { EpochColumns } from "./epoch-columns";
import { decodeExtras, type Extras, GrowingExtras } from "./extras";
import { epochsOf, type Overview, spansOf } from "./overview";
import { type Budget, KEEP_ALL, PAGE_BUDGET, RecordBlocks } from "./record-blocks";
import type { SpanSummary } from "./span-summary";
import type { Axis, Metadata, OldBranch, Probe, Recording, Reference, RunEvent } from "./types";

/** Nats: the loss of a probe is a mean of rounded losses. */
const SAME_LOSS = 1e-3;
const NO_BYTES = new Uint8Array();

/**
 * Arguments must be in range: 0 <= epoch < epochs, 0 <= position < positions. Where `has` is false, nothing is known of
 * single positions.
 */
export class GrowingRecording implements Recording {
  readonly alphabet: readonly string[];
  readonly separator: string;
  readonly positions: number;
  readonly countedPositions: number;
  readonly inputs: Uint32Array;
  readonly targets: Uint32Array;
  readonly topk: number;
  metadata: Metadata;
  references: readonly Reference[];
  events: readonly RunEvent[];
  oldBranches: readonly OldBranch[];
  axis: Axis | null;
  probes: readonly Probe[];
  revision: number;
  losses: Float64Array = new Float64Array();
  /** What a row of records consists of. */
  readonly shape: Shape;
  readonly #columns: EpochColumns;
  readonly #blocks: RecordBlocks;
  readonly #extras = new GrowingExtras();

  constructor(parts: Parts, budget: Budget = PAGE_BUDGET) {
    this.alphabet = parts.alphabet;
    this.separator = parts.separator;
    this.positions = parts.positions;
    this.inputs = parts.inputs;
    this.targets = parts.targets;
    this.countedPositions = parts.targets.filter((target) => target !== IGNORED).length;
    this.topk = parts.topk;
    this.metadata = parts.metadata;
    this.references = parts.references;
    this.events = parts.events;
    this.oldBranches = parts.oldBranches;
    this.axis = parts.axis ?? null;
    this.probes = parts.probes ?? [];
    this.revision = parts.revision;
    this.shape = { positions: parts.positions, topk: parts.topk, tokens: parts.alphabet.length };
    this.#blocks = new RecordBlocks(this.shape, budget);
    const spans = spansOf(this.probes, parts.positions);
    this.#columns = new EpochColumns(this.shape, parts.targets, spans, this.probes.length > 0);
    if (parts.overview) this.#open(parts.overview, parts.records, parts.extras);
    else this.append(parts.records, 0, parts.extras);
  }

  /** Places and scalars of all epochs, as views; undefined: there are none. */
  get extras(): Extras | undefined {
    return this.axis === null && this.scalars.size === 0 ? undefined : this.#extras.rows(this.epochs);
  }

  /** Of each probe, or of all positions if there are no probes. */
  get spans(): readonly SpanSummary[] {
    return this.#columns.spans;
  }

  get scalars(): ReadonlyMap<string, Float64Array> {
    return this.#extras.scalars;
  }

  get epochs(): number {
    return this.#blocks.epochs;
  }

  /** Every `stride`-th record is here, and those of some epochs; 1: all are. */
  get stride(): number {
    return this.#blocks.stride;
  }

  has(epoch: number): boolean {
    return this.#blocks.has(epoch);
  }

  latest(epoch: number): number {
    return this.#blocks.latest(epoch);
  }

  next(epoch: number): number {
    return this.#blocks.next(epoch);
  }

  /** Note that an epoch is on show, so that its record is kept. */
  touch(epoch: number): void {
    this.#blocks.touch(epoch);
  }

  loss(epoch: number): number {
    return this.#columns.loss(epoch);
  }

  loggedLoss(epoch: number): number {
    return this.loss(epoch);
  }

  hasLoggedLoss(epoch: number): boolean {
    const first = this.spans[0]?.losses;
    return first != null && !(Math.abs((first[epoch] as number) - this.loss(epoch)) < SAME_LOSS);
  }

  place(epoch: number): number {
    return this.axis === null ? epoch : this.#extras.place(epoch);
  }

  lr(epoch: number): number {
    return this.#columns.lr(epoch);
  }

  token(epoch: number, position: number, rank = 0): number {
    const { topTokens } = this.#blocks.columns(epoch);
    return topTokens[(this.#blocks.row * this.positions + position) * this.topk + rank] as number;
  }

  probability(epoch: number, position: number, rank = 0): number {
    const { topProbabilities } = this.#blocks.columns(epoch);
    return (topProbabilities[(this.#blocks.row * this.positions + position) * this.topk + rank] as number) / 255;
  }

  isCounted(position: number): boolean {
    return this.targets[position] !== IGNORED;
  }

  positionLoss(epoch: number, position: number): number {
    if (!this.isCounted(position)) return Number.NaN;
    const { positionLosses } = this.#blocks.columns(epoch);
    return (positionLosses[this.#blocks.row * this.positions + position] as number) / 2048;
  }

  pTarget(epoch: number, position: number): number {
    return Math.exp(-this.positionLoss(epoch, position));
  }

  isCorrect(epoch: number, position: number): boolean {
    return this.token(epoch, position) === this.targets[position];
  }

  correctCount(epoch: number): number {
    return this.#columns.correctCount(epoch);
  }

  firstError(epoch: number): number {
    return this.#columns.firstError(epoch);
  }

  learnedAt(position: number): number | null {
    const lastWrong = this.#columns.lastWrong(position);
    if (lastWrong === null) return null;
    return lastWrong + 1 < this.epochs ? lastWrong + 1 : -1;
  }

  /** Apply a chunk. Throws an Error, and changes nothing, if its bytes are damaged. */
  apply(
    chunk: Chunk,
    block: Uint8Array,
    losses: Uint8Array = NO_BYTES,
    extraBytes: Uint8Array = NO_BYTES,
  ): ChunkResult {
    const { revision, after, start, count, header } = chunk;
    if (this.revision > revision) return "ignored";
    if (this.revision < after || start > this.epochs) return "gap";
    const isNewRevision = this.revision < revision;
    if (!isNewRevision && start + count <= this.epochs) return "ignored";
    const records = decodeRecords(block, count, this.shape);
    const extras = chunk.scalars && decodeExtras(alignedBytes(extraBytes), count, chunk.scalars);
    if (isNewRevision) {
      if (header) this.oldBranches = decodeOldBranches(header.old_branches, losses);
      if (header) this.metadata = header.metadata;
      this.truncate(start);
      if (header) this.#changeAxis(header.axis ?? null, header.probes ?? []);
    }
    this.revision = revision;
    const known = this.epochs;
    this.append(records, known - start, extras);
    const events = chunk.events.filter(({ epoch }) => epoch >= known);
    if (events.length > 0) this.events = [...this.events, ...events];
    return "applied";
  }

  /** Take records that this page has asked for. Returns whether it lacked any of them. */
  fill(start: number, block: Uint8Array, count: number): boolean {
    return this.#blocks.fill(start, decodeRecords(block, count, this.shape));
  }

  /** The numbers of the blocks in which records of epochs first .. last are missing, ascending. */
  *missing(first: number, last: number): Iterable<number> {
    const { size } = this.#blocks;
    for (let number = Math.floor(Math.max(0, first) / size); number * size <= last; number++)
      if (this.#blocks.isMissing(number)) yield number;
  }

  /** The number of epochs in a block: records are asked for by blocks. */
  get blockSize(): number {
    return this.#blocks.size;
  }

  /** Delete all but the first `epochs` epochs, and their events. */
  truncate(epochs: number): void {
    this.events = this.events.filter(({ epoch }) => epoch < epochs);
    this.#columns.truncate(epochs, this);
    this.#blocks.truncate(epochs);
    this.#extras.truncate(epochs);
    this.#resized();
  }

  /** Append copies of the records from row `from` on. Their events are not added. */
  append(records: Records, from = 0, extras?: Extras): void {
    const start = this.epochs;
    this.#columns.append(start, records, from);
    this.#blocks.append(records, from);
    if (extras) this.#extras.append(start, extras, from);
    else this.#extras.resize(this.epochs);
    this.#resized();
  }

  /** Records of epochs start .. stop - 1; perhaps views that are valid only until the recording changes. */
  rows(start: number, stop: number): Records {
    return this.#blocks.rows(start, stop);
  }

  /** A copy of the first `epochs` epochs, with their events: nothing that is done to it changes this recording. */
  fork(epochs: number): GrowingRecording {
    const { alphabet, metadata, references, events, oldBranches } = this;
    return new GrowingRecording(
      {
        ...this,
        alphabet: [...alphabet],
        metadata: { ...metadata },
        references: [...references],
        events: events.filter(({ epoch }) => epoch < epochs),
        oldBranches: [...oldBranches],
        records: this.rows(0, epochs),
        probes: [...this.probes],
        extras: this.#extras.rows(epochs),
      },
      KEEP_ALL,
    );
  }

  /** Start with what the kernel sends of a long recording. */
  #open(overview: Overview, last: Records, extras?: Extras): void {
    const { losses, stride, sample } = overview;
    this.#columns.open(overview);
    if (extras) this.#extras.append(0, extras);
    this.#blocks.open(losses.length, stride, sample, last);
    this.#resized();
  }

  /** A loop that counts steps may follow on one that counts epochs, once that is cut to no records. */
  #changeAxis(axis: Axis | null, probes: readonly Probe[]): void {
    if (this.epochs > 0) return;
    [this.axis, this.probes] = [axis, probes];
    this.#columns.divide(spansOf(probes, this.positions), probes.length > 0);
  }

  #resized(): void {
    this.losses = this.#columns.losses(this.epochs);
  }
}

/** Merge a whole recording into the known one; returns the same object if it adds no epochs. */
export function mergeRecording(known: GrowingRecording | null, parts: Parts, budget = PAGE_BUDGET): GrowingRecording {
  if (known === null || parts.revision > known.revision) return new GrowingRecording(parts, budget);
  if (parts.revision < known.revision) return known;
  if (epochsOf(parts) > known.epochs) return new GrowingRecording(parts, budget);
  // Not every chunk carries these fields, so take them even if chunks have overtaken the recording.
  known.metadata = parts.metadata;
  known.references = parts.references;
  known.oldBranches = parts.oldBranches;
  return known;
}
