/** A run as the browser knows it: a whole recording that grows by chunks. */
import { decodeGhosts, decodeRecords, type GhostHeader, type Parts, type Records, type Shape } from "./decode";
import type { About, Ghost, Recording, Reference, RunEvent } from "./types";

/** What precedes the records block of the epochs start .. start + count - 1 of a revision. */
export interface Chunk {
  revision: number;
  /** A browser whose revision is at least this shares the first `start` epochs. */
  after: number;
  start: number;
  count: number;
  events: RunEvent[];
  /** What is another with another revision; there whenever `after` is below `revision`. */
  line?: { about: About; ghosts: GhostHeader[] };
}

/** changed: something new; ignored: old news; ask: something is missing in between, ask the kernel for it. */
export type Verdict = "changed" | "ignored" | "ask";

/** Epochs and positions given to its methods must exist: 0 <= epoch < epochs, 0 <= position < positions. */
export class GrowingRecording implements Recording {
  readonly alphabet: readonly string[];
  readonly joined: boolean;
  readonly positions: number;
  readonly inputs: Uint32Array;
  readonly targets: Uint32Array;
  readonly top: number;
  about: About;
  references: readonly Reference[];
  events: readonly RunEvent[];
  ghosts: readonly Ghost[];
  revision: number;
  epochs = 0;
  losses: Float64Array = new Float64Array();
  readonly #shape: Shape;
  /** Room for more epochs than there are: doubled when full, so that a chunk costs what it holds. */
  #columns: Records;
  #rightCounts = new Uint32Array();
  /** (P,) the last epoch at which a position was wrong, -1 if it never was */
  readonly #lastWrong: Int32Array;

  constructor(parts: Parts) {
    this.alphabet = parts.alphabet;
    this.joined = parts.joined;
    this.positions = parts.positions;
    this.inputs = parts.inputs;
    this.targets = parts.targets;
    this.top = parts.top;
    this.about = parts.about;
    this.references = parts.references;
    this.events = parts.events;
    this.ghosts = parts.ghosts;
    this.revision = parts.revision;
    this.#shape = { positions: parts.positions, top: parts.top, tokens: parts.alphabet.length };
    this.#lastWrong = new Int32Array(parts.positions).fill(-1);
    this.#columns = allocate(0, this.#shape);
    this.#append(parts.records, 0);
  }

  loss(epoch: number): number {
    return this.#columns.losses[epoch] as number;
  }

  lr(epoch: number): number {
    return this.#columns.lrs[epoch] as number;
  }

  token(epoch: number, position: number, rank = 0): number {
    return this.#columns.topTokens[(epoch * this.positions + position) * this.top + rank] as number;
  }

  probability(epoch: number, position: number, rank = 0): number {
    return (this.#columns.topProbabilities[(epoch * this.positions + position) * this.top + rank] as number) / 255;
  }

  positionLoss(epoch: number, position: number): number {
    return (this.#columns.positionLosses[epoch * this.positions + position] as number) / 2048;
  }

  pTarget(epoch: number, position: number): number {
    return Math.exp(-this.positionLoss(epoch, position));
  }

  right(epoch: number, position: number): boolean {
    return this.token(epoch, position) === this.targets[position];
  }

  rightCount(epoch: number): number {
    return this.#rightCounts[epoch] as number;
  }

  learnedAt(position: number): number {
    const since = (this.#lastWrong[position] as number) + 1;
    return since < this.epochs ? since : -1;
  }

  /** Take a chunk by the rule of the wire; an Error, and nothing taken, when its bytes are damaged. */
  apply(chunk: Chunk, block: Uint8Array, losses: Uint8Array = new Uint8Array()): Verdict {
    const { revision, after, start, count, line } = chunk;
    if (this.revision > revision) return "ignored";
    if (this.revision < after || start > this.epochs) return "ask";
    const turned = this.revision < revision;
    if (!turned && start + count <= this.epochs) return "ignored";
    const records = decodeRecords(block, count, this.#shape);
    const ghosts = turned && line ? decodeGhosts(line.ghosts, losses) : this.ghosts;
    if (turned) this.#truncate(start);
    if (turned && line) this.about = line.about;
    this.ghosts = ghosts;
    this.revision = revision;
    const fresh = this.epochs;
    this.#append(records, fresh - start);
    const news = chunk.events.filter(({ epoch }) => epoch >= fresh);
    if (news.length > 0) this.events = [...this.events, ...news];
    return "changed";
  }

  #truncate(epochs: number): void {
    this.events = this.events.filter(({ epoch }) => epoch < epochs);
    for (let position = 0; position < this.positions; position++) {
      if ((this.#lastWrong[position] as number) < epochs) continue;
      let epoch = epochs - 1;
      while (epoch >= 0 && this.right(epoch, position)) epoch--;
      this.#lastWrong[position] = epoch;
    }
    this.#resize(epochs);
  }

  /** Append the records from row `from` on. */
  #append(records: Records, from: number): void {
    const start = this.epochs;
    const epochs = start + records.count - from;
    if (epochs > this.#columns.count) this.#grow(Math.max(epochs, 2 * this.#columns.count));
    const { positions, top } = this;
    copyRows(this.#columns, start, records, from, positions, top);
    for (let epoch = start; epoch < epochs; epoch++) {
      let right = 0;
      for (let position = 0; position < positions; position++) {
        if (this.right(epoch, position)) right++;
        else this.#lastWrong[position] = epoch;
      }
      this.#rightCounts[epoch] = right;
    }
    this.#resize(epochs);
  }

  #grow(capacity: number): void {
    const columns = allocate(capacity, this.#shape);
    copyRows(columns, 0, { ...this.#columns, count: this.epochs }, 0, this.positions, this.top);
    const rightCounts = new Uint32Array(capacity);
    rightCounts.set(this.#rightCounts);
    this.#columns = columns;
    this.#rightCounts = rightCounts;
  }

  #resize(epochs: number): void {
    this.epochs = epochs;
    this.losses = this.#columns.losses.subarray(0, epochs);
  }
}

/** What a whole recording makes of the one at hand; the same object when it brings no new epochs. */
export function replaced(known: GrowingRecording | null, parts: Parts): GrowingRecording {
  if (known === null || parts.revision > known.revision) return new GrowingRecording(parts);
  if (parts.revision < known.revision) return known;
  if (parts.records.count > known.epochs) return new GrowingRecording(parts);
  // Not every chunk carries these: take them even when the chunks were quicker.
  known.about = parts.about;
  known.references = parts.references;
  known.ghosts = parts.ghosts;
  return known;
}

function allocate(count: number, { positions, top, tokens }: Shape): Records {
  const ranked = count * positions * top;
  return {
    count,
    losses: new Float64Array(count),
    lrs: new Float64Array(count),
    positionLosses: new Uint16Array(count * positions),
    topTokens: tokens > 256 ? new Uint16Array(ranked) : new Uint8Array(ranked),
    topProbabilities: new Uint8Array(ranked),
  };
}

/** Copy the rows of `source` from row `from` on to `target`, where the first of them becomes row `at`. */
function copyRows(target: Records, at: number, source: Records, from: number, positions: number, top: number): void {
  const rows = (column: keyof Omit<Records, "count">, width: number) =>
    target[column].set(source[column].subarray(from * width, source.count * width), at * width);
  rows("losses", 1);
  rows("lrs", 1);
  rows("positionLosses", positions);
  rows("topTokens", positions * top);
  rows("topProbabilities", positions * top);
}
