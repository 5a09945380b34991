import { describe, expect, it } from "vitest";
import { read } from "../../network/pass";
import type { CellKind } from "../../network/types";
import { madeUpNetwork } from "../../testing/networks";
import { countChanges, cutPredictions, defaultCut, defaultMove } from "./memory-effects";

const CLASSIC = " I think therefore I am";

/** Tokens of a text: the index of each character among those of the text. */
function indices(text: string | readonly string[]): Uint32Array {
  const tokens = [...text];
  const alphabet = [...new Set(tokens)];
  return Uint32Array.from(tokens, (token) => alphabet.indexOf(token));
}

describe("the predictions with a cut", () => {
  const tokens = indices(CLASSIC);
  const cases = (["rnn", "lstm", "gru"] as const).flatMap((cell: CellKind) =>
    [null, 1, 2, 5, 23, 40].map((window) => ({ cell, window })),
  );

  it.each(cases)("of $cell in windows of $window are those of reading the whole text", ({ cell, window }) => {
    const network = madeUpNetwork(cell, 14, 3);
    const pass = read(network, tokens, { window });
    let changed = 0;
    for (const what of cell === "lstm" ? (["all", "h", "c"] as const) : (["all"] as const)) {
      for (let after = 0; after < tokens.length; after++) {
        const expected = read(network, tokens, { window, cut: { after, what } }).predictions;
        const found = cutPredictions(network, pass, { after, what, window });
        expect([...found]).toEqual([...expected]);
        changed += countChanges(pass.predictions, found);
      }
    }
    if (window !== 1) expect(changed).toBeGreaterThan(10); // otherwise the comparison says nothing
  });

  it("are new values: those of the pass stay", () => {
    const network = madeUpNetwork("gru", 14, 3);
    const pass = read(network, tokens);
    const before = [...pass.predictions];
    cutPredictions(network, pass, { after: 3, what: "all", window: null });
    expect([...pass.predictions]).toEqual(before);
  });
});

describe("the first cut", () => {
  it("is where the first token is read again and something else follows", () => {
    expect(defaultCut(indices(CLASSIC))).toBe(7); // " I think", then a space as at the beginning
    expect(defaultCut(indices("the cat sat on the mat and the dog sat on the log".split(" ")))).toBe(3);
  });

  it("is a third of the way if no such token is there", () => {
    expect(defaultCut(indices("abcdefghi"))).toBe(2);
    expect(defaultCut(indices("ababababa"))).toBe(2);
  });

  it.each([1, 2, 3])("is a position of a text of %i", (length) => {
    expect(defaultCut(new Uint32Array(length))).toBe(0);
  });
});

describe("the first move", () => {
  it("is between two positions that only the memory tells apart", () => {
    expect(defaultMove(indices(CLASSIC))).toEqual({ source: 4, to: 10 }); // " I th", " I think th"
    expect(defaultMove(indices(CLASSIC.repeat(8)))).toEqual({ source: 4, to: 10 });
    expect(defaultMove(indices("나는 생각한다, 고로 존재한다"))).toEqual({ source: 2, to: 8 });
  });

  it("leaves enough of the text to go on with", () => {
    expect(defaultMove(indices("longQabXabYlongR"))).toEqual({ source: 6, to: 9 });
  });

  it("is between a quarter and half of a text without such positions", () => {
    expect(defaultMove(indices("abcdefgh"))).toEqual({ source: 2, to: 4 });
    expect(defaultMove(indices("abababab"))).toEqual({ source: 2, to: 4 });
  });

  it.each([1, 2, 3])("is between positions of a text of %i", (length) => {
    const { source, to } = defaultMove(new Uint32Array(length));
    expect(Math.max(source, to)).toBeLessThan(length);
  });
});
