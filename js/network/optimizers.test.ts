import { describe, expect, it } from "vitest";
import { optimizers as fixture } from "../testing/learning";
import { makeOptimizer } from "./optimizers";

describe("an optimizer", () => {
  it.each(Object.keys(fixture.optimizers))("updates as torch does: %s", (name) => {
    const { options, weights: expected } = fixture.optimizers[name] as (typeof fixture.optimizers)[string];
    const weights = Float64Array.from(fixture.start);
    const optimizer = makeOptimizer(options, weights);
    fixture.slopes.forEach((slope, row) => {
      optimizer.update(weights, Float64Array.from(slope), 0.1 / (1 + row));
      for (const [i, value] of (expected[row] as number[]).entries()) expect(weights[i]).toBeCloseTo(value, 12);
    });
    expect(optimizer.state.steps).toBe(fixture.slopes.length);
  });

  it("goes on from a state", () => {
    const [weights, slope] = [Float64Array.of(1, 2), Float64Array.of(0.3, -0.1)];
    const first = makeOptimizer({ kind: "adam" }, weights);
    first.update(weights, slope, 0.1);
    const copy = weights.slice();
    const second = makeOptimizer({ kind: "adam" }, copy);
    second.state = { steps: 1, moments: first.state.moments.map((moment) => moment.slice()) };
    first.update(weights, slope, 0.1);
    second.update(copy, slope, 0.1);
    expect(copy).toEqual(weights);
  });
});
