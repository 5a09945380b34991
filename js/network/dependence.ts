/** How far back the prediction of each position depends on what was read. */
import { argmax, type Network } from "./network";

export class Dependence {
  readonly lags: number;
  /**
   * (P*lags): 1 at position t and lag l if the prediction at t changes when the state after position t - l is set to zero,
   * so that the network knows only the last l tokens. 0 at lag 0.
   */
  readonly changes: Uint8Array;
  readonly #network: Network;
  readonly #tokens: ArrayLike<number>;
  readonly #predictions: ArrayLike<number>;

  /** `lags`: at most the length of the window, if the text is read in windows. */
  constructor(network: Network, tokens: ArrayLike<number>, predictions: ArrayLike<number>, lags: number) {
    this.#network = network;
    this.#tokens = tokens;
    this.#predictions = predictions;
    this.lags = lags;
    this.changes = new Uint8Array(tokens.length * lags);
  }

  /** Read from `start` on, from zero: the predictions at lag 1 from `start` on, at lag 2 from the next position on, etc. */
  compute(start: number): void {
    if (start === 0) return; // nothing is forgotten
    const network = this.#network;
    const state = network.start();
    const end = Math.min(this.#tokens.length, start + this.lags - 1);
    for (let position = start; position < end; position++) {
      network.advance(state, this.#tokens[position] as number);
      const changed = argmax(network.lastLogits(state)) !== this.#predictions[position];
      this.changes[position * this.lags + position - start + 1] = Number(changed);
    }
  }
}
