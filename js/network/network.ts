/** A described network and its weights: state after state, as torch computes it. Pure; everything is in float64. */
import { cellOf, GATES, type Gate } from "./cells";
import { type Affine, apply, applyToOneHot } from "./linear";
import type { FlatWeights, LayerShape, NetworkShape } from "./types";

export type { Gate };
/** Which part of a state: all of it, only hidden states, only cell states. */
export type What = "all" | "h" | "c";

/** The state of a layer after a position: h (H,) and, of an LSTM, c (H,). Never written by later calls. */
export interface LayerState {
  readonly h: Float64Array;
  readonly c: Float64Array | null;
}
/** The state of the network after a position, one for each layer. */
export type State = readonly LayerState[];

/** Number of rows of a layer's weights: its gates (an RNN's hidden state counts as one) times H. */
const rowsOf = ({ cell, hidden_size }: LayerShape) => Math.max(1, GATES[cell].length) * hidden_size;

export function weightCount({ tokens, embedding, layers, output }: NetworkShape): number {
  let count = embedding === null ? 0 : tokens * embedding;
  for (const layer of layers) count += rowsOf(layer) * (layer.input_size + layer.hidden_size + (layer.bias ? 2 : 0));
  const hidden = layers.at(-1)?.hidden_size ?? 0;
  return output === null ? count : count + tokens * (hidden + (output.bias ? 1 : 0));
}

/** First index of the largest value, as torch and numpy return it: NaN counts as larger than any number. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (Number.isNaN(value)) return index;
    if (value > (values[best] as number)) best = index;
  }
  return best;
}

interface Layer {
  readonly shape: LayerShape;
  readonly fromInput: Affine;
  readonly fromHidden: Affine;
  readonly update: ReturnType<typeof cellOf>;
  /** (G*H) each: working memory */
  readonly x: Float64Array;
  readonly u: Float64Array;
  /** (H,) each, of the last step */
  readonly gates: Readonly<Record<Gate, Float64Array>>;
}

const NO_VALUES = new Float64Array();

export class Network {
  readonly shape: NetworkShape;
  readonly #layers: readonly Layer[];
  readonly #embedding: FlatWeights | null;
  readonly #output: Affine | null;
  /** For each token that was read, what it contributes to the first layer: W_ih x + b_ih, (G*H) */
  readonly #contributions: Float64Array[];

  /** Views of the weights are kept, so they must not be written. Throws an Error if their number is wrong. */
  constructor(shape: NetworkShape, weights: FlatWeights) {
    const count = weightCount(shape);
    if (weights.length !== count)
      throw new Error(`${weights.length} weights: must be ${count}, as the network describes`);
    let end = 0;
    const take = (size: number) => {
      end += size;
      return weights.subarray(end - size, end);
    };
    const { tokens, embedding, layers, output } = shape;
    this.shape = shape;
    this.#embedding = embedding === null ? null : take(tokens * embedding);
    this.#layers = layers.map((layer) => makeLayer(layer, take));
    this.#output = output && {
      weight: take(tokens * (layers.at(-1)?.hidden_size ?? 0)),
      bias: output.bias ? take(tokens) : null,
    };
    this.#contributions = new Array(tokens);
  }

  /** Return the state before the first position: zeros. */
  start(): State {
    return this.#layers.map(({ shape: { cell, hidden_size } }) => ({
      h: new Float64Array(hidden_size),
      c: cell === "lstm" ? new Float64Array(hidden_size) : null,
    }));
  }

  /** Return the state after `token` was read in `state`. */
  step(state: State, token: number): State {
    const after = state.map(({ h, c }) => ({ h: h.slice(), c: c === null ? null : c.slice() }));
    this.advance(after, token);
    return after;
  }

  /** Return the logits (V,) from the state after a position. */
  logits(state: State): Float64Array {
    const logits = new Float64Array(this.shape.tokens);
    this.writeLogits(state, logits, 0);
    return logits;
  }

  /** Overwrite `state` by the state after `token` was read: `step` without a copy, for code that owns the state. */
  advance(state: State, token: number): void {
    let x = this.#contribution(token);
    let below: Float64Array | null = null; // the hidden state (H,) of the layer below
    for (const [index, layer] of this.#layers.entries()) {
      const { h, c } = state[index] as LayerState;
      if (below !== null) {
        x = layer.x;
        apply(layer.fromInput, below, x);
      }
      apply(layer.fromHidden, h, layer.u);
      layer.update({ x, u: layer.u, h, c: c ?? NO_VALUES, gates: layer.gates });
      below = h;
    }
  }

  /** Write the logits (V,) from a state to `out` from `start` on. */
  writeLogits(state: State, out: Float64Array, start: number): void {
    const { h } = state.at(-1) as LayerState;
    if (this.#output === null) out.set(h, start);
    else apply(this.#output, h, out, start);
  }

  /** Return the gates (H,) of a layer at the last step. The next step overwrites them. */
  gates(layer: number): Readonly<Record<Gate, Float64Array>> {
    return (this.#layers[layer] as Layer).gates;
  }

  /** W_ih x + b_ih of the first layer for a token: computed once, since x depends on nothing else. */
  #contribution(token: number): Float64Array {
    const known = this.#contributions[token];
    if (known !== undefined) return known;
    const { tokens, embedding } = this.shape;
    if (!(Number.isInteger(token) && token >= 0 && token < tokens))
      throw new RangeError(`token ${token}: must be an index from 0 to ${tokens - 1}`);
    const layer = this.#layers[0] as Layer;
    const x = new Float64Array(layer.u.length);
    if (this.#embedding === null || embedding === null) applyToOneHot(layer.fromInput, token, tokens, x);
    else
      apply(
        layer.fromInput,
        Float64Array.from(this.#embedding.subarray(token * embedding, (token + 1) * embedding)),
        x,
      );
    this.#contributions[token] = x;
    return x;
  }
}

function makeLayer(shape: LayerShape, take: (size: number) => FlatWeights): Layer {
  const rows = rowsOf(shape);
  const [inputWeight, hiddenWeight] = [take(rows * shape.input_size), take(rows * shape.hidden_size)];
  const [inputBias, hiddenBias] = shape.bias ? [take(rows), take(rows)] : [null, null];
  const gates = GATES[shape.cell].map((gate) => [gate, new Float64Array(shape.hidden_size)]);
  return {
    shape,
    fromInput: { weight: inputWeight, bias: inputBias },
    fromHidden: { weight: hiddenWeight, bias: hiddenBias },
    update: cellOf(shape),
    x: new Float64Array(rows),
    u: new Float64Array(rows),
    gates: Object.fromEntries(gates),
  };
}
