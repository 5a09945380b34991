/** Condense the logits of an epoch to a row of `Records`, as `recording/records.py` does. */
import { IGNORED, type Records } from "../player/decode";

export const MAX_TOP = 5;
const LOSS_STEPS = 2048; // per nat
const MAX_LOSS = 65535;
const PROBABILITY_STEPS = 255;
/** A number from 0 to 2^51 that is added to this and taken from the sum is rounded, half to even. */
const ROUNDER = 2 ** 52;

/** Condenses epochs of P positions over V tokens, one at a time. It allocates nothing after the constructor. */
export class Condenser {
  readonly #positions: number;
  readonly #tokens: number;
  readonly #topk: number;
  /** (K,) the tokens of the position that is condensed, most probable first, and their logits */
  readonly #top: Int32Array;
  readonly #logits: Float64Array;

  constructor(positions: number, tokens: number) {
    this.#positions = positions;
    this.#tokens = tokens;
    this.#topk = Math.min(MAX_TOP, tokens);
    this.#top = new Int32Array(this.#topk);
    this.#logits = new Float64Array(this.#topk);
  }

  /** `logits`: (P V), position after position. `row` of `records` is written, except its loss and learning rate. */
  write(logits: Float64Array | Float32Array, targets: Uint32Array, records: Records, row: number): void {
    const { positionLosses, topTokens, topProbabilities } = records;
    const tokens = this.#tokens;
    const topk = this.#topk;
    const top = this.#top;
    const chosen = this.#logits;
    for (let position = 0; position < this.#positions; position++) {
      const start = position * tokens;
      this.#rank(logits, start);
      const highest = chosen[0] as number;
      let sum = 0;
      for (let at = start; at < start + tokens; at++) sum += Math.exp((logits[at] as number) - highest);
      const normalizer = Math.log(sum) + highest;
      const cell = row * this.#positions + position;
      const target = targets[position] as number;
      positionLosses[cell] = target === IGNORED ? 0 : lossSteps(normalizer - (logits[start + target] as number));
      for (let rank = 0; rank < topk; rank++) {
        topTokens[cell * topk + rank] = top[rank] as number;
        const probability = Math.exp((chosen[rank] as number) - normalizer);
        topProbabilities[cell * topk + rank] = probability * PROBABILITY_STEPS + ROUNDER - ROUNDER; // NaN becomes 0
      }
    }
  }

  /** Find the K highest of the V logits from `start` on. Of equal ones the first is higher, and NaN is the highest. */
  #rank(logits: Float64Array | Float32Array, start: number): void {
    const topk = this.#topk;
    const top = this.#top;
    const chosen = this.#logits;
    for (let token = 0; token < this.#tokens; token++) {
      const logit = logits[start + token] as number;
      let rank = Math.min(token, topk);
      while (rank > 0 && isHigher(logit, chosen[rank - 1] as number)) {
        if (rank < topk) {
          top[rank] = top[rank - 1] as number;
          chosen[rank] = chosen[rank - 1] as number;
        }
        rank--;
      }
      if (rank < topk) {
        top[rank] = token;
        chosen[rank] = logit;
      }
    }
  }
}

const isHigher = (one: number, other: number): boolean => one > other || (Number.isNaN(one) && !Number.isNaN(other));

/** A loss of at least 0 nats in steps of 1/2048, at most 65535 of them; NaN becomes 65535. */
function lossSteps(loss: number): number {
  const steps = loss * LOSS_STEPS;
  return steps < MAX_LOSS ? steps + ROUNDER - ROUNDER : MAX_LOSS;
}
