/** What a page keeps of every epoch: loss, learning rate, and what is counted of each span of positions. */
import type { Records, Shape } from "./decode";
import type { Overview } from "./overview";
import { type Span, type SpanColumns, SpanSummary } from "./span-summary";

/** What `lastWrong` has of a position of which only records tell that are not in the page. */
const UNKNOWN = -2;

/** The records that are in the page. */
interface Kept {
  has(epoch: number): boolean;
  isCorrect(epoch: number, position: number): boolean;
}

export class EpochColumns {
  spans: readonly SpanSummary[] = [];
  readonly #shape: Shape;
  readonly #targets: Uint32Array;
  /** Room for more epochs than there are: doubled when full, so that the cost of a chunk depends only on its size. */
  #losses = new Float64Array();
  #lrs = new Float64Array();
  /** (P,) the last epoch at which a position was wrong, -1 if none */
  readonly #lastWrong: Int32Array;

  /** `hasLosses`: whether the spans have losses of their own. */
  constructor(shape: Shape, targets: Uint32Array, spans: readonly Span[], hasLosses: boolean) {
    this.#shape = shape;
    this.#targets = targets;
    this.#lastWrong = new Int32Array(shape.positions).fill(-1);
    this.divide(spans, hasLosses);
  }

  /** Count in other spans. Called while there are no epochs. */
  divide(spans: readonly Span[], hasLosses: boolean): void {
    this.spans = spans.map((span) => new SpanSummary(span, this.#targets, hasLosses));
    for (const span of this.spans) span.reserve(this.#losses.length);
  }

  loss(epoch: number): number {
    return this.#losses[epoch] as number;
  }

  lr(epoch: number): number {
    return this.#lrs[epoch] as number;
  }

  /** The losses of the first epochs, as a view that is valid only until there are more. */
  losses(epochs: number): Float64Array {
    return this.#losses.subarray(0, epochs);
  }

  correctCount(epoch: number): number {
    return this.spans.reduce((count, { correct }) => count + (correct[epoch] as number), 0);
  }

  firstError(epoch: number): number {
    for (const { start, stop, firstErrors } of this.spans)
      if ((firstErrors[epoch] as number) < stop - start) return start + (firstErrors[epoch] as number);
    return this.#shape.positions;
  }

  /** The last wrong epoch of a position, -1 if none; null: not known. */
  lastWrong(position: number): number | null {
    const epoch = this.#lastWrong[position] as number;
    return epoch === UNKNOWN ? null : epoch;
  }

  /** Start with what the kernel sends of a long recording. */
  open({ losses, lrs, spans, lastWrong }: Overview): void {
    this.#reserve(losses.length);
    this.#losses.set(losses);
    this.#lrs.set(lrs);
    this.spans.forEach((span, i) => {
      span.open(spans[i] as SpanColumns);
    });
    this.#lastWrong.set(lastWrong);
  }

  /** Add the records from row `from` on: those of the epochs from `start` on. */
  append(start: number, records: Records, from: number): void {
    const { count } = records;
    this.#reserve(start + count - from);
    this.#losses.set(records.losses.subarray(from, count), start);
    this.#lrs.set(records.lrs.subarray(from, count), start);
    for (const span of this.spans)
      for (let row = from; row < count; row++) this.#count(span, start + row - from, records, row);
  }

  /** Forget all but the first epochs. */
  truncate(epochs: number, kept: Kept): void {
    for (let position = 0; position < this.#shape.positions; position++) {
      const lastWrong = this.#lastWrong[position] as number;
      if (lastWrong !== UNKNOWN && lastWrong < epochs) continue;
      let epoch = epochs - 1;
      while (epoch >= 0 && kept.has(epoch) && kept.isCorrect(epoch, position)) epoch--;
      this.#lastWrong[position] = epoch >= 0 && !kept.has(epoch) ? UNKNOWN : epoch;
    }
  }

  #count(span: SpanSummary, epoch: number, records: Records, row: number): void {
    span.add(epoch, records, row, this.#shape, this.#targets, this.#lastWrong);
  }

  #reserve(epochs: number): void {
    if (epochs <= this.#losses.length) return;
    const capacity = Math.max(epochs, 2 * this.#losses.length);
    const [losses, lrs] = [this.#losses, this.#lrs];
    this.#losses = new Float64Array(capacity);
    this.#lrs = new Float64Array(capacity);
    this.#losses.set(losses);
    this.#lrs.set(lrs);
    for (const span of this.spans) span.reserve(capacity);
  }
}
