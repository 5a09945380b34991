import { describe, expect, it } from "vitest";
import { CELLS, fakeSweep, RATES } from "../../testing/sweeps";
import { layoutOf, rowsOf, shownBoxes } from "./layout";

const HIDDEN = { name: "hidden_size", values: ["8", "14", "32"] };
const MANY = { name: "lr", values: Array.from({ length: 12 }, (_, i) => `0.${i + 1}`) };

describe("layoutOf", () => {
  it("makes a table of two options if there is room, otherwise boxes with their own headings", () => {
    expect(layoutOf([CELLS, RATES], 6, 1000)).toMatchObject({ columns: 2, table: true });
    expect(layoutOf([CELLS, RATES], 6, 328)).toMatchObject({ columns: 1, table: false });
    expect(layoutOf([CELLS, MANY], 36, 1000)).toMatchObject({ table: false });
  });

  it("puts the boxes of one option side by side, as many as there is room for", () => {
    const columns = [1368, 1000, 700, 328, 150].map((width) => layoutOf([MANY], 12, width).columns);
    expect(columns).toEqual([6, 4, 3, 1, 1]);
    expect(layoutOf([RATES], 2, 1368).columns).toBe(2);
    expect(layoutOf([], 1, 1000)).toMatchObject({ columns: 1, table: false });
  });
});

describe("rowsOf", () => {
  const starts = (axes: readonly (typeof CELLS)[], columns: number) =>
    rowsOf(fakeSweep({ axes, seeds: [0] }).state.boxes, columns).map((row) => row.map(({ start }) => start));

  it("begins a row for each value of the first of two options", () => {
    expect(starts([RATES, CELLS], 2)).toEqual([[0, 1], [2], [3, 4], [5]]);
  });

  it("fills the rows if there is one option", () => {
    expect(starts([CELLS], 2)).toEqual([[0, 1], [2]]);
    expect(starts([], 1)).toEqual([[0]]);
  });
});

it("shownBoxes keeps those with the chosen values of the options after the second one", () => {
  const { boxes } = fakeSweep({ axes: [CELLS, RATES, HIDDEN], seeds: [0] }).state;
  const shown = shownBoxes(boxes, [0, 0, 2]);
  expect(shown.map(({ at }) => at)).toEqual([
    [0, 0, 2],
    [0, 1, 2],
    [1, 0, 2],
    [1, 1, 2],
    [2, 0, 2],
    [2, 1, 2],
  ]);
});
