import { describe, expect, it } from "vitest";
import { tokenize } from "./tokenize";

describe("tokenize", () => {
  it("splits a text into characters of the alphabet", () => {
    expect(tokenize("aba", ["a", "b"], "")).toEqual({ indices: [0, 1, 0], unknown: [] });
  });

  it("takes whole characters beyond the basic plane, and the longest token that fits", () => {
    expect(tokenize("🙂한", ["한", "🙂"], "").indices).toEqual([1, 0]);
    expect(tokenize("a<pad>a", ["<pad>", "a"], "").indices).toEqual([1, 0, 1]);
  });

  it("splits words at any white space", () => {
    expect(tokenize("  go  on\ngo ", ["go", "on"], " ").indices).toEqual([0, 1, 0]);
  });

  it("leaves out what the alphabet does not have, and names each once", () => {
    expect(tokenize("azbza🙂", ["a", "b"], "")).toEqual({ indices: [0, 1, 0], unknown: ["z", "🙂"] });
    expect(tokenize("go off off", ["go"], " ").unknown).toEqual(["off"]);
  });

  it("names an unknown character as a reader sees it, not its code points", () => {
    expect(tokenize("a👩‍🔬é🇰🇷", ["a"], "").unknown).toEqual(["👩‍🔬", "é", "🇰🇷"]);
  });

  it("reads characters that are written in another form of Unicode than the alphabet's", () => {
    const decomposed = "한é".normalize("NFD");
    expect(tokenize(decomposed, ["é", "한"], "")).toEqual({ indices: [1, 0], unknown: [] });
    expect(tokenize("é", [..."é".normalize("NFD")], "").indices).toEqual([0, 1]);
    expect(tokenize(decomposed, [...new Set(decomposed)], "").unknown).toEqual([]);
  });
});
