import { describe, expect, it } from "vitest";
import { madeUpNetwork, networkFixtures, networkOf } from "../testing/networks";
import { gradientReach } from "./gradient-reach";
import { Network, weightCount } from "./network";
import type { NetworkShape } from "./types";

/** A network whose hidden state is linear, x + `back` h: relu of values that are all positive. */
function linear(size: number, back: number): Network {
  const layer = { cell: "rnn", input_size: size, hidden_size: size, bias: false, nonlinearity: "relu" } as const;
  const shape: NetworkShape = { tokens: size, embedding: null, layers: [layer], output: null, dtype: "float64" };
  const inputs = Array.from({ length: size ** 2 }, (_, at) => (at % (size + 1) === 0 ? 1 : 0.25));
  const identity = Array.from({ length: size ** 2 }, (_, at) => (at % (size + 1) === 0 ? back : 0));
  return new Network(shape, Float64Array.from([...inputs, ...identity]));
}

/** Lags 0, 1, ... of each position. */
const rows = ({ shares, lags }: ReturnType<typeof gradientReach>): number[][] =>
  Array.from({ length: shares.length / lags }, (_, position) => [
    ...shares.subarray(position * lags, (position + 1) * lags),
  ]);

describe("gradientReach", () => {
  it.each(networkFixtures)("is what autograd computes in float64: $name", (fixture) => {
    const { targets, window, gradient } = fixture.reach;
    for (const [expected, options] of [
      [gradient, {}],
      [window.gradient, { window: window.size }],
    ] as const)
      for (const [position, row] of rows(gradientReach(networkOf(fixture), fixture.tokens, targets, options)).entries())
        for (const [lag, share] of row.entries()) {
          const known = expected[position]?.[lag] ?? Number.NaN;
          if (Number.isNaN(known)) expect(share).toBeNaN();
          else expect(Math.abs(share / known - 1)).toBeLessThan(1e-9);
        }
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
