/** Adam and SGD as torch defines them (torch.optim.Adam, torch.optim.SGD). */
import type { FlatWeights } from "./types";

export type OptimizerKind = "adam" | "sgd";

/** What is missing has torch's default. The learning rate is given with each update. */
export interface OptimizerOptions {
  kind: OptimizerKind;
  /** of Adam */
  betas?: readonly [number, number];
  eps?: number;
  /** of SGD */
  momentum?: number;
  dampening?: number;
  nesterov?: boolean;
  /** of both: an L2 penalty */
  weight_decay?: number;
}

/** Torch's defaults. */
export const DEFAULTS = {
  adam: { betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 },
  sgd: { momentum: 0, dampening: 0, nesterov: false, weight_decay: 0 },
} as const satisfies Readonly<Record<OptimizerKind, Omit<OptimizerOptions, "kind">>>;

/** What an optimizer remembers. */
export interface OptimizerState {
  /** number of updates so far */
  steps: number;
  /** (W,) each: exp_avg and exp_avg_sq of Adam; momentum_buffer of SGD with momentum */
  moments: FlatWeights[];
}

export interface Optimizer {
  /** May be replaced by a state of the same kind. */
  state: OptimizerState;
  /** Update weights (W,) by the gradient (W,) of the loss. */
  update(weights: FlatWeights, gradient: Float64Array, lr: number): void;
}

const zerosLike = (weights: FlatWeights): FlatWeights =>
  weights instanceof Float32Array ? new Float32Array(weights.length) : new Float64Array(weights.length);

/** Return an optimizer of weights like these that has made no update. Its moments are rounded as the weights are. */
export function makeOptimizer(options: OptimizerOptions, weights: FlatWeights): Optimizer {
  return options.kind === "adam" ? new Adam(options, weights) : new Sgd(options, weights);
}

/** Kingma & Ba 2015, "Adam: A method for stochastic optimization", arXiv 1412.6980. */
class Adam implements Optimizer {
  state: OptimizerState;
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #decay: number;

  constructor(options: OptimizerOptions, weights: FlatWeights) {
    const { betas, eps, weight_decay } = { ...DEFAULTS.adam, ...options };
    this.state = { steps: 0, moments: [zerosLike(weights), zerosLike(weights)] };
    this.#betas = betas;
    this.#eps = eps;
    this.#decay = weight_decay;
  }

  update(weights: FlatWeights, gradient: Float64Array, lr: number): void {
    const [first, second] = this.state.moments as [FlatWeights, FlatWeights];
    const [beta1, beta2] = this.#betas;
    const [eps, decay] = [this.#eps, this.#decay];
    const steps = ++this.state.steps;
    const size = lr / (1 - beta1 ** steps);
    const correction = Math.sqrt(1 - beta2 ** steps);
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] as number;
      const slope = (gradient[i] as number) + decay * weight;
      const before = first[i] as number;
      first[i] = before + (1 - beta1) * (slope - before);
      second[i] = beta2 * (second[i] as number) + (1 - beta2) * slope * slope;
      weights[i] = weight - (size * (first[i] as number)) / (Math.sqrt(second[i] as number) / correction + eps);
    }
  }
}

class Sgd implements Optimizer {
  state: OptimizerState;
  readonly #momentum: number;
  readonly #dampening: number;
  readonly #nesterov: boolean;
  readonly #decay: number;

  constructor(options: OptimizerOptions, weights: FlatWeights) {
    const { momentum, dampening, nesterov, weight_decay } = { ...DEFAULTS.sgd, ...options };
    this.state = { steps: 0, moments: momentum === 0 ? [] : [zerosLike(weights)] };
    this.#momentum = momentum;
    this.#dampening = dampening;
    this.#nesterov = nesterov;
    this.#decay = weight_decay;
  }

  update(weights: FlatWeights, gradient: Float64Array, lr: number): void {
    const [buffer] = this.state.moments;
    const isFirst = this.state.steps++ === 0; // torch's buffer begins with the gradient itself
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] as number;
      let slope = (gradient[i] as number) + this.#decay * weight;
      if (buffer !== undefined) {
        const sum = isFirst ? slope : this.#momentum * (buffer[i] as number) + (1 - this.#dampening) * slope;
        buffer[i] = sum;
        slope = this.#nesterov ? slope + this.#momentum * sum : sum;
      }
      weights[i] = weight - lr * slope;
    }
  }
}
