import { describe, expect, it } from "vitest";
import { wordsFor } from "../../text/words";
import type { PositionReach } from "./reach-model";
import { reachSentence } from "./reach-words";

const at = (changed: Partial<PositionReach>): string => {
  const result = { position: 10, missing: null, steps: 4, depends: 6, lags: 10, end: "text", ...changed } as const;
  return reachSentence(wordsFor("en").words, result).replaceAll("\u202f", " ");
};

describe("reachSentence", () => {
  it.each<[string, Partial<PositionReach>]>([
    [
      "At “{token}” (position 11) 1 % of the gradient still arrives 4 steps back; the answer depends on up to 6 steps back.",
      {},
    ],
    [
      "At “{token}” (position 11) less than 1 % of the gradient arrives 1 step back; the answer depends on 1 step back.",
      { steps: 0, depends: 1 },
    ],
    [
      "At “{token}” (position 11) 1 % of the gradient still arrives 1 step back, but not 2; the answer stays the same whatever is forgotten.",
      { steps: 1, depends: 0 },
    ],
    ["“{token}” (position 1) is read first: there is no step further back.", { position: 0, lags: 0, steps: 0 }],
    ["At “{token}” (position 11) the loss is 0, so there is no gradient.", { missing: "zero", steps: Number.NaN }],
    [
      "“{token}” (position 11) has no target, so there is no loss and no gradient.",
      { missing: "ignored", steps: Number.NaN },
    ],
  ])("%s", (sentence, changed) => expect(at(changed)).toBe(sentence));

  it.each([
    ["text", "at the beginning, 10 steps back"],
    ["window", "at the beginning of its window, 10 steps back"],
    ["computed", "still arrives 10 steps back or more"],
  ] as const)("says what ends where the gradient does not: %s", (end, words) =>
    expect(at({ steps: 10, end })).toContain(words),
  );
});
