import { describe, expect, it } from "vitest";
import { LEVELS } from "./color";
import { compressed, expanded, MAX_ROWS, raiseLimits, rowHeight, rowUnits, shade, signedScale } from "./state-map";

/** Values (T*size) of units that go from -amplitude to amplitude. */
const swinging = (amplitudes: number[]) =>
  Float64Array.from([-1, 1, -1].flatMap((sign) => amplitudes.map((amplitude) => sign * amplitude)));

describe("rowUnits", () => {
  it("keeps named units in their order", () => {
    expect(rowUnits(swinging([0.1, 0.9, 0.5]), 3, true)).toEqual([0, 1, 2]);
  });

  it("sorts numbered units, the one that varies most first, equal ones by number", () => {
    expect(rowUnits(swinging([0.1, 0.9, 0.5, 0.9]), 4, false)).toEqual([1, 3, 2, 0]);
  });

  it("counts how much a unit varies, not how large it is", () => {
    expect(rowUnits(Float64Array.from([5, 0.1, 5, -0.1]), 2, false)).toEqual([1, 0]);
  });

  it("keeps the units that vary most if there are too many, named ones in their order", () => {
    const amplitudes = Array.from({ length: MAX_ROWS + 8 }, (_, unit) => (unit < 8 ? 0 : 1));
    const kept = Array.from({ length: MAX_ROWS }, (_, row) => row + 8);
    expect(rowUnits(swinging(amplitudes), amplitudes.length, true)).toEqual(kept);
    expect(rowUnits(swinging(amplitudes), amplitudes.length, false)).toEqual(kept);
  });

  it("puts units without finite values last", () => {
    expect(rowUnits(Float64Array.from([Number.NaN, 0.1, 0, 0.2]), 2, false)).toEqual([1, 0]);
  });
});

describe("raiseLimits", () => {
  const raised = (limits: number[], values: number[]) => {
    const result = Float64Array.from(limits);
    raiseLimits(result, Float64Array.from(values));
    return [...result];
  };
  it("keeps the largest absolute value of each unit", () => expect(raised([0, 0], [1, -3, -2, 2])).toEqual([2, 3]));
  it("never lowers a limit", () => expect(raised([4, 1], [1, 2])).toEqual([4, 2]));
  it("ignores what is not finite", () => {
    expect(raised([1, 1], [Number.NaN, Number.NEGATIVE_INFINITY, 2, 0])).toEqual([2, 1]);
  });
});

describe("shade", () => {
  const middle = LEVELS - 1;
  it.each([
    [-1, 1, 0],
    [0, 1, middle],
    [1, 1, 2 * middle],
    [6, 12, middle + Math.round(middle / 2)],
    [-99, 12, 0],
    [Number.POSITIVE_INFINITY, 1, 2 * middle],
    [0, 0, middle],
    [Number.NaN, 1, -1],
  ])("%d within ±%d is colour %d", (value, limit, index) => expect(shade(value, limit)).toBe(index));

  it("indexes a scale from the lowest over zero to the highest colour", () => {
    const [down, up] = [new Uint32Array(LEVELS).fill(1), new Uint32Array(LEVELS).fill(2)];
    down[LEVELS - 1] = 3;
    up[LEVELS - 1] = 4;
    const scale = signedScale(down, up);
    expect([-1, -0.5, 0, 0.5, 1].map((value) => scale[shade(value, 1)])).toEqual([3, 1, 2, 2, 4]);
  });
});

describe("compressed", () => {
  it.each([1, 13.2, 179])("goes from -1 to 1 within ±%d, and small values show", (limit) => {
    expect([-limit, 0, limit].map((value) => compressed(value, limit))).toEqual([-1, 0, 1]);
    expect(compressed(1, limit)).toBeGreaterThan(0.14);
  });

  it("is the inverse of expanded", () => {
    for (const value of [-20, -0.3, 0.01, 7]) expect(20 * expanded(compressed(value, 20), 20)).toBeCloseTo(value, 9);
  });
});

describe("rowHeight", () => {
  it("is a whole number of device pixels", () => {
    for (const ratio of [1, 1.25, 1.5, 2, 3])
      for (const rows of [2, 14, 20, 32]) {
        const { height } = rowHeight(rows, false, 1.4, ratio);
        expect(height * ratio).toBeCloseTo(Math.round(height * ratio), 9);
      }
  });

  it("has room for labels", () => {
    expect(rowHeight(14, false, 1, 1)).toEqual({ height: 14, labelled: true });
    expect(rowHeight(32, true, 1, 1.25)).toEqual({ height: 8, labelled: true });
  });
});
