import { describe, expect, it } from "vitest";
import { fakeQuestion } from "../../testing/questions";
import { fakeRecording } from "../../testing/recordings";
import { canPick, epochsOf, listOf, noneOf, offered, positionsOf } from "./choices";

const recording = fakeRecording({ text: "ab ab", epochs: 3 }); // 3 tokens, 4 positions

describe("the choices of a question", () => {
  it("are the tokens of the alphabet, the options, or the runs", () => {
    expect(offered(fakeQuestion(), recording, 0)).toEqual([0, 1, 2]);
    expect(offered(fakeQuestion({ kind: "choice", options: ["yes", "no"] }), recording, 0)).toEqual([0, 1]);
    expect(offered(fakeQuestion({ kind: "which_run", by: "loss" }), recording, 3)).toEqual([0, 1, 2]);
  });

  it("include none of the runs only if that can happen", () => {
    expect(offered(fakeQuestion({ kind: "which_run", by: "first_all_correct" }), recording, 2)).toEqual([0, 1, -1]);
    expect(offered(fakeQuestion({ kind: "which_run", by: "correct" }), recording, 2)).toEqual([0, 1]);
  });

  it("are not listed if they are epochs or positions, but none of these is", () => {
    const kinds = ["first_all_correct", "free_run", "memory_cut", "last_learned"] as const;
    for (const kind of kinds) expect(offered(fakeQuestion({ kind }), recording, 0)).toEqual([]);
    expect(kinds.map((kind) => noneOf({ kind }))).toEqual([-1, -1, [], null]);
  });

  it("are only epochs that are covered", () => {
    expect(epochsOf(fakeQuestion({ kind: "first_all_correct", shown: 19, epoch: 40 }))).toEqual([20, 40]);
  });

  it("are only positions after a cut, and those that a free run says by itself", () => {
    expect(positionsOf(fakeQuestion({ kind: "memory_cut", after: 1 }), recording)).toEqual([2, 3]);
    expect(positionsOf(fakeQuestion({ kind: "free_run", given: 2 }), recording)).toEqual([1, 3]);
    expect(positionsOf(fakeQuestion({ kind: "last_learned" }), recording)).toEqual([0, 3]);
    const cut = fakeQuestion({ kind: "memory_cut", after: 1 });
    expect([0, 1, 2, 3, 4].map((at) => canPick(cut, recording, at))).toEqual([false, false, true, true, false]);
  });

  it("do not include positions without a target, unless it does not matter", () => {
    const padded = fakeRecording({ text: "ab ab", epochs: 3, ignored: [1] });
    expect(canPick(fakeQuestion({ kind: "last_learned" }), padded, 1)).toBe(false);
    expect(canPick(fakeQuestion({ kind: "free_run", given: 1 }), padded, 1)).toBe(false);
    expect(canPick(fakeQuestion({ kind: "memory_cut", after: 0 }), padded, 1)).toBe(true);
  });

  it("have positions: one, several, or none", () => {
    expect([3, -1, [2, 5], [], null].map(listOf)).toEqual([[3], [], [2, 5], [], []]);
  });
});
