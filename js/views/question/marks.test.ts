import { describe, expect, it } from "vitest";
import { fakeQuestion } from "../../testing/questions";
import { marksOf } from "./marks";

describe("the marks on the text", () => {
  const cut = fakeQuestion({ kind: "memory_cut", after: 3, answer: [[5, 6]] });

  it("are on the position that is asked about, and on what is chosen", () => {
    expect(marksOf(null, "none", null)).toEqual([]);
    expect(marksOf(fakeQuestion({ position: 3 }), "choosing", 7)).toEqual([{ position: 3, kind: "asked" }]);
    expect(marksOf(cut, "choosing", [4, 5]).map(({ position, kind }) => `${position} ${kind}`)).toEqual([
      "3 asked",
      "4 chosen",
      "5 chosen",
    ]);
  });

  it("tell nothing of the answer before it is revealed", () => {
    for (const phase of ["choosing", "committed", "revealing"] as const) {
      expect(marksOf(cut, phase, [])).toEqual([{ position: 3, kind: "asked" }]);
    }
  });

  it("show what was right, and what of the choice was wrong, once it is revealed", () => {
    expect(marksOf(cut, "revealed", [5, 9]).map(({ position, kind }) => `${position} ${kind}`)).toEqual([
      "3 asked",
      "5 right",
      "6 right",
      "9 wrong",
    ]);
  });

  it("are not on the tokens or epochs that are chosen", () => {
    expect(marksOf(fakeQuestion({ kind: "first_all_correct" }), "choosing", 7)).toEqual([]);
  });
});
