import { describe, expect, it } from "vitest";
import { gradients, torchRuns } from "../testing/learning";
import { fixtureOf, networkFixtures, weightsOf } from "../testing/networks";
import { LossGradient } from "./loss-gradient";
import { Network } from "./network";
import { makeOptimizer } from "./optimizers";
import { read } from "./pass";

const furthest = (values: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((value, index) => Math.abs(value - (values[index] as number))));

/** A network of a fixture that computes in float64. */
function doubled(name: string) {
  const { network, weights, tokens } = fixtureOf(name);
  return {
    network: new Network({ ...network, dtype: "float64" }, Float64Array.from(weightsOf(network, weights))),
    tokens,
  };
}

describe("the gradient of the loss", () => {
  it.each(networkFixtures.map(({ name }) => name))("is that of torch: %s", (name) => {
    const { network, tokens } = doubled(name);
    const { targets, whole, windows } = gradients[name] as (typeof gradients)[string];
    for (const { window, expected } of [
      { window: null, expected: whole },
      { window: windows.size, expected: windows },
    ]) {
      const learned = new LossGradient(network, tokens, targets, window);
      for (let time = 0; time < 2; time++) {
        expect(learned.compute()).toBeCloseTo(expected.loss, 12);
        expect(learned.gradient.length).toBe(expected.gradient.length);
        expect(furthest(learned.gradient, expected.gradient)).toBeLessThan(1e-9);
      }
    }
  });

  it.each([null, 6])("has the logits that are shown, with windows of %s", (window) => {
    const { network, tokens } = doubled("lstm-gru");
    const learned = new LossGradient(network, tokens, tokens, window);
    learned.compute();
    expect(furthest(learned.logits, [...read(network, tokens, { window }).logits])).toBeLessThan(1e-12);
  });

  it("follows weights that were written", () => {
    const { network, tokens } = doubled("gru-embedding");
    const learned = new LossGradient(network, tokens, tokens, null);
    const before = learned.compute();
    for (let i = 0; i < network.weights.length; i++) network.weights[i] = 0.5 * (network.weights[i] as number);
    const anew = new LossGradient(new Network(network.shape, network.weights.slice()), tokens, tokens, null);
    expect(learned.compute()).toBe(anew.compute());
    expect(learned.compute()).not.toBe(before);
  });
});

describe("learning", () => {
  it.each(Object.keys(torchRuns))("has the losses of torch's first 20 epochs: %s", (name) => {
    const run = torchRuns[name] as (typeof torchRuns)[string];
    const weights = Float32Array.from(run.weights);
    const network = new Network(run.network, weights);
    const optimizer = makeOptimizer(run.optimizer, weights);
    const learned = new LossGradient(network, run.inputs, run.targets, run.window);
    const differences = run.losses.map((expected) => {
      const loss = learned.compute();
      optimizer.update(weights, learned.gradient, run.lr);
      return Math.abs(loss - expected) / expected;
    });
    expect(differences.length).toBe(20);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
});
