/** The weights and the optimizer of a training, and one update of them. */
import { LossGradient } from "../network/loss-gradient";
import { Network } from "../network/network";
import { makeOptimizer, type Optimizer, type OptimizerOptions } from "../network/optimizers";
import type { FlatWeights, NetworkShape } from "../network/types";
import type { Snapshot } from "./snapshots";

/** What an epoch trains on. */
export interface Batch {
  /** (P,) tokens */
  readonly inputs: Uint32Array;
  readonly targets: Uint32Array;
  /** null: the whole text at once */
  readonly window: number | null;
}

export class TrainState {
  readonly weights: FlatWeights;
  /** (P*V): those of the last update */
  readonly logits: FlatWeights;
  readonly #options: OptimizerOptions;
  readonly #learned: LossGradient;
  #optimizer: Optimizer;

  constructor(shape: NetworkShape, options: OptimizerOptions, batch: Batch, weights: FlatWeights) {
    this.weights = weights.slice();
    this.#options = options;
    this.#learned = new LossGradient(new Network(shape, this.weights), batch.inputs, batch.targets, batch.window);
    this.logits = this.#learned.logits;
    this.#optimizer = makeOptimizer(options, this.weights);
  }

  /** Make one update, unless the loss is not finite. Return the loss before it, in nats per token. */
  update(lr: number): number {
    const loss = this.loss();
    if (Number.isFinite(loss)) this.#optimizer.update(this.weights, this.#learned.gradient, lr);
    return loss;
  }

  /** Return the loss of the next update. */
  loss(): number {
    return this.#learned.compute();
  }

  snapshot(epoch: number): Snapshot {
    const { steps, moments } = this.#optimizer.state;
    const optimizer = { steps, moments: moments.map((moment) => moment.slice()) };
    return { epoch, weights: this.weights.slice(), optimizer, given: false };
  }

  /** Restore a snapshot. Without the state of its optimizer, that starts anew. */
  restore({ weights, optimizer }: Snapshot): void {
    this.weights.set(weights);
    this.#optimizer = makeOptimizer(this.#options, this.weights);
    if (optimizer === null) return;
    const { steps, moments } = optimizer;
    this.#optimizer.state = { steps, moments: moments.map((moment) => moment.slice()) };
  }
}
