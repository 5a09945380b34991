/** What is known of every epoch, whether its record is there or not: of all positions, or of those of one probe. */
import { IGNORED, type Records, type Shape } from "./decode";

/** Positions start .. stop - 1. */
export interface Span {
  readonly start: number;
  readonly stop: number;
}

/** The columns of E epochs. */
export interface SpanColumns {
  /** (E,) number of correct positions */
  readonly correct: Uint32Array;
  /** (E,) the first wrong position, counted from the start of the span; its length if all are correct */
  readonly firstErrors: Uint32Array;
  /** (E,) mean loss of the positions that have a target, nats; null: not kept, as it is the loss of the record */
  readonly losses: Float64Array | null;
}

export class SpanSummary implements Span {
  readonly start: number;
  readonly stop: number;
  correct: Uint32Array;
  firstErrors: Uint32Array;
  losses: Float64Array | null;
  readonly #counted: number;

  /** `targets`: (P,) of all positions; `hasLosses`: whether the span has a loss of its own. */
  constructor({ start, stop }: Span, targets: Uint32Array, hasLosses: boolean) {
    this.start = start;
    this.stop = stop;
    this.correct = new Uint32Array();
    this.firstErrors = new Uint32Array();
    this.losses = hasLosses ? new Float64Array() : null;
    this.#counted = targets.subarray(start, stop).reduce((count, target) => count + Number(target !== IGNORED), 0);
  }

  /** Make room for so many epochs. */
  reserve(epochs: number): void {
    this.correct = extended(this.correct, epochs);
    this.firstErrors = extended(this.firstErrors, epochs);
    this.losses = this.losses && extended(this.losses, epochs);
  }

  /** Take what is known of the first epochs. */
  open({ correct, firstErrors, losses }: SpanColumns): void {
    this.correct.set(correct);
    this.firstErrors.set(firstErrors);
    if (losses) this.losses?.set(losses);
  }

  /** Take note of a row of records, which is that of an epoch; `lastWrong` (P,): the last wrong epoch of each position. */
  add(
    epoch: number,
    records: Records,
    row: number,
    { positions, topk }: Shape,
    targets: Uint32Array,
    lastWrong: Int32Array,
  ): void {
    const { topTokens, positionLosses } = records;
    const cells = row * positions;
    let [correct, firstError, loss] = [0, this.stop, 0];
    for (let position = this.stop - 1; position >= this.start; position--) {
      const target = targets[position] as number;
      if (topTokens[(cells + position) * topk] === target) correct++;
      else {
        lastWrong[position] = epoch;
        if (target !== IGNORED) firstError = position;
      }
    }
    this.correct[epoch] = correct;
    this.firstErrors[epoch] = firstError - this.start;
    if (this.losses === null) return;
    for (let position = this.start; position < this.stop; position++)
      if (targets[position] !== IGNORED) loss += positionLosses[cells + position] as number;
    this.losses[epoch] = loss / 2048 / this.#counted;
  }
}

function extended<Column extends Uint32Array | Float64Array>(known: Column, length: number): Column {
  const values = new (known.constructor as new (length: number) => Column)(length);
  values.set(known);
  return values;
}
