import { describe, expect, it } from "vitest";
import { wordsFor } from "../../text/words";
import type { RunOptions } from "../../training/types";
import { labelsOf, withSeed } from "./labels";
import { newSeeds } from "./seeds";
import { DEFAULTS } from "./settings";

const RUN: RunOptions = { ...DEFAULTS, text: "hello", cell: "lstm", hiddenSize: null, output: false, lr: 0.1, seed: 0 };
const { words } = wordsFor("en");
const labels = (...changes: Partial<RunOptions>[]) =>
  labelsOf(
    changes.map((change) => ({ ...RUN, ...change })),
    words,
  );

describe("the labels of runs", () => {
  it("are the cells where these tell them apart, whatever the seeds", () => {
    expect(labels({ cell: "rnn" }, { seed: 3 })).toEqual(["RNN", "LSTM"]);
  });

  it("name what differs, the seed only where it must be named", () => {
    expect(labels({ seed: 1 }, { seed: 2 })).toEqual(["seed 1", "seed 2"]);
    expect(labels({ lr: 0.1 }, { lr: 0.01 })).toEqual(["lr 0.1", "lr 0.01"]);
    expect(labels({}, { output: true, hiddenSize: 8 })).toEqual(["LSTM", "LSTM, output layer"]);
    expect(labels({ output: true, hiddenSize: 4 }, { output: true, hiddenSize: 8 })).toEqual(["4 hidden", "8 hidden"]);
  });

  it("have the cell where it tells runs apart", () => {
    expect(labels({ seed: 1 }, { seed: 2 }, { cell: "gru" })).toEqual(["LSTM, seed 1", "LSTM, seed 2", "GRU, seed 0"]);
  });

  it("shorten a text by its characters", () => {
    expect(labels({ text: "ab" }, { text: "🙂".repeat(20) })[1]).toBe(`“${"🙂".repeat(11)}…”`);
  });

  it("are numbered if nothing differs", () => {
    expect(labels({}, {}, { cell: "gru" })).toEqual(["LSTM (1)", "LSTM (2)", "GRU"]);
  });
});

it.each([
  ["LSTM, seed 1", "LSTM, seed 7"],
  ["시드 1", "시드 7"],
  ["seed 1 (2)", "seed 7 (2)"],
  ["seed 12", "seed 12"],
  ["LSTM", "LSTM"],
])("%s with another seed is %s", (label, expected) => {
  expect(withSeed(label, 1, 7)).toBe(expected);
});

describe("new seeds", () => {
  it("keep equal seeds equal and different ones different", () => {
    expect(newSeeds([4, 4, 4], 10)).toEqual([10, 10, 10]);
    expect(newSeeds([4, 9, 4], 10)).toEqual([10, 11, 10]);
  });

  it("begin again at 0 after the largest", () => {
    expect(newSeeds([1, 2], 4294967295)).toEqual([4294967295, 0]);
  });
});
