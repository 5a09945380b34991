import { describe, expect, it } from "vitest";
import { madeUpNetwork, networkFixtures, networkOf } from "../testing/networks";
import { gradientReach } from "./gradient-reach";
import { Network, type State, weightCount } from "./network";
import type { NetworkShape } from "./types";

const STEP = 1e-5;

function lossOf(network: Network, state: State, target: number): number {
  const logits = network.logits(state);
  const highest = Math.max(...logits);
  return (
    highest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0)) - (logits[target] as number)
  );
}

/** The norm of the gradient of the loss after `tokens` were read in `state`, by central differences. */
function gradientNorm(network: Network, state: State, tokens: readonly number[], target: number): number {
  let squares = 0;
  const lossWith = (vector: Float64Array, unit: number, change: number): number => {
    const kept = vector[unit] as number;
    vector[unit] = kept + change;
    const after = tokens.reduce<State>((now, token) => network.step(now, token), state);
    const loss = lossOf(network, after, target);
    vector[unit] = kept;
    return loss;
  };
  for (const { h, c } of state)
    for (const vector of c === null ? [h] : [h, c])
      for (let unit = 0; unit < vector.length; unit++)
        squares += ((lossWith(vector, unit, STEP) - lossWith(vector, unit, -STEP)) / (2 * STEP)) ** 2;
  return Math.sqrt(squares);
}

/** (P*lags) as the definition says, at every state between `first` and each position. */
function byDifferences(
  network: Network,
  tokens: readonly number[],
  targets: readonly number[],
  firstOf: (position: number) => number,
): number[] {
  return tokens.flatMap((_, position) => {
    const first = firstOf(position);
    const states: State[] = [network.start()];
    for (const token of tokens.slice(first, position + 1)) states.push(network.step(states.at(-1) as State, token));
    const norms = states
      .slice(1)
      .map((state, at) =>
        gradientNorm(network, state, tokens.slice(first + at + 1, position + 1), targets[position] as number),
      );
    norms.reverse();
    return Array.from(tokens, (_, lag) => (norms[lag] ?? Number.NaN) / (norms[0] as number));
  });
}

function expectClose(values: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(values.length).toBe(expected.length);
  expected.forEach((value, index) => {
    const given = values[index] as number;
    if (Number.isNaN(value)) expect(given, `value ${index}`).toBeNaN();
    else expect(Math.abs(given - value), `value ${index}: ${given} instead of ${value}`).toBeLessThan(tolerance);
  });
}

const doubled = ({ shape, weights }: Network): Network => new Network({ ...shape, dtype: "float64" }, weights);

/** A network whose hidden state is linear, x + `back` h: relu of values that are all positive. */
function linear(size: number, back: number): Network {
  const layer = { cell: "rnn", input_size: size, hidden_size: size, bias: false, nonlinearity: "relu" } as const;
  const shape: NetworkShape = { tokens: size, embedding: null, layers: [layer], output: null, dtype: "float64" };
  const inputs = Array.from({ length: size ** 2 }, (_, at) => (at % (size + 1) === 0 ? 1 : 0.25));
  const identity = Array.from({ length: size ** 2 }, (_, at) => (at % (size + 1) === 0 ? back : 0));
  return new Network(shape, Float64Array.from([...inputs, ...identity]));
}

describe("gradientReach", () => {
  it.each(networkFixtures)("is what small changes of the states make of the loss: $name", (fixture) => {
    const network = networkOf(fixture);
    const targets = fixture.tokens.map((_, position) => (position * 5 + 1) % network.shape.tokens);
    const { shares, lags } = gradientReach(network, fixture.tokens, targets);
    expect(lags).toBe(fixture.tokens.length);
    expectClose(
      shares,
      byDifferences(doubled(network), fixture.tokens, targets, () => 0),
      1e-5,
    );
  });

  it.each(networkFixtures)("begins with each window: $name", (fixture) => {
    const network = networkOf(fixture);
    const { size } = fixture.window;
    const targets = fixture.tokens.map((_, position) => (position * 3 + 2) % network.shape.tokens);
    const { shares, lags } = gradientReach(network, fixture.tokens, targets, { window: size });
    expect(lags).toBe(size);
    const first = (position: number) => (position < size ? 0 : position - size + 1);
    const all = byDifferences(doubled(network), fixture.tokens, targets, first);
    expectClose(
      shares,
      all.filter((_, at) => at % fixture.tokens.length < size),
      1e-5,
    );
  });

  it.each([0.5, 0.9, 2])("of a linear network that keeps %d of its state is that to the power of the lag", (back) => {
    const tokens = [0, 1, 2, 1, 0, 2];
    const { shares, lags } = gradientReach(linear(3, back), tokens, [1, 2, 1, 0, 2, 0]);
    tokens.forEach((_, position) => {
      for (let lag = 0; lag <= position; lag++) expect(shares[position * lags + lag]).toBeCloseTo(back ** lag, 12);
    });
  });

  it("computes so many lags", () => {
    const network = madeUpNetwork("lstm", 6, 3);
    const [tokens, targets] = [
      [1, 4, 2, 0, 5],
      [4, 2, 0, 5, 1],
    ];
    const [all, some] = [undefined, 3].map((lags) => gradientReach(network, tokens, targets, lags ? { lags } : {}));
    expect(some?.lags).toBe(3);
    expect([...(some?.shares ?? [])]).toEqual([...(all?.shares ?? [])].filter((_, at) => at % 5 < 3));
  });

  it("is small but not zero where the units of a float32 network are saturated", () => {
    const layer = { cell: "rnn", input_size: 2, hidden_size: 2, bias: false, nonlinearity: "tanh" } as const;
    const shape: NetworkShape = { tokens: 2, embedding: null, layers: [layer], output: null, dtype: "float32" };
    const network = new Network(shape, Float32Array.of(12, 0, 0, 12, 1, 0, 0, 1)); // tanh(12) is 1 in float32
    const { shares, lags } = gradientReach(network, [0, 0, 0], [1, 1, 1]);
    const slope = 1 - Math.tanh(12 + Math.tanh(12)) ** 2;
    expect(shares[lags + 1]).toBeGreaterThan(slope / 2);
    expect(shares[lags + 1]).toBeLessThan(1);
  });

  it("has none where there is no target", () => {
    const { shares, lags } = gradientReach(madeUpNetwork("gru", 6, 3), [1, 4, 2], [4, -1, 0]);
    expect([...shares.subarray(lags, 2 * lags)].every(Number.isNaN)).toBe(true);
    expect(shares[2 * lags]).toBe(1);
  });

  it("has none where the loss is zero", () => {
    const network = linear(3, 0.5);
    const certain = new Network(
      network.shape,
      network.weights.map((weight) => 2000 * weight),
    ); // e^-1500 is 0
    expect([...gradientReach(certain, [0], [0]).shares].every(Number.isNaN)).toBe(true);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("has none where weights are %d", (weight) => {
    const { shape } = madeUpNetwork("lstm", 6, 3);
    const network = new Network(shape, new Float32Array(weightCount(shape)).fill(weight));
    expect([...gradientReach(network, [1, 4, 2], [4, 2, 0]).shares].every(Number.isNaN)).toBe(true);
  });

  it("reads nothing", () => {
    expect(gradientReach(madeUpNetwork("rnn", 6, 3), [], []).shares).toHaveLength(0);
  });
});
