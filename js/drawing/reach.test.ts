import { describe, expect, it } from "vitest";
import { gradientReach } from "../network/gradient-reach";
import { networkFixtures, networkOf } from "../testing/networks";
import { dependsOn, laterPositions, median, reachShade, stepsBack } from "./reach";

/** `steps_back` in Python, of fixtures that torch wrote. */
describe("the median of the later positions", () => {
  it.each(networkFixtures)("is what Python computes: $name", ({ tokens, reach, ...fixture }) => {
    for (const [expected, window] of [
      [reach.steps_back, null],
      [reach.window.steps_back, reach.window.size],
    ] as const) {
      const { shares, lags } = gradientReach(networkOf({ tokens, reach, ...fixture }), tokens, reach.targets, {
        window,
      });
      const steps = laterPositions(tokens.length, 24).map((position) => stepsBack(shares, lags, position));
      expect(median(steps)).toBe(expected);
    }
  });
});

const NaNs = Number.NaN;

describe("reachShade", () => {
  it.each([
    [1, 1],
    [1e-3, 0.5],
    [1e-6, 0],
    [1e-20, 0],
    [0, 0],
    [7, 1],
  ])("of %d is %d", (share, shade) => expect(reachShade(share)).toBeCloseTo(shade, 12));

  it("of NaN is NaN", () => expect(reachShade(NaNs)).toBeNaN());
});

describe("stepsBack", () => {
  it("is the largest lag with 1 %, also behind smaller shares", () => {
    const shares = [1, 0.5, 0.001, 0.01, 0.009, ...[1, 0.002, NaNs, NaNs, NaNs]];
    expect([0, 1].map((position) => stepsBack(shares, 5, position))).toEqual([3, 0]);
  });

  it("is NaN without a gradient", () => expect(stepsBack([NaNs, NaNs], 2, 0)).toBeNaN());
});

describe("dependsOn", () => {
  it("is the largest lag with a change, 0 without one", () => {
    const changes = [0, 1, 0, 1, 0, ...[0, 0, 0, 0, 0]];
    expect([0, 1].map((position) => dependsOn(changes, 5, position))).toEqual([3, 0]);
  });
});

describe("median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 7], 3],
    [[NaNs, 5, NaNs], 5],
  ])("of %j is %d", (values, expected) => expect(median(values)).toBe(expected));

  it("of no numbers is NaN", () => expect([median([]), median([NaNs])]).toEqual([NaNs, NaNs]));
});

describe("laterPositions", () => {
  it.each([
    [23, 24, 12, 22, 11],
    [24, 24, 12, 23, 12],
    [10, 24, 5, 9, 5],
    [1, 24, 0, 0, 1],
    [2, 24, 1, 1, 1],
    [400, 24, 12, 383, 24],
  ])("of %i are at most %i, from %i to %i", (length, count, first, last, expected) => {
    const positions = laterPositions(length, count);
    expect([positions[0], positions.at(-1), positions.length]).toEqual([first, last, expected]);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  });
});
