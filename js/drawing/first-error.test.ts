import { describe, expect, it } from "vitest";
import { fillFirstErrors, firstErrorPaths } from "./first-error";
import { type Layout, layOut } from "./layout";

/** A recording of P positions with these first errors. */
const recorded = (positions: number, errors: readonly number[]) => ({
  positions,
  epochs: errors.length,
  firstError: (epoch: number) => errors[epoch] as number,
});

describe("the first errors of the rows of a map", () => {
  it("are those of their epochs, and -1 where nothing is recorded", () => {
    const rows = new Int32Array(4);
    fillFirstErrors(rows, recorded(9, [0, 3, 9]), 0, 4);
    expect([...rows]).toEqual([0, 3, 9, -1]);
  });

  it("are the earliest of several epochs", () => {
    const rows = new Int32Array(2);
    fillFirstErrors(rows, recorded(9, [9, 3, 9, 5, 7, 9]), 0, 6);
    expect([...rows]).toEqual([3, 5]);
  });

  it("of epochs that are added later change only rows from theirs on", () => {
    const errors = Array.from({ length: 50 }, (_, epoch) => (epoch * 7) % 10);
    const [once, later] = [new Int32Array(20), new Int32Array(20)];
    fillFirstErrors(once, recorded(9, errors), 0, 50);
    for (let epochs = 1; epochs <= 50; epochs++) {
      if (epochs === 30) later[3] = 99;
      fillFirstErrors(later, recorded(9, errors.slice(0, epochs)), epochs - 1, 50);
    }
    expect(later[3]).toBe(99);
    later[3] = once[3] as number;
    expect([...later]).toEqual([...once]);
  });
});

describe("the line at the first errors", () => {
  /** Columns of 10 px with a gap of 2, five positions on a line of which the last has three. */
  const layout: Layout = {
    ...layOut({
      ...{ width: 400, height: null, positions: 13, glyphColumns: 1, unit: 1, ratio: 1 },
      direction: "ltr",
    }),
    ...{ columns: 5, lines: 3, pitch: 10, gap: 2 },
  };
  const paths = (errors: readonly number[], line: number, changed: Partial<Layout> = {}) =>
    firstErrorPaths(Int32Array.from(errors), {
      layout: { ...layout, ...changed },
      first: 5 * line,
      count: Math.min(5, 13 - 5 * line),
      height: errors.length,
    });

  it("is at the edge before them, in one stroke as long as they stay", () => {
    expect(paths([0, 3, 3, 1], 0).line).toBe("M-1 0V1M29 1V3M9 3V4");
  });

  it("is drawn in the line of the text that contains the error, and nowhere else", () => {
    const errors = [4, 5, 9, 10, 12];
    expect(paths(errors, 0).line).toBe("M39 0V1");
    expect(paths(errors, 1).line).toBe("M-1 1V2M39 2V3");
    expect(paths(errors, 2).line).toBe("M-1 3V4M19 4V5");
  });

  it("is at the end of the text where all is correct", () => {
    expect(paths([13], 2).line).toBe("M29 0V1");
    expect(paths([13], 2).beyond).toBe("");
    expect(paths([13], 1).line).toBe("");
  });

  it("ends where nothing is recorded", () => {
    expect(paths([2, -1, -1], 0)).toEqual({ line: "M19 0V1", beyond: "M19 0H49V1H19Z" });
  });

  it("has behind it the rest of the line, and all lines below", () => {
    const errors = [3];
    expect([0, 1, 2].map((line) => paths(errors, line).beyond)).toEqual([
      "M29 0H49V1H29Z",
      "M-1 0H49V1H-1Z",
      "M-1 0H29V1H-1Z",
    ]);
    expect(paths([7], 0).beyond).toBe("");
  });

  it("runs from the right if the text does", () => {
    expect(paths([3], 0, { direction: "rtl" })).toEqual({ line: "M19 0V1", beyond: "M19 0H-1V1H19Z" });
  });
});
