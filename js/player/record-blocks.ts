/**
 * The records of a run, in blocks of epochs. A long run does not fit into the memory of a page: beyond a budget, the
 * blocks that were used least recently are dropped, and every `stride`-th record is kept besides, for the learning map.
 */
import { type Records, recordsSize, type Shape } from "./decode";
import { allocate, copyRows, rowsOf } from "./record-columns";

/** How much a page keeps of one run. */
export interface Budget {
  /** Bytes of blocks. */
  readonly bytes: number;
  /** Bytes of one block; it has at least one epoch. */
  readonly block: number;
  /** Bytes of the records in the sample, and their number; at least two. */
  readonly sample: number;
  readonly samples: number;
}

/** The same numbers as in recording/overview.py: a recording that Python does not call long is kept as a whole. */
export const PAGE_BUDGET: Budget = { bytes: 64e6, block: 256 * 1024, sample: 4e6, samples: 1024 };
/** For a recording of which nobody has another copy. */
export const KEEP_ALL: Budget = { ...PAGE_BUDGET, bytes: Number.POSITIVE_INFINITY };
/** The most epochs of a block. */
const MAX_SIZE = 512;
/** At least so many blocks are kept, however large they are: what is shown, the head, and where the cursor goes next. */
const FEWEST = 4;

/** Rows `from` to `stop` - 1 of `columns` are there. */
interface Block {
  from: number;
  stop: number;
  readonly columns: Records;
}

export class RecordBlocks {
  /** Epochs of a block, a power of two. */
  readonly size: number;
  /** Every `stride`-th record is in the sample; 1: all records are there, and there is no sample. */
  stride = 1;
  /** Number of epochs, whether their records are there or not. */
  epochs = 0;
  readonly #shape: Shape;
  readonly #most: number;
  readonly #samples: number;
  /** By their number, those used least recently first. */
  readonly #blocks = new Map<number, Block>();
  #sample: Records | null = null;
  /** The epoch that was looked up last, and where its record is. */
  #found = -1;
  #columns: Records;
  #row = 0;

  constructor(shape: Shape, budget: Budget) {
    const bytes = recordsSize(1, shape);
    this.#shape = shape;
    this.size = 2 ** Math.floor(Math.log2(Math.max(1, Math.min(MAX_SIZE, budget.block / bytes))));
    this.#most = Math.max(FEWEST, Math.ceil(budget.bytes / (this.size * bytes)));
    this.#samples = Math.max(2, Math.min(budget.samples, Math.floor(budget.sample / bytes)));
    this.#columns = allocate(0, shape);
  }

  /** The columns in which the record of an epoch is, see `row`. Throws an Error if it is not there. */
  columns(epoch: number): Records {
    if (epoch !== this.#found && !this.#find(epoch))
      throw new Error(`the record of epoch ${epoch} is not in this page`);
    return this.#columns;
  }

  /** The row of the epoch that was passed to `columns` last. */
  get row(): number {
    return this.#row;
  }

  has(epoch: number): boolean {
    return epoch >= 0 && epoch < this.epochs && (this.stride === 1 || epoch === this.#found || this.#find(epoch));
  }

  /** The last epoch up to `epoch` whose record is there; -1: none. */
  latest(epoch: number): number {
    const last = Math.min(epoch, this.epochs - 1);
    if (last < 0 || this.has(last)) return last;
    const sampled = last - (last % this.stride);
    for (let number = this.#numberOf(last); (number + 1) * this.size > sampled; number--) {
      const block = this.#blocks.get(number);
      const end = block ? Math.min(last, number * this.size + block.stop - 1) : -1;
      if (block && end >= number * this.size + block.from) return Math.max(sampled, end);
    }
    return sampled;
  }

  /** The first epoch from `epoch` on whose record is there; the last epoch, there or not, if there is none. */
  next(epoch: number): number {
    let at = Math.max(0, epoch);
    while (at < this.epochs - 1 && !this.has(at)) {
      const block = this.#blocks.get(this.#numberOf(at));
      const first = this.#numberOf(at) * this.size;
      const later = block && first + block.from > at ? first + block.from : first + this.size;
      at = Math.min(later, at - (at % this.stride) + this.stride);
    }
    return Math.min(at, this.epochs - 1);
  }

  /** Whether a block lacks records of recorded epochs. */
  isMissing(number: number): boolean {
    return this.stride > 1 && number * this.size < this.epochs && (this.#blocks.get(number)?.from ?? 1) > 0;
  }

  /** Note that an epoch is on show: its block is kept longer. */
  touch(epoch: number): void {
    if (this.stride > 1) this.#use(this.#numberOf(epoch));
  }

  /** Append copies of the records from row `from` on. */
  append(records: Records, from: number): void {
    this.#found = -1;
    for (let row = from; row < records.count; ) {
      const [number, at] = [this.#numberOf(this.epochs), this.epochs % this.size];
      const count = Math.min(this.size - at, records.count - row);
      const block = this.#blocks.get(number) ?? this.#add(number, at);
      copyRows(block.columns, at, records, row, row + count, this.#shape);
      block.stop = at + count;
      if (this.stride > 1) this.#collect(records, row, count);
      this.epochs += count;
      row += count;
      this.#use(number);
      this.#drop();
    }
  }

  /**
   * Start with an overview: `sample` has every `stride`-th record of `epochs` epochs, `last` those of the last epochs.
   */
  open(epochs: number, stride: number, sample: Records, last: Records): void {
    this.stride = stride;
    this.epochs = epochs - last.count;
    this.#sample = allocate(Math.max(this.#samples, sample.count), this.#shape);
    copyRows(this.#sample, 0, sample, 0, sample.count, this.#shape);
    this.append(last, 0);
  }

  /** Take the records of epochs from `start` on: of each block all that it lacks or none. Returns whether any were. */
  fill(start: number, records: Records): boolean {
    const stop = Math.min(start + records.count, this.epochs);
    let filled = false;
    for (let number = Math.ceil(start / this.size); number * this.size < stop; number++) {
      const first = number * this.size;
      const known = this.#blocks.get(number);
      const count = known?.from ?? Math.min(this.size, this.epochs - first);
      if (first + count > stop || !this.isMissing(number)) continue;
      const block = known ?? this.#add(number, count);
      copyRows(block.columns, 0, records, first - start, first - start + count, this.#shape);
      block.from = 0;
      this.#use(number);
      filled = true;
    }
    this.#found = -1;
    this.#drop();
    return filled;
  }

  truncate(epochs: number): void {
    this.#found = -1;
    this.epochs = epochs;
    for (const [number, block] of this.#blocks) {
      block.stop = Math.min(block.stop, epochs - number * this.size);
      if (block.stop <= block.from) this.#blocks.delete(number);
    }
    const blocks = [...this.#blocks.values()];
    if (blocks.length < Math.ceil(epochs / this.size) || blocks.some(({ from }) => from > 0)) return;
    [this.stride, this.#sample] = [1, null]; // all that is left is there
  }

  /** Records of epochs start .. stop - 1; views that are valid only until they change, if they are in one block. */
  rows(start: number, stop: number): Records {
    const [number, at] = [this.#numberOf(start), start % this.size];
    const block = this.#blocks.get(number);
    if (block && at >= block.from && stop - start <= block.stop - at)
      return rowsOf(block.columns, at, at + stop - start, this.#shape);
    const copied = allocate(stop - start, this.#shape);
    for (let epoch = start; epoch < stop; epoch++) {
      const columns = this.columns(epoch);
      copyRows(copied, epoch - start, columns, this.#row, this.#row + 1, this.#shape);
    }
    return copied;
  }

  #numberOf(epoch: number): number {
    return Math.floor(epoch / this.size);
  }

  #find(epoch: number): boolean {
    const block = this.#blocks.get(this.#numberOf(epoch));
    const row = epoch % this.size;
    const inBlock = block !== undefined && row >= block.from && row < block.stop;
    if (!inBlock && (this.#sample === null || epoch % this.stride > 0 || epoch >= this.epochs)) return false;
    this.#found = epoch;
    this.#columns = inBlock ? block.columns : (this.#sample as Records);
    this.#row = inBlock ? row : epoch / this.stride;
    return true;
  }

  #add(number: number, from: number): Block {
    const block = { from, stop: from, columns: allocate(this.size, this.#shape) };
    this.#blocks.set(number, block);
    return block;
  }

  #use(number: number): void {
    const block = this.#blocks.get(number);
    if (block && this.#blocks.delete(number)) this.#blocks.set(number, block);
  }

  /** Drop what is beyond the budget, but not the last block, which grows. */
  #drop(): void {
    const excess = this.#blocks.size - this.#most;
    if (excess <= 0) return;
    if (this.stride === 1) this.#begin();
    const last = this.#numberOf(this.epochs - 1);
    const dropped = [...this.#blocks.keys()].filter((number) => number !== last).slice(0, excess);
    for (const number of dropped) this.#blocks.delete(number);
  }

  /** Make the sample: all records are still there. */
  #begin(): void {
    let stride = 2;
    while (this.epochs > stride * this.#samples) stride *= 2;
    const sample = allocate(this.#samples, this.#shape);
    for (let epoch = 0; epoch < this.epochs; epoch += stride) {
      const columns = this.columns(epoch);
      copyRows(sample, epoch / stride, columns, this.#row, this.#row + 1, this.#shape);
    }
    [this.stride, this.#sample, this.#found] = [stride, sample, -1];
  }

  /** Add to the sample what belongs to it of `count` records from `row` on, which are appended next. */
  #collect(records: Records, row: number, count: number): void {
    const sample = this.#sample as Records;
    for (let epoch = this.epochs; epoch < this.epochs + count; epoch++) {
      if (epoch % this.stride > 0) continue;
      if (epoch / this.stride >= sample.count) this.#halve(sample);
      const at = row + epoch - this.epochs;
      if (epoch % this.stride === 0) copyRows(sample, epoch / this.stride, records, at, at + 1, this.#shape);
    }
  }

  /** Double the stride, and keep every other record of the sample. */
  #halve(sample: Records): void {
    this.stride *= 2;
    for (let row = 1; 2 * row < sample.count; row++) copyRows(sample, row, sample, 2 * row, 2 * row + 1, this.#shape);
  }
}
