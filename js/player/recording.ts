/** A recording that grows by chunks. */
import {
  alignedBytes,
  decodeOldBranches,
  decodeRecords,
  IGNORED,
  type OldBranchHeader,
  type Parts,
  type Records,
  type Shape,
} from "./decode";
import { decodeExtras, type Extras, GrowingExtras } from "./extras";
import { ProbeSummary } from "./probe-summary";
import type { Axis, Metadata, OldBranch, Probe, Recording, Reference, RunEvent } from "./types";

/** The message that carries the records of epochs start .. start + count - 1 of a revision. */
export interface Chunk {
  revision: number;
  /** A browser at this revision or a later one shares the first `start` epochs. */
  after: number;
  start: number;
  count: number;
  events: RunEvent[];
  /** Fields that change with the revision; present whenever `after` is below `revision`. */
  header?: { metadata: Metadata; old_branches: OldBranchHeader[]; axis?: Axis; probes?: Probe[] };
  /** The names of the scalars; missing: the records have no extras. */
  scalars?: string[];
}

/** applied: something changed; ignored: nothing new; gap: epochs before the chunk are missing. */
export type ChunkResult = "applied" | "ignored" | "gap";

const NO_BYTES = new Uint8Array();

/** Arguments must be in range: 0 <= epoch < epochs, 0 <= position < positions. */
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
  epochs = 0;
  losses: Float64Array = new Float64Array();
  /** What a row of records consists of. */
  readonly shape: Shape;
  /** Capacity beyond `epochs`: doubled when full, so that the cost of a chunk depends only on its size. */
  #columns: Records;
  #correctCounts = new Uint32Array();
  #firstErrors = new Uint32Array();
  readonly #extras = new GrowingExtras();
  /** One for each probe. */
  #summaries: readonly ProbeSummary[] = [];
  /** (P,) the last epoch at which a position was wrong, -1 if none */
  readonly #lastWrong: Int32Array;

  constructor(parts: Parts) {
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
    this.#lastWrong = new Int32Array(parts.positions).fill(-1);
    this.#columns = allocate(0, this.shape);
    this.#summaries = this.#makeSummaries();
    this.append(parts.records, 0, parts.extras);
  }

  get scalars(): ReadonlyMap<string, Float64Array> {
    return this.#extras.scalars;
  }

  loss(epoch: number): number {
    return this.#columns.losses[epoch] as number;
  }

  loggedLoss(epoch: number): number {
    return this.loss(epoch);
  }

  place(epoch: number): number {
    return this.axis === null ? epoch : this.#extras.place(epoch);
  }

  /** What is counted of a probe. */
  summary(probe: number): ProbeSummary {
    return this.#summaries[probe] as ProbeSummary;
  }

  lr(epoch: number): number {
    return this.#columns.lrs[epoch] as number;
  }

  token(epoch: number, position: number, rank = 0): number {
    return this.#columns.topTokens[(epoch * this.positions + position) * this.topk + rank] as number;
  }

  probability(epoch: number, position: number, rank = 0): number {
    return (this.#columns.topProbabilities[(epoch * this.positions + position) * this.topk + rank] as number) / 255;
  }

  isCounted(position: number): boolean {
    return this.targets[position] !== IGNORED;
  }

  positionLoss(epoch: number, position: number): number {
    if (!this.isCounted(position)) return Number.NaN;
    return (this.#columns.positionLosses[epoch * this.positions + position] as number) / 2048;
  }

  pTarget(epoch: number, position: number): number {
    return Math.exp(-this.positionLoss(epoch, position));
  }

  isCorrect(epoch: number, position: number): boolean {
    return this.token(epoch, position) === this.targets[position];
  }

  correctCount(epoch: number): number {
    return this.#correctCounts[epoch] as number;
  }

  firstError(epoch: number): number {
    return this.#firstErrors[epoch] as number;
  }

  learnedAt(position: number): number {
    const since = (this.#lastWrong[position] as number) + 1;
    return since < this.epochs ? since : -1;
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

  /** Delete all but the first `epochs` epochs, and their events. */
  truncate(epochs: number): void {
    this.events = this.events.filter(({ epoch }) => epoch < epochs);
    for (let position = 0; position < this.positions; position++) {
      if ((this.#lastWrong[position] as number) < epochs) continue;
      let epoch = epochs - 1;
      while (epoch >= 0 && this.isCorrect(epoch, position)) epoch--;
      this.#lastWrong[position] = epoch;
    }
    this.#resize(epochs);
    this.#extras.resize(Math.min(epochs, this.#extras.count));
    for (const summary of this.#summaries) summary.resize(epochs);
  }

  /** Append copies of the records from row `from` on. Their events are not added. */
  append(records: Records, from = 0, extras?: Extras): void {
    const start = this.epochs;
    const epochs = start + records.count - from;
    if (epochs > this.#columns.count) this.#grow(Math.max(epochs, 2 * this.#columns.count));
    const { positions, topk } = this;
    copyRows(this.#columns, start, records, from, positions, topk);
    for (let epoch = start; epoch < epochs; epoch++) {
      let correct = 0;
      let firstError = positions;
      for (let position = positions - 1; position >= 0; position--) {
        if (this.isCorrect(epoch, position)) correct++;
        else {
          this.#lastWrong[position] = epoch;
          if (this.isCounted(position)) firstError = position;
        }
      }
      this.#correctCounts[epoch] = correct;
      this.#firstErrors[epoch] = firstError;
    }
    this.#resize(epochs);
    if (extras) this.#extras.append(extras, from);
    for (const summary of this.#summaries) summary.append(this, start, epochs);
  }

  /** Records of epochs start .. stop - 1, as views that are valid only until the recording changes. */
  rows(start: number, stop: number): Records {
    const { losses, lrs, positionLosses, topTokens, topProbabilities } = this.#columns;
    const [cells, ranked] = [this.positions, this.positions * this.topk];
    return {
      count: stop - start,
      losses: losses.subarray(start, stop),
      lrs: lrs.subarray(start, stop),
      positionLosses: positionLosses.subarray(start * cells, stop * cells),
      topTokens: topTokens.subarray(start * ranked, stop * ranked),
      topProbabilities: topProbabilities.subarray(start * ranked, stop * ranked),
    };
  }

  /** A copy of the first `epochs` epochs, with their events: nothing that is done to it changes this recording. */
  fork(epochs: number): GrowingRecording {
    const { alphabet, metadata, references, events, oldBranches } = this;
    return new GrowingRecording({
      ...this,
      alphabet: [...alphabet],
      metadata: { ...metadata },
      references: [...references],
      events: events.filter(({ epoch }) => epoch < epochs),
      oldBranches: [...oldBranches],
      records: this.rows(0, epochs),
      probes: [...this.probes],
      extras: this.#extras.rows(epochs),
    });
  }

  /** A loop that counts steps may follow on one that counts epochs. */
  #changeAxis(axis: Axis | null, probes: readonly Probe[]): void {
    this.axis = axis;
    if (JSON.stringify(probes) === JSON.stringify(this.probes)) return;
    this.probes = probes;
    this.#summaries = this.#makeSummaries();
    for (const summary of this.#summaries) summary.append(this, 0, this.epochs);
  }

  #makeSummaries(): ProbeSummary[] {
    return this.probes.map((probe) => new ProbeSummary(probe, (position) => this.isCounted(position)));
  }

  #grow(capacity: number): void {
    const columns = allocate(capacity, this.shape);
    copyRows(columns, 0, { ...this.#columns, count: this.epochs }, 0, this.positions, this.topk);
    this.#columns = columns;
    this.#correctCounts = extended(this.#correctCounts, capacity);
    this.#firstErrors = extended(this.#firstErrors, capacity);
  }

  #resize(epochs: number): void {
    this.epochs = epochs;
    this.losses = this.#columns.losses.subarray(0, epochs);
  }
}

/** Merge a whole recording into the known one; returns the same object if it adds no epochs. */
export function mergeRecording(known: GrowingRecording | null, parts: Parts): GrowingRecording {
  if (known === null || parts.revision > known.revision) return new GrowingRecording(parts);
  if (parts.revision < known.revision) return known;
  if (parts.records.count > known.epochs) return new GrowingRecording(parts);
  // Not every chunk carries these fields, so take them even if chunks have overtaken the recording.
  known.metadata = parts.metadata;
  known.references = parts.references;
  known.oldBranches = parts.oldBranches;
  return known;
}

function allocate(count: number, { positions, topk, tokens }: Shape): Records {
  const ranked = count * positions * topk;
  return {
    count,
    losses: new Float64Array(count),
    lrs: new Float64Array(count),
    positionLosses: new Uint16Array(count * positions),
    topTokens: tokens > 256 ? new Uint16Array(ranked) : new Uint8Array(ranked),
    topProbabilities: new Uint8Array(ranked),
  };
}

function extended(known: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const values = new Uint32Array(capacity);
  values.set(known);
  return values;
}

/** Copy the rows of `source` from row `from` to the end into `target`, starting at row `at`. */
function copyRows(target: Records, at: number, source: Records, from: number, positions: number, topk: number): void {
  const rows = (column: keyof Omit<Records, "count">, width: number) =>
    target[column].set(source[column].subarray(from * width, source.count * width), at * width);
  rows("losses", 1);
  rows("lrs", 1);
  rows("positionLosses", positions);
  rows("topTokens", positions * topk);
  rows("topProbabilities", positions * topk);
}
