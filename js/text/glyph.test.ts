import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columns, glyph, MAX_COLUMNS } from "./glyph";

describe("glyph", () => {
  it.each([
    [" ", "␣"],
    ["\n", "⏎"],
    ["\r\n", "⏎"],
    ["\t", "⇥"],
    ["\u00a0", "⍽"],
    ["\u3000", "⎵"],
  ])("makes whitespace %j visible as %s", (token, text) => {
    expect(glyph(token).text).toBe(text);
    expect(glyph(token).placeholder).not.toBe("none");
  });

  it("shows every kind of whitespace differently", () => {
    const shown = [" ", "\u00a0", "\u3000", "\u2003", "\u2009", "\t", "\n"].map((token) => glyph(token).text);
    expect(new Set(shown).size).toBe(shown.length);
  });

  it("keeps letters, markup and quotes", () => {
    for (const token of ["a", "I", ".", "<", "&", '"', "'", "한", "ب", "日"]) {
      expect(glyph(token)).toMatchObject({ text: token, placeholder: "none" });
    }
  });

  it("puts a lone combining mark on a dotted circle", () => {
    expect(glyph("\u0301").text).toBe("\u25cc\u0301");
    expect(glyph("e\u0301").text).toBe("e\u0301");
  });

  it("shows control characters as control pictures, and other invisible characters as their code", () => {
    expect(glyph("\u0000").text).toBe("␀");
    expect(glyph("\u001b").text).toBe("␛");
    expect(glyph("\u007f").text).toBe("␡");
    expect(glyph("\u200d")).toMatchObject({ text: "200D", placeholder: "control" });
    expect(glyph("\u202e")).toMatchObject({ text: "202E", placeholder: "control" }); // would reverse the text
    expect(glyph("\ud800").text).toBe("D800");
  });

  it("counts wide characters as two columns and combining marks as none", () => {
    expect(columns("abc")).toBe(3);
    expect(columns("한글")).toBe(4);
    expect(columns("日")).toBe(2);
    expect(columns("e\u0301")).toBe(1);
    expect(columns("👩")).toBe(2);
  });

  it("shows words with visible spaces, and shortens long tokens with an ellipsis", () => {
    expect(glyph("therefore")).toEqual({ text: "therefore", placeholder: "none", columns: 9 });
    expect(glyph("New York").text).toBe("New␣York");
    const long = glyph("Donaudampfschifffahrt");
    expect(long.text).toBe("Donaudampfs…");
    expect(long.columns).toBe(MAX_COLUMNS);
  });

  it("is never empty and never wider than the maximum", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 30 }), (token) => {
        const { text, columns: width } = glyph(token);
        expect(text.trim()).not.toBe("");
        expect(width).toBeGreaterThan(0);
        expect(width).toBeLessThanOrEqual(MAX_COLUMNS);
        expect(columns(text)).toBeLessThanOrEqual(MAX_COLUMNS);
      }),
    );
  });
});
