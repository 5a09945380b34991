import fc from "fast-check";
import { describe, expect, it } from "vitest";
import cases from "../../tests/fixtures/epochs_on_axis.json";
import { epochsOnAxis } from "./axis";

describe("the number of epochs on an axis", () => {
  it.each(cases)("is that of the chart: $case", ({ axis, ...recorded }) => {
    expect(epochsOnAxis(recorded)).toBe(axis);
  });

  it("includes all epochs, is at most 2.5 times as many above 10, and rarely changes", () => {
    const goals = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), goals, fc.boolean(), (epochs, goal, growing) => {
        const axis = epochsOnAxis({ epochs, goal, growing });
        expect(axis).toBeGreaterThanOrEqual(epochs);
        expect(axis).toBeLessThanOrEqual(Math.max(10, 2.5 * epochs));
      }),
    );
    const goal = 100_000;
    const axes = Array.from({ length: goal }, (_, epoch) => epochsOnAxis({ epochs: epoch + 1, goal, growing: true }));
    expect(new Set(axes).size).toBe(13); // 10, 20, 50, ... 100,000
    expect(axes).toEqual(axes.toSorted((a, b) => a - b));
  });
});
