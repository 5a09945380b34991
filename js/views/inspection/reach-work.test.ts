import { describe, expect, it } from "vitest";
import { GradientReach } from "../../network/gradient-reach";
import { madeUpNetwork } from "../../testing/networks";
import { positionReach } from "./reach-model";
import { MAX_LAGS, MedianWork, ReachWork, type TrainedText } from "./reach-work";

const made = (length: number, window: number | null = null): TrainedText => ({
  tokens: Uint32Array.from({ length }, (_, at) => (at * at) % 6),
  targets: Int32Array.from({ length }, (_, at) => (at === 3 ? -1 : (at + 1) ** 2 % 6)),
  window,
});
const network = madeUpNetwork("lstm", 6, 3);

/** A clock that advances with every reading. */
const clock = () => {
  let now = 0;
  return () => now++;
};

describe("ReachWork", () => {
  it("computes the same in slices", () => {
    const [whole, sliced] = [new ReachWork(network, made(12)), new ReachWork(network, made(12))];
    expect(whole.run(() => 0, 1)).toBe(true);
    const now = clock();
    let slices = 1;
    while (!sliced.run(now, 4 * slices)) slices++;
    expect(slices).toBeGreaterThan(2);
    expect(sliced.reach.shares).toEqual(whole.reach.shares);
    expect(sliced.dependence.changes).toEqual(whole.dependence.changes);
  });

  it.each([
    [2, null, 2, "text"],
    [60, null, MAX_LAGS, "computed"],
    [60, 8, 7, "window"],
    [5, 8, 5, "text"],
    [60, 50, MAX_LAGS, "computed"],
    [60, MAX_LAGS + 1, MAX_LAGS, "window"],
  ] as const)("at position %i with window %s computes %i lags, the end of the %s", (position, window, lags, end) => {
    const work = new ReachWork(network, made(64, window));
    work.run(() => 0, 1);
    expect(positionReach(work, position)).toMatchObject({ position, lags, end, missing: null });
  });

  it("says that a position has no target", () => {
    const work = new ReachWork(network, made(12));
    work.run(() => 0, 1);
    expect(positionReach(work, 3).missing).toBe("ignored");
  });

  it("says that weights are not finite", () => {
    const broken = madeUpNetwork("lstm", 6, 3);
    broken.weights.fill(Number.NaN);
    const work = new ReachWork(broken, made(12));
    work.run(() => 0, 1);
    expect(positionReach(work, 5).missing).toBe("not_finite");
  });
});

describe("MedianWork", () => {
  it("is the median of the later positions, in slices", () => {
    const text = made(9);
    const work = new MedianWork(network, text);
    const now = clock();
    let slices = 1;
    while (!work.run(now, 2 * slices)) slices++;
    expect(slices).toBeGreaterThan(1);
    const reach = new GradientReach(network, text.tokens, text.targets);
    const steps = [5, 6, 7, 8].map((position) => {
      reach.compute(position);
      const row = [...reach.shares.subarray(position * 9, position * 9 + 9)];
      return row.findLastIndex((share) => share >= 0.01);
    });
    steps.sort((a, b) => a - b);
    expect(work.value).toBe(((steps[1] as number) + (steps[2] as number)) / 2);
  });
});
