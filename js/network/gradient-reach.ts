/**
 * How far the gradient of each position's loss reaches back: Hochreiter 1991; Pascanu et al., "On the difficulty of
 * training recurrent neural networks", arXiv 1211.5063.
 *
 * The gradient is the one with respect to the state of all layers after a position, h and, of an LSTM, c.
 */
import { crossEntropy } from "./cross-entropy";
import { type Affine, apply } from "./linear";
import { type LayerState, Network, type State } from "./network";
import { type Flow, makeFlow, type Slopes, slopesOf } from "./slopes";

export interface ReachOptions {
  window?: number | null;
  /** Number of lags that are computed, from 0 on; all if not given. */
  lags?: number;
}

/** What the steps of a pass leave behind for the way back. */
interface Layer {
  readonly size: number;
  readonly slopes: Slopes;
  /** (steps * parts * H) */
  recorded: Float64Array;
  readonly flow: Flow;
  /** The transposed weights: from the sums of the gates back to the hidden state, and to the layer below. */
  readonly toHidden: Affine;
  readonly toInput: Affine | null;
  /** What comes back by them. */
  readonly fromHidden: Float64Array;
  readonly fromInput: Float64Array;
}

export class GradientReach {
  /** Number of positions. */
  readonly length: number;
  /** Number of lags, from 0 on. */
  readonly lags: number;
  /**
   * (length*lags), lag after lag: the norm of the gradient of the loss at position t with respect to the state after
   * position t - lag, relative to lag 0. NaN: before the beginning of the text or window, not computed yet, no target,
   * or no ratio, because the gradient at lag 0 is zero or one of the two is not finite.
   */
  readonly shares: Float64Array;
  /** (length,): the norm of the gradient at lag 0; NaN where it is not computed, or there is no target. */
  readonly norms: Float64Array;
  readonly #network: Network;
  readonly #tokens: ArrayLike<number>;
  readonly #targets: ArrayLike<number>;
  readonly #window: number;
  readonly #layers: readonly Layer[];
  readonly #toState: Affine | null;
  /** Gradients with respect to the logits at positions of the pass without window. */
  readonly #errors: Float64Array;

  /**
   * `targets`: -1 at positions that are not counted. All is computed in float64, whatever the dtype of the network: where
   * units saturate, float32 would round small gradients to zero.
   */
  constructor(
    network: Network,
    tokens: ArrayLike<number>,
    targets: ArrayLike<number>,
    { window = null, lags = Number.POSITIVE_INFINITY }: ReachOptions = {},
  ) {
    const { shape, weights } = network;
    const length = tokens.length;
    this.#network = new Network({ ...shape, dtype: "float64" }, weights);
    this.#tokens = tokens;
    this.#targets = targets;
    this.#window = window ?? length;
    this.length = length;
    this.lags = Math.max(1, Math.min(lags, length, this.#window));
    this.shares = new Float64Array(length * this.lags).fill(Number.NaN);
    this.norms = new Float64Array(length).fill(Number.NaN);
    this.#layers = shape.layers.map((_, index) => makeLayer(this.#network, index));
    const { output } = this.#network;
    this.#toState = output && transposed(output, shape.tokens);
    const whole = Math.min(length, this.#window);
    this.#errors = new Float64Array(whole * shape.tokens);
    this.#read(0, whole, (position) => this.#error(position, this.#errors.subarray(position * shape.tokens)));
  }

  /** Compute a position; those after the first window are read from the beginning of theirs. */
  compute(position: number): void {
    const { tokens } = this.#network.shape;
    if ((this.#targets[position] as number) < 0) return;
    if (position < this.#window) {
      this.#back(position, position, this.#errors.subarray(position * tokens, (position + 1) * tokens));
      return;
    }
    const first = position - this.#window + 1;
    const error = new Float64Array(tokens);
    this.#read(first, this.#window, (at) => at === position && this.#error(at, error));
    this.#back(position, this.#window - 1, error);
  }

  /** Read `count` tokens from zero and keep the slopes of each step. */
  #read(first: number, count: number, after: (position: number) => void): void {
    const network = this.#network;
    for (const layer of this.#layers) {
      const size = count * layer.slopes.parts * layer.size;
      if (layer.recorded.length < size) layer.recorded = new Float64Array(size);
    }
    let state: State = network.start();
    for (let step = 0; step < count; step++) {
      const next = network.step(state, this.#tokens[first + step] as number);
      for (const [index, { slopes, size, recorded }] of this.#layers.entries()) {
        const [before, now] = [state[index] as LayerState, next[index] as LayerState];
        slopes.record(network.lastStep(index), before, now, recorded, step * slopes.parts * size);
      }
      state = next;
      this.#logits = network.lastLogits(state);
      after(first + step);
    }
  }

  #logits: ArrayLike<number> = [];

  /** Write the gradient of the loss with respect to the logits. */
  #error(position: number, out: Float64Array): void {
    crossEntropy(this.#logits, this.#targets[position] as number, out);
  }

  /** Take the error of a position, the step-th one that was read, back from step to step. */
  #back(position: number, step: number, error: Float64Array): void {
    const layers = this.#layers;
    const last = layers.at(-1) as Layer;
    for (const { flow } of layers) {
      flow.h.fill(0);
      flow.c.fill(0);
    }
    if (this.#toState) apply(this.#toState, error, last.flow.h);
    else last.flow.h.set(error);
    const here = this.#norm();
    this.norms[position] = here;
    const at = position * this.lags;
    for (let lag = 0; lag < this.lags && lag <= step; lag++) {
      if (lag > 0) this.#stepBack(step - lag + 1);
      const share = this.#norm() / here;
      this.shares[at + lag] = Number.isFinite(share) ? share : Number.NaN;
    }
  }

  /** Take the gradient from the state after a step to the state before it. */
  #stepBack(step: number): void {
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const { slopes, size, recorded, flow, toHidden, toInput, fromHidden, fromInput } = this.#layers[index] as Layer;
      slopes.back(recorded, step * slopes.parts * size, flow);
      apply(toHidden, flow.hiddenSums, fromHidden);
      for (let k = 0; k < size; k++) flow.h[k] = (flow.h[k] as number) + (fromHidden[k] as number);
      if (toInput === null) continue;
      const below = (this.#layers[index - 1] as Layer).flow.h;
      apply(toInput, flow.inputSums, fromInput);
      for (let k = 0; k < below.length; k++) below[k] = (below[k] as number) + (fromInput[k] as number);
    }
  }

  /** The norm over all layers. Values are divided by the largest first: squares of those below 1e-162 would be zero. */
  #norm(): number {
    let largest = 0;
    for (const { flow } of this.#layers)
      for (const part of [flow.h, flow.c]) for (const value of part) largest = Math.max(largest, Math.abs(value));
    if (largest === 0) return 0;
    let sum = 0;
    for (const { flow } of this.#layers)
      for (const part of [flow.h, flow.c]) for (const value of part) sum += (value / largest) ** 2;
    return largest * Math.sqrt(sum);
  }
}

/** Return the shares of all positions, see `GradientReach.shares`, and how many lags they have. */
export function gradientReach(
  network: Network,
  tokens: ArrayLike<number>,
  targets: ArrayLike<number>,
  options: ReachOptions = {},
): Pick<GradientReach, "shares" | "lags" | "length"> {
  const reach = new GradientReach(network, tokens, targets, options);
  for (let position = 0; position < reach.length; position++) reach.compute(position);
  return reach;
}

/** The transpose of a map of `rows` values, without its bias. */
function transposed({ weight }: Affine, rows: number): Affine {
  const columns = weight.length / rows;
  const out = weight instanceof Float32Array ? new Float32Array(weight.length) : new Float64Array(weight.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = weight[row * columns + column] as number;
  return { weight: out, bias: null };
}

function makeLayer(network: Network, index: number): Layer {
  const shape = network.shape.layers[index] as Network["shape"]["layers"][number];
  const { fromInput, fromHidden } = network.maps(index);
  const size = shape.hidden_size;
  const rows = fromHidden.weight.length / size;
  return {
    size,
    slopes: slopesOf(shape),
    recorded: new Float64Array(0),
    flow: makeFlow(shape, rows),
    toHidden: transposed(fromHidden, rows),
    toInput: index === 0 ? null : transposed(fromInput, rows),
    fromHidden: new Float64Array(size),
    fromInput: new Float64Array(shape.input_size),
  };
}
