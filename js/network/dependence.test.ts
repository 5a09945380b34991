import { describe, expect, it } from "vitest";
import { networkFixtures, networkOf } from "../testing/networks";
import { Dependence } from "./dependence";
import type { Network } from "./network";
import { read } from "./pass";

/** (P*lags) by a memory cut for each lag. */
function byCuts(network: Network, tokens: readonly number[], window: number | null, lags: number): number[] {
  const before = read(network, tokens, { window }).predictions;
  return tokens.flatMap((_, position) =>
    Array.from({ length: lags }, (_, lag) => {
      if (lag === 0 || lag > position) return 0;
      const cut = { after: position - lag, what: "all" } as const;
      return Number(read(network, tokens, { window, cut }).predictions[position] !== before[position]);
    }),
  );
}

describe("Dependence", () => {
  it.each(networkFixtures)("is where a memory cut changes a prediction: $name", (fixture) => {
    const network = networkOf(fixture);
    for (const [window, lags] of [
      [null, fixture.tokens.length],
      [null, 4],
      [fixture.window.size, fixture.window.size],
    ] as const) {
      const { predictions } = read(network, fixture.tokens, { window });
      const dependence = new Dependence(network, fixture.tokens, predictions, lags);
      fixture.tokens.forEach((_, start) => {
        dependence.compute(start);
      });
      expect([...dependence.changes]).toEqual(byCuts(network, fixture.tokens, window, lags));
    }
  });

  it.each(networkFixtures)("is what torch finds: $name", (fixture) => {
    const network = networkOf(fixture);
    const { window, memory } = fixture.reach;
    for (const [expected, size, lags] of [
      [memory, null, fixture.tokens.length],
      [window.memory, window.size, window.size],
    ] as const) {
      const { predictions } = read(network, fixture.tokens, { window: size });
      const dependence = new Dependence(network, fixture.tokens, predictions, lags);
      for (const position of fixture.tokens.keys()) dependence.compute(position);
      const all = fixture.tokens.flatMap((_, position) =>
        Array.from({ length: lags }, (_, lag) => Number(expected[position]?.[lag] ?? false)),
      );
      expect([...dependence.changes]).toEqual(all);
    }
  });

  it("is found in most of them", () => {
    const found = networkFixtures.filter((fixture) => {
      const { tokens } = fixture;
      return byCuts(networkOf(fixture), tokens, null, tokens.length).includes(1);
    });
    expect(found.length).toBeGreaterThan(networkFixtures.length / 2);
  });
});
