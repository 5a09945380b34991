import { describe, expect, it } from "vitest";
import { initialWeights } from "./initial";
import type { NetworkShape } from "./types";

const shape: NetworkShape = {
  tokens: 40,
  embedding: 30,
  layers: [{ cell: "lstm", input_size: 30, hidden_size: 25, bias: true, nonlinearity: "tanh" }],
  output: { bias: true },
  dtype: "float32",
};

describe("initial weights", () => {
  const weights = initialWeights(shape, 7);
  const [embedding, rest] = [weights.subarray(0, 1200), weights.subarray(1200)];
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

  it("are uniform within 1 / sqrt(H), those of an embedding normal", () => {
    expect(Math.max(...rest.map(Math.abs))).toBeLessThanOrEqual(0.2);
    expect(Math.max(...rest)).toBeGreaterThan(0.199);
    expect(mean(rest.map((value) => value * value))).toBeCloseTo(0.04 / 3, 3);
    expect(Math.abs(mean(embedding))).toBeLessThan(0.1);
    expect(mean(embedding.map((value) => value * value))).toBeCloseTo(1, 0);
    expect(Math.max(...embedding)).toBeGreaterThan(2.5);
  });

  it("have a forget bias", () => {
    const biased = initialWeights(shape, 7, 1);
    const changed = [...weights.keys()].filter((i) => biased[i] !== weights[i]);
    const biases = 1200 + 100 * (30 + 25); // of b_ih, which begins with the input gates
    expect(changed).toEqual(Array.from({ length: 25 }, (_, i) => biases + 25 + i));
  });

  it("are the same for the same seed only", () => {
    expect(initialWeights(shape, 7)).toEqual(weights);
    expect(initialWeights(shape, 8)).not.toEqual(weights);
  });
});
