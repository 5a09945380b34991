import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lossHeight, lossScale, outline } from "./sparkline";

describe("lossScale", () => {
  it("includes the losses with some space below", () => {
    const { low, high } = lossScale([2.6, 2, 1.2]);
    expect(high).toBe(2.6);
    expect(low).toBeLessThan(1.2);
    expect(low).toBeGreaterThan(0.9);
  });

  it("cuts off a runaway loss", () => {
    expect(lossScale([2.6, 1.2, 1e9]).high).toBeCloseTo(3.9);
  });

  it("has a range if no loss is recorded, none is finite, or all are equal", () => {
    for (const losses of [[], [Number.NaN], [Number.POSITIVE_INFINITY], [1, 1, 1], [0]]) {
      const { low, high } = lossScale(losses);
      expect(Number.isFinite(low)).toBe(true);
      expect(high).toBeGreaterThan(low);
    }
  });
});

describe("lossHeight", () => {
  it("is a share of the height, and 1 for a non-finite loss", () => {
    const scale = { low: 1, high: 3 };
    expect(lossHeight(2, scale)).toBe(0.5);
    expect(lossHeight(9, scale)).toBe(1);
    expect(lossHeight(0, scale)).toBe(0);
    expect(lossHeight(Number.NaN, scale)).toBe(1);
  });
});

describe("outline", () => {
  it("keeps the highest loss of every pixel column", () => {
    const losses = Array.from({ length: 1000 }, (_, epoch) => (epoch === 500 ? 3 : 1));
    const points = outline(losses, 0, 1000, 100, { low: 0, high: 3 });
    expect(points.length).toBeLessThanOrEqual(101);
    expect(points.filter(([, height]) => height === 1)).toHaveLength(1);
  });

  it("runs from left to right, from the start epoch and within the width", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 5 }), { maxLength: 300 }), fc.nat(200), (losses, start) => {
        const points = outline(losses, start, 600, 400, lossScale(losses));
        for (const [index, [x]] of points.entries()) {
          expect(x).toBeGreaterThanOrEqual((start / 600) * 400);
          expect(x).toBeLessThanOrEqual(400);
          if (index > 0) expect(x).toBeGreaterThan((points[index - 1] as [number, number])[0]);
        }
      }),
    );
  });
});
