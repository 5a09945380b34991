import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textData, tokensOf } from "./alphabet";

describe("the tokens of a text", () => {
  it("are its code points: an emoji is one, a combining mark is one", () => {
    expect(tokensOf("a👍한e\u0301\n")).toEqual(["a", "👍", "한", "e", "\u0301", "\n"]);
  });

  it("have U+FFFD in place of half of a surrogate pair", () => {
    expect(tokensOf("\ud83da\udc4d\udc4d👍")).toEqual(["\ufffd", "a", "\ufffd", "\ufffd", "👍"]);
    expect(tokensOf("\ud800\udfff\ue000\ud7ff\ud800")).toEqual(["\u{103ff}", "\ue000", "\ud7ff", "\ufffd"]);
    expect(tokensOf("\udfff\udc00\udbff")).toEqual(["\ufffd", "\ufffd", "\ufffd"]);
  });
});

describe("the data of a text", () => {
  it("are its tokens as indices, and the next token of each", () => {
    const { alphabet, inputs, targets } = textData("banana");
    expect(alphabet).toEqual(["a", "b", "n"]);
    expect(inputs).toEqual(Uint32Array.of(1, 0, 2, 0, 2));
    expect(targets).toEqual(Uint32Array.of(0, 2, 0, 2, 0));
  });

  it("have the alphabet in the order of the code points, as Python sorts it", () => {
    // In UTF-16, 👍 begins with U+D83D, before U+FFFD and the Hangul of U+FF00.
    expect(textData("👍\uffdc한\ufffd 𝒳z").alphabet).toEqual([" ", "z", "한", "\uffdc", "\ufffd", "𝒳", "👍"]);
  });

  it("give any text back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 2, maxLength: 60 }), (text) => {
        const { alphabet, inputs, targets } = textData(text);
        const tokens = [...inputs, ...targets.slice(-1)].map((index) => alphabet[index]);
        expect(tokens.join("")).toBe(text);
        expect(targets.slice(0, -1)).toEqual(inputs.slice(1));
        const points = alphabet.map((token) => token.codePointAt(0) as number);
        expect(points).toEqual([...new Set(points)].toSorted((a, b) => a - b));
      }),
    );
  });
});
