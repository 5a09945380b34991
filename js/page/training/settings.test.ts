import { describe, expect, it } from "vitest";
import { pageWordsFor } from "../../text/page-words";
import { anotherSeed, DEFAULTS, optionsOf, problemsOf, type Values, valuesOf } from "./settings";

const words = pageWordsFor("en");
const VALUES: Values = { text: "hello", cell: "gru", hidden: "8", output: true, lr: "0.05", seed: "7" };
const fieldsOf = (change: Partial<Values>) => Object.keys(problemsOf({ ...VALUES, ...change }, words));

describe("the fields of the form", () => {
  it("have no problem with usual values, with spaces around them, and with the smallest and largest", () => {
    expect(fieldsOf({})).toEqual([]);
    expect(fieldsOf({ hidden: " 1000 ", lr: " 1e-3 ", seed: "4294967295" })).toEqual([]);
    expect(fieldsOf({ hidden: "1", lr: "0", seed: "0" })).toEqual([]);
  });

  it.each([
    ["text", ["", "a", "aaa"]],
    ["hidden", ["", "0", "1001", "2.5", "-3", "1e2", "many"]],
    ["lr", ["", " ", "-0.1", "Infinity", "NaN", "fast"]],
    ["seed", ["", "-1", "1.5", "4294967296", "x"]],
  ] as const)("have a sentence for a value of %s that cannot be used", (field, values) => {
    for (const value of values) expect(fieldsOf({ [field]: value })).toEqual([field]);
  });

  it("do not need a hidden size without an output layer", () => {
    expect(fieldsOf({ hidden: "", output: false })).toEqual([]);
  });

  it("become the options of a run, whose hidden size follows from the text without an output layer", () => {
    const { text, cell, output } = VALUES;
    const options = { ...DEFAULTS, text, cell, output, hiddenSize: 8, lr: 0.05, seed: 7 };
    expect(optionsOf(VALUES, DEFAULTS)).toEqual(options);
    expect(optionsOf({ ...VALUES, output: false }, DEFAULTS)).toEqual({ ...options, output: false, hiddenSize: null });
  });

  it("show settings as a field has them: with one kind of line break, and a hidden size for the output layer", () => {
    const settings = { text: "a\r\nb\rc", cell: "rnn", output: false, hiddenSize: null, lr: 0.1, seed: 0 } as const;
    expect(valuesOf(settings)).toMatchObject({ text: "a\nb\nc", hidden: "32", lr: "0.1", seed: "0" });
  });
});

it("another seed is short, and never the same", () => {
  expect(anotherSeed(5, () => 0.7)).toBe(700);
  expect(anotherSeed(700, () => 0.7)).toBe(701);
});
