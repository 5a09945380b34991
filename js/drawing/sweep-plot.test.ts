import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curvePoints, lossY, nearestCurve, pathOf, pointEpoch } from "./sweep-plot";

const LINEAR = { low: 0, high: 2, ticks: [], log: false };
const floats = (...losses: number[]) => Float32Array.from(losses);

describe("pointEpoch", () => {
  it("is the epoch itself if the curve is not thinned", () => {
    expect([0, 1, 299].map((j) => pointEpoch(j, 300, 300))).toEqual([0, 1, 299]);
  });

  it("is the middle of the epochs that a point stands for", () => {
    // 10 epochs on 5 points: 0 and 1, 2 and 3, ...
    expect([0, 1, 4].map((j) => pointEpoch(j, 5, 10))).toEqual([0.5, 2.5, 8.5]);
  });
});

describe("lossY", () => {
  it("is 0 at the top, 1 at the bottom, and at the edge beyond the range", () => {
    expect([2, 1, 0, 5, -1].map((loss) => lossY(loss, LINEAR))).toEqual([0, 0.5, 1, 0, 1]);
  });

  it("is linear in the logarithm on a logarithmic scale", () => {
    const range = { low: 0.01, high: 1, ticks: [], log: true };
    expect(lossY(0.1, range)).toBeCloseTo(0.5);
    expect(lossY(0, range)).toBe(1);
  });
});

describe("curvePoints", () => {
  it("places a run that ended early at its own epochs", () => {
    const points = curvePoints(floats(2, 1), 2, 10, LINEAR);
    expect(points).toEqual([
      [0.05, 0],
      [0.15, 0.5],
    ]);
  });

  it("leaves out losses that are not finite", () => {
    expect(curvePoints(floats(2, 1, Number.NaN), 3, 10, LINEAR)).toHaveLength(2);
  });
});

describe("nearestCurve", () => {
  const lines = [
    [
      [0, 0.2],
      [1, 0.2],
    ],
    [
      [0, 0.8],
      [0.3, 0.8],
    ],
  ] as const;
  const SIZE = [200, 100] as const;

  it("is the curve with the shortest distance in px, between its points too", () => {
    expect(nearestCurve(lines, [0.5, 0.3], SIZE)).toBe(0);
    expect(nearestCurve(lines, [0.2, 0.7], SIZE)).toBe(1);
  });

  it("counts the end of a curve that has ended", () => {
    // 140 px to the end of the lower one, 60 px to the upper one
    expect(nearestCurve(lines, [1, 0.8], SIZE)).toBe(0);
  });

  it("is -1 without curves or points", () => {
    expect(nearestCurve([], [0.5, 0.5], SIZE)).toBe(-1);
    expect(nearestCurve([[]], [0.5, 0.5], SIZE)).toBe(-1);
  });

  it("is the one under the pointer, wherever that is", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const heights = fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 2 });
    fc.assert(
      fc.property(heights, share, (percent, x) => {
        const level = percent.map((y) => [0, 0.5, 1].map((at) => [at, y / 100] as const));
        for (const [i, y] of percent.entries()) expect(nearestCurve(level, [x, y / 100], SIZE)).toBe(i);
      }),
    );
  });
});

describe("pathOf", () => {
  it("begins anew for every curve", () => {
    const path = pathOf([
      [
        [0, 0],
        [1, 1],
      ],
      [],
      [[0.5, 0.5]],
    ]);
    expect(path).toBe("M0.0 0.0L1000.0 1000.0M500.0 500.0");
  });
});
