/** A network reads its own predictions. */
import { argmax, type Network } from "./network";
import { randomNumbers } from "./random";

/** Choose a token from logits (V,). */
export type Choose = (logits: Float64Array) => number;

/** (T,) each */
export interface FreeRun {
  readonly inputs: Uint32Array;
  /** what the network says, before corrections */
  readonly predictions: Uint32Array;
  /** with corrections in place */
  readonly said: Uint32Array;
}

export interface FreeRunOptions {
  /** number of tokens that are read from what is given, at least 1 */
  given: number;
  /** number of positions */
  length: number;
  /** by position, the token that replaces the prediction there */
  corrections?: ReadonlyMap<number, number>;
  choose?: Choose;
}

/** Read the first `given` tokens, and from then on what was said at the position before. */
export function freeRun(network: Network, tokens: ArrayLike<number>, options: FreeRunOptions): FreeRun {
  const { given, length, corrections, choose = argmax } = options;
  if (!(Number.isInteger(given) && given >= 1 && given <= tokens.length))
    throw new RangeError(`given=${given}: must be from 1 to ${tokens.length}, the number of tokens`);
  const [inputs, predictions, said] = [new Uint32Array(length), new Uint32Array(length), new Uint32Array(length)];
  const state = network.start();
  for (let position = 0; position < length; position++) {
    const input = (position < given ? tokens[position] : said[position - 1]) as number;
    network.advance(state, input);
    const prediction = choose(network.logits(state));
    inputs[position] = input;
    predictions[position] = prediction;
    said[position] = corrections?.get(position) ?? prediction;
  }
  return { inputs, predictions, said };
}

/**
 * Return a function that draws tokens with probabilities softmax(logits / temperature).
 *
 * The same seed draws the same tokens; seeds count modulo 2**32. If a logit is NaN or infinite there are no such
 * probabilities, and the token is that of argmax.
 */
export function sampler(temperature: number, seed: number): Choose {
  if (!(temperature > 0)) throw new RangeError(`temperature=${temperature}: must be greater than 0`);
  const random = randomNumbers(seed);
  return (logits) => {
    const best = argmax(logits);
    const max = logits[best] as number;
    const weights = logits.map((logit) => Math.exp((logit - max) / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let rest = random() * total; // NaN compares as false below
    for (const [token, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return token;
    }
    return best;
  };
}
