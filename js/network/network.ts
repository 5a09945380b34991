/** A described network and its weights: state after state, as torch computes it. */
import { type Cell, type CellStep, cellOf, GATES, type Gate } from "./cells";
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
export const rowsOf = ({ cell, hidden_size }: LayerShape) => Math.max(1, GATES[cell].length) * hidden_size;

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

export const zeros = (dtype: NetworkShape["dtype"], length: number) =>
  dtype === "float32" ? new Float32Array(length) : new Float64Array(length);

interface Layer {
  readonly fromInput: Affine;
  readonly fromHidden: Affine;
  readonly cell: Cell;
  /** Working memory: overwritten at every step. */
  readonly memory: CellStep;
}

export class Network {
  readonly shape: NetworkShape;
  /** All of them, in the order of the description. */
  readonly weights: FlatWeights;
  readonly #layers: readonly Layer[];
  readonly #embedding: FlatWeights | null;
  readonly #output: Affine | null;
  /** (V,): working memory */
  readonly #logits: FlatWeights;
  /** For each token that was read, what it contributes to the first layer: W_ih x + b_ih, (G*H) */
  readonly #contributions: (FlatWeights | undefined)[];

  /**
   * Views of the weights are kept: whoever writes them calls `weightsChanged`. Throws an Error if their number is wrong.
   */
  constructor(shape: NetworkShape, weights: FlatWeights) {
    const count = weightCount(shape);
    if (weights.length !== count)
      throw new Error(`${weights.length} weights: must be ${count}, as the network describes`);
    let end = 0;
    const take = (size: number) => {
      end += size;
      return weights.subarray(end - size, end);
    };
    const { tokens, embedding, layers, output, dtype } = shape;
    this.shape = shape;
    this.weights = weights;
    this.#embedding = embedding === null ? null : take(tokens * embedding);
    this.#layers = layers.map((layer) => makeLayer(layer, dtype, take));
    this.#output = output && {
      weight: take(tokens * (layers.at(-1)?.hidden_size ?? 0)),
      bias: output.bias ? take(tokens) : null,
    };
    this.#logits = zeros(dtype, tokens);
    this.#contributions = new Array(tokens);
  }

  /** The weights were written: forget what was computed from them. */
  weightsChanged(): void {
    this.#contributions.fill(undefined);
  }

  /** Return the state before the first position: zeros. */
  start(): State {
    return this.shape.layers.map(({ cell, hidden_size }) => ({
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
    return new Float64Array(this.lastLogits(state));
  }

  /** Overwrite `state` by the state after `token` was read: `step` without a copy, for code that owns the state. */
  advance(state: State, token: number): void {
    let below: Float64Array | null = null; // the hidden state (H,) of the layer below
    for (const [index, { fromInput, fromHidden, cell, memory }] of this.#layers.entries()) {
      const { h, c } = state[index] as LayerState;
      if (below === null) memory.x.set(this.#contribution(token));
      else apply(fromInput, below, memory.x);
      apply(fromHidden, h, memory.u);
      memory.h.set(h);
      if (c) memory.c.set(c);
      cell(memory);
      h.set(memory.h);
      c?.set(memory.c);
      below = h;
    }
  }

  /** Return the logits (V,) as `logits` does, without a copy: they are overwritten later. */
  lastLogits(state: State): FlatWeights {
    const { h } = state.at(-1) as LayerState;
    if (this.#output === null) return h;
    apply(this.#output, h, this.#logits);
    return this.#logits;
  }

  /** Return the gates (H,) of a layer at the last step, without a copy: the next step overwrites them. */
  gates(layer: number): CellStep["gates"] {
    return (this.#layers[layer] as Layer).memory.gates;
  }

  /** Return what a layer computed with at the last step, as `gates` does. */
  lastStep(layer: number): CellStep {
    return (this.#layers[layer] as Layer).memory;
  }

  /** The maps of a layer: from its input, and from its hidden state, to the sums of its gates. */
  maps(layer: number): { readonly fromInput: Affine; readonly fromHidden: Affine } {
    return this.#layers[layer] as Layer;
  }

  /** The vectors that stand for the tokens, (V*D); null: one-hot vectors. */
  get embedding(): FlatWeights | null {
    return this.#embedding;
  }

  /** The map from the hidden state of the last layer to the logits; null: they are the same. */
  get output(): Affine | null {
    return this.#output;
  }

  /** W_ih x + b_ih of the first layer for a token: computed once, since x depends on nothing else. */
  #contribution(token: number): FlatWeights {
    const known = this.#contributions[token];
    if (known !== undefined) return known;
    const { tokens, embedding } = this.shape;
    if (!(Number.isInteger(token) && token >= 0 && token < tokens))
      throw new RangeError(`token ${token}: must be an index from 0 to ${tokens - 1}`);
    const { fromInput, memory } = this.#layers[0] as Layer;
    const x = memory.x.slice();
    if (this.#embedding === null || embedding === null) applyToOneHot(fromInput, token, tokens, x);
    else apply(fromInput, Float64Array.from(this.#embedding.subarray(token * embedding, (token + 1) * embedding)), x);
    this.#contributions[token] = x;
    return x;
  }
}

function makeLayer(shape: LayerShape, dtype: NetworkShape["dtype"], take: (size: number) => FlatWeights): Layer {
  const size = shape.hidden_size;
  const rows = rowsOf(shape);
  const [inputWeight, hiddenWeight] = [take(rows * shape.input_size), take(rows * size)];
  const [inputBias, hiddenBias] = shape.bias ? [take(rows), take(rows)] : [null, null];
  return {
    fromInput: { weight: inputWeight, bias: inputBias },
    fromHidden: { weight: hiddenWeight, bias: hiddenBias },
    cell: cellOf(shape),
    memory: {
      x: zeros(dtype, rows),
      u: zeros(dtype, rows),
      h: zeros(dtype, size),
      c: zeros(dtype, size),
      gates: Object.fromEntries(GATES[shape.cell].map((gate) => [gate, zeros(dtype, size)])) as CellStep["gates"],
    },
  };
}
