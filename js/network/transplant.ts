/** The state after one position is put in the place of another, and the network goes on alone. */
import type { Choose } from "./free-run";
import { argmax, type LayerState, type Network, type What } from "./network";
import { checkPart, stateAfter } from "./pass";

export interface TransplantOptions {
  /** The position whose state is taken. */
  source: number;
  /** The position whose state is replaced. */
  to: number;
  what: What;
  /** Number of positions of the text. */
  length: number;
  window?: number | null;
  choose?: Choose;
}

/**
 * Replace the state after position `to` by that after `source`, then let the network read its own predictions.
 *
 * Both results have length - to positions, from `to` on: inputs[0] is what was read at `to`, and predictions[0] comes
 * from the new hidden state.
 */
export function transplant(
  network: Network,
  tokens: ArrayLike<number>,
  { source, to, what, length, window = null, choose = argmax }: TransplantOptions,
): { inputs: Uint32Array; predictions: Uint32Array } {
  checkPart(network, what);
  for (const [name, position] of Object.entries({ source, to }))
    if (!(Number.isInteger(position) && position >= 0 && position < tokens.length))
      throw new RangeError(`${name}=${position}: must be a position from 0 to ${tokens.length - 1}`);
  const taken = stateAfter(network, tokens, source, window);
  const state = stateAfter(network, tokens, to, window).map((replaced, layer) => {
    const { h, c } = taken[layer] as LayerState;
    return { h: what === "c" ? replaced.h : h, c: what === "h" ? replaced.c : c };
  });
  const [inputs, predictions] = [new Uint32Array(length - to), new Uint32Array(length - to)];
  for (let position = 0; position < length - to; position++) {
    const input = (position === 0 ? tokens[to] : predictions[position - 1]) as number;
    if (position > 0) network.advance(state, input);
    inputs[position] = input;
    predictions[position] = choose(network.logits(state));
  }
  return { inputs, predictions };
}
