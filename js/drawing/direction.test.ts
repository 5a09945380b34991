import { describe, expect, it } from "vitest";
import { directionOf } from "./direction";

const direction = (text: string) => {
  const alphabet = [...new Set(text)];
  return directionOf(
    alphabet,
    [...text].map((token) => alphabet.indexOf(token)),
  );
};

describe("directionOf", () => {
  it("is right to left for Hebrew, Arabic and Adlam", () => {
    for (const text of ["שלום עולם", "أهلا بالعالم", "𞤀𞤣𞤤𞤢𞤥"]) expect(direction(text)).toBe("rtl");
  });

  it("is left to right for Latin and Hangul, and for texts without letters", () => {
    for (const text of ["I think", "나는 생각한다", "1 + 1", ""]) expect(direction(text)).toBe("ltr");
  });

  it("follows the majority of the letters, and is left to right if there is none", () => {
    expect(direction("שלום ok")).toBe("rtl");
    expect(direction("של okay")).toBe("ltr");
    expect(direction("של ok")).toBe("ltr");
  });

  it("counts tokens of the text, not of the alphabet", () => {
    expect(direction("abcשששש")).toBe("rtl");
  });
});
