import { describe, expect, it } from "vitest";
import { fixtureOf, madeUpNetwork, networkFixtures, networkOf, weightsOf } from "../testing/networks";
import { argmax, Network, weightCount } from "./network";

describe("weightCount", () => {
  it.each(networkFixtures)("counts the weights of $name", ({ network, weights }) => {
    expect(weightCount(network)).toBe(weights.length);
  });
});

describe("Network", () => {
  it.each([-1, 1])("refuses a number of weights that is wrong by %i", (error) => {
    const { network, weights } = fixtureOf("lstm");
    const wrong = weightsOf(network, { length: weights.length + error });
    expect(() => new Network(network, wrong)).toThrow(`${weights.length + error} weights: must be ${weights.length}`);
  });

  it.each(networkFixtures)("steps from state to state as torch does: $name", (fixture) => {
    const network = networkOf(fixture);
    let state = network.start();
    for (const [position, token] of fixture.tokens.entries()) {
      state = network.step(state, token);
      expect(argmax(network.logits(state))).toBe(fixture.predictions[position]);
    }
  });

  it("leaves the states it was given as they are", () => {
    const network = madeUpNetwork("lstm", 5, 1);
    const first = network.step(network.start(), 2);
    const copy = structuredClone(first);
    const second = network.step(first, 3);
    network.step(second, 4);
    expect(first).toEqual(copy);
    expect(network.step(first, 3)).toEqual(second);
  });

  it("starts with zeros, and with c in an LSTM only", () => {
    const [lstm, gru] = networkOf(fixtureOf("lstm-gru")).start();
    expect(lstm).toEqual({ h: new Float64Array(6), c: new Float64Array(6) });
    expect(gru).toEqual({ h: new Float64Array(5), c: null });
  });

  it.each([-1, 5, 1.5, Number.NaN])("refuses the token %d", (token) => {
    const network = madeUpNetwork("gru", 5, 1);
    expect(() => network.step(network.start(), token)).toThrow(`token ${token}: must be an index from 0 to 4`);
  });

  it("predicts as torch where units saturate: of those that round to 1 in float32, the first", () => {
    const { network } = fixtureOf("rnn");
    const biases = weightsOf(network, { length: weightCount(network) }).fill(0);
    biases.set([0, 9.5, 12, 11], biases.length - network.tokens); // tanh: 0, 1 - 1e-8, 1 - 8e-11, ...
    const predict = (dtype: "float32" | "float64") => {
      const net = new Network({ ...network, dtype }, biases);
      return argmax(net.logits(net.step(net.start(), 0)));
    };
    expect(predict("float32")).toBe(1);
    expect(predict("float64")).toBe(2);
  });
});

describe("argmax", () => {
  it.each([
    [[1, 3, 2], 1],
    [[2, 5, 5], 1],
    [[-Infinity, -Infinity], 0],
    [[1, Number.NaN, 3, Number.NaN], 1],
    [[Infinity, Number.NaN], 1],
    [[], 0],
  ])("of %j is %i", (values, expected) => {
    expect(argmax(values)).toBe(expected);
  });
});
