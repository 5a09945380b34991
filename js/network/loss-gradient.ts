/**
 * The mean loss of a text and its gradient with respect to all weights: backpropagation through time (Werbos 1990,
 * "Backpropagation through time: what it does and how to do it").
 */
import { crossEntropy } from "./cross-entropy";
import { type Affine, addOuter, addTo, addTransposed } from "./linear";
import { type LayerState, type Network, type State, zeros } from "./network";
import { type Flow, makeFlow, type Slopes, slopesOf } from "./slopes";
import type { FlatWeights } from "./types";

/** The gradient of an affine map: views of the gradient of all weights. */
interface AffineGradient {
  readonly weight: Float64Array;
  readonly bias: Float64Array | null;
}

interface Layer {
  readonly size: number;
  readonly slopes: Slopes;
  /** (T * parts * H): of the steps of a window */
  readonly recorded: Float64Array;
  readonly flow: Flow;
  readonly fromInput: Affine;
  readonly fromHidden: Affine;
  readonly inputGradient: AffineGradient;
  readonly hiddenGradient: AffineGradient;
}

export class LossGradient {
  /** (W,): of the last `compute`, in float64 whatever the dtype of the network */
  readonly gradient: Float64Array;
  /** (P*V): logits of the shown positions at the last `compute`: all of the first window, the last of each later one */
  readonly logits: FlatWeights;
  readonly #network: Network;
  readonly #inputs: ArrayLike<number>;
  readonly #targets: ArrayLike<number>;
  /** T, positions of a window */
  readonly #length: number;
  readonly #windows: number;
  /** Targets in all windows */
  readonly #counted: number;
  readonly #layers: readonly Layer[];
  readonly #embedding: Float64Array | null;
  readonly #output: AffineGradient | null;
  /** Before the first step of a window and after each: (T + 1). */
  readonly #states: readonly State[];
  /** (T) of (V,): gradients with respect to the logits */
  readonly #errors: readonly Float64Array[];
  /** (D,): gradient with respect to the vector of a token */
  readonly #toVector: Float64Array;

  /**
   * `inputs`, `targets`: (P,) tokens; a target that is none of 0 .. V - 1 is not counted. `window`: T, the text is learned
   * as all its windows of T tokens (stride 1); null: as one sequence.
   */
  constructor(network: Network, inputs: ArrayLike<number>, targets: ArrayLike<number>, window: number | null) {
    const { shape } = network;
    const positions = inputs.length;
    this.#network = network;
    this.#inputs = inputs;
    this.#targets = targets;
    this.#length = Math.min(window ?? positions, positions);
    this.#windows = positions - this.#length + 1;
    this.logits = zeros(shape.dtype, positions * shape.tokens);
    this.gradient = new Float64Array(network.weights.length);
    const viewOf = (weights: FlatWeights | null): Float64Array | null => {
      if (weights === null) return null;
      const start = (weights.byteOffset - network.weights.byteOffset) / weights.BYTES_PER_ELEMENT;
      return this.gradient.subarray(start, start + weights.length);
    };
    const gradientOf = ({ weight, bias }: Affine): AffineGradient => ({
      weight: viewOf(weight) as Float64Array,
      bias: viewOf(bias),
    });
    this.#layers = shape.layers.map((layer, index) => {
      const { fromInput, fromHidden } = network.maps(index);
      const slopes = slopesOf(layer);
      const size = layer.hidden_size;
      return {
        ...{ size, slopes, fromInput, fromHidden },
        recorded: new Float64Array(this.#length * slopes.parts * size),
        flow: makeFlow(layer, fromHidden.weight.length / size),
        inputGradient: gradientOf(fromInput),
        hiddenGradient: gradientOf(fromHidden),
      };
    });
    this.#embedding = viewOf(network.embedding);
    this.#output = network.output && gradientOf(network.output);
    this.#states = Array.from({ length: this.#length + 1 }, () => network.start());
    this.#errors = Array.from({ length: this.#length }, () => new Float64Array(shape.tokens));
    this.#toVector = new Float64Array(shape.embedding ?? 0);
    this.#counted = this.#countTargets();
  }

  /** Compute loss, gradient and logits with the present weights. Return the mean loss in nats per counted target. */
  compute(): number {
    this.#network.weightsChanged();
    this.gradient.fill(0);
    let loss = 0;
    for (let window = 0; window < this.#windows; window++) {
      loss += this.#forward(window);
      this.#back(window);
    }
    return loss / this.#counted;
  }

  #countTargets(): number {
    let count = 0;
    for (let window = 0; window < this.#windows; window++)
      for (let step = 0; step < this.#length; step++) if (this.#isCounted(window + step)) count++;
    return count;
  }

  #isCounted(position: number): boolean {
    const target = this.#targets[position] as number;
    return target >= 0 && target < this.#network.shape.tokens;
  }

  /** Read a window; keep the slopes of each step and the gradient of the mean loss with respect to its logits. */
  #forward(window: number): number {
    const network = this.#network;
    const V = network.shape.tokens;
    let loss = 0;
    for (let step = 0; step < this.#length; step++) {
      const position = window + step;
      const [before, after] = [this.#states[step] as State, this.#states[step + 1] as State];
      for (const [index, { h, c }] of before.entries()) {
        const layer = after[index] as LayerState;
        layer.h.set(h);
        if (c) layer.c?.set(c);
      }
      network.advance(after, this.#inputs[position] as number);
      for (const [index, { slopes, size, recorded }] of this.#layers.entries()) {
        const [from, to] = [before[index] as LayerState, after[index] as LayerState];
        slopes.record(network.lastStep(index), from, to, recorded, step * slopes.parts * size);
      }
      const logits = network.lastLogits(after);
      if (window === 0 || step === this.#length - 1) this.logits.set(logits, position * V);
      const error = this.#errors[step] as Float64Array;
      loss += crossEntropy(logits, this.#targets[position] as number, error);
      if (!this.#isCounted(position)) error.fill(0);
      else for (let token = 0; token < V; token++) error[token] = (error[token] as number) / this.#counted;
    }
    return loss;
  }

  /** Add the gradient of a window to that of all. */
  #back(window: number): void {
    const layers = this.#layers;
    const last = layers.at(-1) as Layer;
    for (const { flow } of layers) {
      flow.h.fill(0);
      flow.c.fill(0);
    }
    for (let step = this.#length - 1; step >= 0; step--) {
      const [before, after] = [this.#states[step] as State, this.#states[step + 1] as State];
      this.#addError(this.#errors[step] as Float64Array, (after.at(-1) as LayerState).h, last.flow.h);
      for (let index = layers.length - 1; index >= 0; index--) {
        const layer = layers[index] as Layer;
        const { slopes, size, recorded, flow, fromHidden, hiddenGradient } = layer;
        slopes.back(recorded, step * slopes.parts * size, flow);
        addOuter(flow.hiddenSums, (before[index] as LayerState).h, hiddenGradient.weight);
        if (hiddenGradient.bias) addTo(hiddenGradient.bias, flow.hiddenSums);
        if (layer.inputGradient.bias) addTo(layer.inputGradient.bias, flow.inputSums);
        if (index === 0) this.#addToken(this.#inputs[window + step] as number, layer);
        else {
          addOuter(flow.inputSums, (after[index - 1] as LayerState).h, layer.inputGradient.weight);
          addTransposed(layer.fromInput, flow.inputSums, (layers[index - 1] as Layer).flow.h);
        }
        addTransposed(fromHidden, flow.hiddenSums, flow.h);
      }
    }
  }

  /** Take the gradient with respect to the logits to the hidden state (H,) of the last layer. */
  #addError(error: Float64Array, hidden: Float64Array, toHidden: Float64Array): void {
    const { output } = this.#network;
    if (this.#output === null || output === null) {
      addTo(toHidden, error);
      return;
    }
    addOuter(error, hidden, this.#output.weight);
    if (this.#output.bias) addTo(this.#output.bias, error);
    addTransposed(output, error, toHidden);
  }

  /** Take the gradient of the first layer to the weights that read a token. */
  #addToken(token: number, { flow, fromInput, inputGradient }: Layer): void {
    const { tokens, embedding } = this.#network.shape;
    const sums = flow.inputSums;
    if (embedding === null || this.#embedding === null || this.#network.embedding === null) {
      const { weight } = inputGradient;
      for (let row = 0, at = token; row < sums.length; row++, at += tokens)
        weight[at] = (weight[at] as number) + (sums[row] as number);
      return;
    }
    const [start, end] = [token * embedding, (token + 1) * embedding];
    addOuter(sums, this.#network.embedding.subarray(start, end), inputGradient.weight);
    this.#toVector.fill(0);
    addTransposed(fromInput, sums, this.#toVector);
    addTo(this.#embedding.subarray(start, end), this.#toVector);
  }
}
