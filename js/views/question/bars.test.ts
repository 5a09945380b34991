import { describe, expect, it } from "vitest";
import type { Choice, Question } from "../../player/question";
import { countsOf } from "../../player/question-counts";
import { fakeAnswers, fakeQuestion } from "../../testing/questions";
import { barsOf, totalsOf } from "./bars";

/** The counts of both rounds, of pages with these choices. */
const counted = (...pages: readonly (readonly Choice[])[]) =>
  [0, 1].map((round) => countsOf(fakeAnswers("q", ...pages), [], round));
const once = (...choices: readonly Choice[]) => counted(...choices.map((choice) => [choice]));
const rows = (question: Question, rounds: ReturnType<typeof counted>, offered: readonly number[] = []) =>
  barsOf(question, rounds, offered).map(({ choice, epochs, counts, tone }) => [epochs ?? choice, counts[0], tone]);

describe("the bars of the votes", () => {
  it("are all options in their order, also those that nobody chose", () => {
    const question = fakeQuestion({ kind: "choice", options: ["a", "b", "c"], answer: [1] });
    expect(rows(question, once(2, 2, 1), [0, 1, 2])).toEqual([
      [0, 0, "wrong"],
      [1, 1, "right"],
      [2, 2, "wrong"],
    ]);
  });

  it("are plain without a right answer", () => {
    const question = fakeQuestion({ kind: "choice", options: ["a", "b"], answer: [] });
    expect(rows(question, once(0), [0, 1]).map(([, , tone]) => tone)).toEqual(["plain", "plain"]);
  });

  it("have the counts of both rounds, and of hands", () => {
    const question = fakeQuestion({ kind: "choice", options: ["a", "b"], answer: [1] });
    const answers = fakeAnswers("q", [0, 1], [0, 1], [1, 1]);
    const rounds = [countsOf(answers, [[0, 5]], 0), countsOf(answers, [], 1)];
    expect(barsOf(question, rounds, [0, 1]).map(({ counts }) => counts)).toEqual([
      [7, 0],
      [1, 3],
    ]);
    expect(totalsOf(rounds)).toEqual([8, 3]);
  });

  it("are the tokens that were chosen most often, the right one even without a vote, and all others in one", () => {
    const choices = [0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8];
    const all = rows(fakeQuestion({ answer: [20] }), once(...choices), [...Array(30).keys()]);
    expect(all).toHaveLength(8);
    expect(all[0]).toEqual([0, 3, "wrong"]);
    expect(all).toContainEqual([20, 0, "right"]);
    expect(all.at(-1)).toEqual([null, 3, "wrong"]);
    expect(all.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(choices.length);
  });

  it("are few epochs in their order, and never at the end", () => {
    const question = fakeQuestion({ kind: "first_all_correct", answer: [30], tolerance: 5 });
    expect(rows(question, once(-1, 40, 28))).toEqual([
      [28, 1, "right"],
      [30, 0, "right"],
      [40, 1, "wrong"],
      [-1, 1, "wrong"],
    ]);
  });

  it("are parts of the epochs if these are many, each vote in one of them", () => {
    const question = fakeQuestion({ kind: "first_all_correct", shown: 19, epoch: 99, answer: [57] });
    const bars = rows(question, once(20, 29, 30, 40, 50, 60, 70, 80, 90, 99, -1));
    expect(bars.map(([part]) => part)).toEqual([
      ...[20, 30, 40, 50, 60, 70, 80, 90].map((first) => [first, Math.min(99, first + 9)]),
      -1,
    ]);
    expect(bars.map(([, count]) => count)).toEqual([2, 1, 1, 1, 1, 1, 1, 2, 1]);
    expect(bars.filter(([, , tone]) => tone === "right")).toEqual([[[50, 59], 1, "right"]]);
  });

  it("are positions for a memory cut: how many have chosen each", () => {
    const question = fakeQuestion({ kind: "memory_cut", after: 3, answer: [[5, 6]] });
    expect(rows(question, once([5, 9], [5], []))).toEqual([
      [[5], 2, "right"],
      [[6], 0, "right"],
      [[9], 1, "wrong"],
      [[], 1, "wrong"],
    ]);
  });
});
