import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columns, glyph, MOST_COLUMNS } from "./glyph";

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
    expect(glyph(token).stands).not.toBe("itself");
  });

  it("tells every kind of space from every other", () => {
    const shown = [" ", "\u00a0", "\u3000", "\u2003", "\u2009", "\t", "\n"].map((token) => glyph(token).text);
    expect(new Set(shown).size).toBe(shown.length);
  });

  it("leaves letters, markup and quotes as they are", () => {
    for (const token of ["a", "I", ".", "<", "&", '"', "'", "한", "ب", "日"]) {
      expect(glyph(token)).toMatchObject({ text: token, stands: "itself" });
    }
  });

  it("gives a lone combining mark its dotted circle", () => {
    expect(glyph("\u0301").text).toBe("\u25cc\u0301");
    expect(glyph("e\u0301").text).toBe("e\u0301");
  });

  it("shows control characters by their pictures and other invisible ones by their code", () => {
    expect(glyph("\u0000").text).toBe("␀");
    expect(glyph("\u001b").text).toBe("␛");
    expect(glyph("\u007f").text).toBe("␡");
    expect(glyph("\u200d")).toMatchObject({ text: "200D", stands: "control" });
    expect(glyph("\u202e")).toMatchObject({ text: "202E", stands: "control" }); // would turn the text around
    expect(glyph("\ud800").text).toBe("D800");
  });

  it("counts wide characters as two columns and combining marks as none", () => {
    expect(columns("abc")).toBe(3);
    expect(columns("한글")).toBe(4);
    expect(columns("日")).toBe(2);
    expect(columns("e\u0301")).toBe(1);
    expect(columns("👩")).toBe(2);
  });

  it("shows words whole, their spaces visible, and ends what is too long in an ellipsis", () => {
    expect(glyph("therefore")).toEqual({ text: "therefore", stands: "itself", columns: 9 });
    expect(glyph("New York").text).toBe("New␣York");
    const long = glyph("Donaudampfschifffahrt");
    expect(long.text).toBe("Donaudampfs…");
    expect(long.columns).toBe(MOST_COLUMNS);
  });

  it("always shows something, and never more than its room", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 30 }), (token) => {
        const { text, columns: width } = glyph(token);
        expect(text.trim()).not.toBe("");
        expect(width).toBeGreaterThan(0);
        expect(width).toBeLessThanOrEqual(MOST_COLUMNS);
        expect(columns(text)).toBeLessThanOrEqual(MOST_COLUMNS);
      }),
    );
  });
});
