import { describe, expect, it } from "vitest";
import type { Choice, Question } from "../../player/question";
import { GrowingRecording } from "../../player/recording";
import { fakeQuestion } from "../../testing/questions";
import { fakeProbeParts, fakeRecording } from "../../testing/recordings";
import { languages } from "../../text/words";
import { describeChange, describeChoice, describeDistance, promptOf, type Scene, verdictOf } from "./describe";

const { en, ko } = languages;
const recording = fakeRecording({ text: "ab ab", epochs: 3 });
const scene: Scene = { words: en, recording, labels: ["RNN", "LSTM"] };
const vote = (choice: Choice) => ({ choice, sure: true });

describe("the wording of a question", () => {
  it.each<[Partial<Question>, string]>([
    [{ position: 3, epoch: 40 }, "At position 4, {tokens}: what will the network predict at epoch 40?"],
    [{ kind: "first_all_correct" }, "At which epoch are all predictions correct for the first time?"],
    [{ kind: "last_learned", epoch: 1999 }, "Which position is the last to be learned, up to epoch 1,999?"],
    [
      { kind: "last_learned", epoch: 299, by: "first_all_correct" },
      "Which position is the last to be learned, when all are correct for the first time?",
    ],
    [
      { kind: "memory_cut", after: 8, what: "all" },
      "The memory is cut after position 9, {tokens}. Which predictions change at epoch 40?",
    ],
    [
      { kind: "memory_cut", after: 8, what: "h" },
      "Of the memory only h is cut after position 9, {tokens}. Which predictions change at epoch 40?",
    ],
    [
      { kind: "free_run", given: 4 },
      "Given {given}, the network goes on alone at epoch 40. Where does it first differ from the text?",
    ],
    [{ kind: "which_run", by: "correct" }, "Which run has the most correct predictions at epoch 40?"],
    [{ kind: "which_run", by: "loss" }, "Which run has the lowest loss at epoch 40?"],
  ])("of %o", (fields, text) => {
    expect(promptOf(scene, fakeQuestion(fields))).toBe(text);
  });

  it("has the step of a record that is not an epoch", () => {
    const steps = { ...scene, recording: new GrowingRecording(fakeProbeParts(3)) };
    expect(promptOf(steps, fakeQuestion())).toContain("predict at step 2,000?");
  });

  it("leaves the same places for tokens in Korean", () => {
    expect(promptOf({ ...scene, words: ko }, fakeQuestion())).toBe("에폭 40에서 위치 4({tokens})의 예측은 무엇일까요?");
    expect(promptOf({ ...scene, words: ko }, fakeQuestion({ kind: "free_run", given: 2 }))).toContain("{given}까지만");
  });
});

describe("a choice in words", () => {
  it.each<[Question["kind"], Choice, string]>([
    ["prediction", 0, "space"],
    ["first_all_correct", 1234, "epoch 1,234"],
    ["first_all_correct", -1, "never up to epoch 40"],
    ["last_learned", 0, "position 1"],
    ["free_run", -1, "nowhere: it says the whole text"],
    ["memory_cut", [1, 3], "2, 4"],
    ["memory_cut", [], "no prediction changes"],
    ["which_run", 1, "LSTM"],
    ["which_run", -1, "none of them"],
    ["choice", 1, "no"],
  ])("of %s: %j", (kind, choice, text) => {
    expect(describeChoice(scene, fakeQuestion({ kind, options: ["yes", "no"] }), choice)).toBe(text);
  });
});

describe("the verdict", () => {
  it("is correct or wrong, as the vote is graded", () => {
    const question = fakeQuestion({ answer: [3, 4] });
    expect([3, 4, 5].map((choice) => verdictOf(question, vote(choice)))).toEqual(["correct", "correct", "wrong"]);
  });

  it("is none without a right answer, with one that is not known yet, or without a vote", () => {
    expect(verdictOf(fakeQuestion({ answer: [] }), vote(3))).toBe("poll");
    expect(verdictOf(fakeQuestion({ answer: null }), vote(3))).toBe("unknown");
    expect(verdictOf(fakeQuestion(), null)).toBe("answer");
  });

  it("says how many epochs a vote is off", () => {
    const question = fakeQuestion({ kind: "first_all_correct", answer: [30], tolerance: 5 });
    const said = [30, 31, 27, -1].map((choice) => describeDistance(en, question, choice));
    expect(said).toEqual(["", "1 epoch off", "3 epochs off", ""]);
  });

  it("says which share of the positions was found, and how many were too many", () => {
    const question = fakeQuestion({ kind: "memory_cut", answer: [[9, 10, 12]] });
    const said = ([[9, 10, 12], [9, 10, 13], [9], []] as const).map((choice) => describeDistance(en, question, choice));
    const found = (count: number) => `${count} of 3 positions found`;
    expect(said).toEqual(["", `${found(2)}, 1 too many`, found(1), found(0)]);
    const none = fakeQuestion({ kind: "memory_cut", answer: [[]] });
    expect(describeDistance(en, none, [4, 5])).toBe("2 too many");
  });

  it("compares the second vote with the first", () => {
    const change = (question: Question, ...choices: (Choice | null)[]) =>
      describeChange(
        en,
        question,
        choices.map((choice) => (choice === null ? null : vote(choice))),
      );
    const question = fakeQuestion({ answer: [3] });
    expect(change(question, 5, 3)).toBe(en.ask_better);
    expect(change(question, 3, 5)).toBe(en.ask_worse);
    for (const same of [
      [5, 4],
      [3, 3],
      [3, null],
      [null, 3],
    ] as const)
      expect(change(question, ...same)).toBe("");
    const epochs = fakeQuestion({ kind: "first_all_correct", answer: [30], tolerance: 2 });
    expect(change(epochs, 60, 40)).toBe(en.ask_better); // wrong, but nearer
    expect(change(epochs, 60, -1)).toBe(en.ask_worse);
    expect(change(epochs, 31, 30)).toBe(""); // both are correct
    expect(change(fakeQuestion({ answer: [] }), 1, 2)).toBe("");
  });
});
