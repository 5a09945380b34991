/** The fixture is what Python computes: tests/recording/page_fixtures.py writes it. */
import { describe, expect, it } from "vitest";
import cases from "../../tests/fixtures/references.json";
import { IGNORED } from "../player/decode";
import { referenceLosses } from "./references";

describe("the reference losses of a text", () => {
  it.each(cases)(
    "are those that Python computes: $case",
    ({ inputs, targets, tokens, window, saturates, references }) => {
      const wanted = Uint32Array.from(targets, (target) => (target < 0 ? IGNORED : target));
      const found = referenceLosses(Uint32Array.from(inputs), wanted, tokens, window, saturates);
      expect(found.map(({ kind, tokens }) => [kind, tokens])).toEqual(
        references.map(({ kind, tokens }) => [kind, tokens]),
      );
      for (const [i, { loss }] of references.entries())
        expect(Math.abs((found[i]?.loss as number) - loss)).toBeLessThanOrEqual(1e-12);
    },
  );
});
