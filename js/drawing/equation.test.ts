import { describe, expect, it } from "vitest";
import { equations, letterOf, signed } from "./equation";

const step = {
  ...{ hidden: -0.75, hiddenBefore: -0.25, cell: -0.9827, cellBefore: 1.38, fromInput: 0.5, fromHidden: -1.25 },
  gates: { forget: 0.0126, input: 1, candidate: -1, output: 0.999, update: 0.25, reset: 1 },
};
const before = (state: string) => `${state} before`;

describe("equations", () => {
  it("of an LSTM: cell and hidden state", () => {
    expect(equations("lstm", "tanh", step, before)).toEqual([
      { formula: "c = f · c before + i · g", numbers: "0.013 · 1.380 + 1.000 · (−1.000)", result: "−0.983" },
      { formula: "h = o · tanh c", numbers: "0.999 · (−0.754)", result: "−0.750" },
    ]);
  });

  it("of a GRU: a mixture of candidate and state before", () => {
    expect(equations("gru", "tanh", step, before)).toEqual([
      {
        formula: "h = (1 − z) · n + z · h before",
        numbers: "(1 − 0.250) · (−1.000) + 0.250 · (−0.250)",
        result: "−0.750",
      },
    ]);
  });

  it("of an RNN: the sum of two parts", () => {
    expect(equations("rnn", "tanh", step, before)[0]?.numbers).toBe("tanh(0.500 + (−1.250))");
    expect(equations("rnn", "relu", step, before)[0]).toMatchObject({
      formula: "h = max(0, a + b)",
      numbers: "max(0, 0.500 + (−1.250))",
    });
  });
});

describe("signed", () => {
  it.each([
    [0.5, "0.500"],
    [-0.5, "−0.500"],
    [-0.0001, "0.000"],
    [-0, "0.000"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
    [123456, "1.23e+5"],
  ])("writes %d as %s", (value, text) => expect(signed(value)).toBe(text));
});

it("names gates as torch's documentation does", () => {
  expect([letterOf("lstm", "candidate"), letterOf("gru", "candidate"), letterOf("gru", "update")]).toEqual([
    "g",
    "n",
    "z",
  ]);
});
