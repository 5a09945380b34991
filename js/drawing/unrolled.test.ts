import { describe, expect, it } from "vitest";
import { type LayoutInput, layOut } from "./layout";
import { arrow, cutBar, feedbackArrows, flowArrows, stateArrows, unroll } from "./unrolled";

const laidOut = (positions: number, changed: Partial<LayoutInput> = {}) =>
  layOut({ width: 640, height: null, positions, glyphColumns: 1, unit: 1, ratio: 1, direction: "ltr", ...changed });

/** The number of arrows in a path that has no other lines: each has a shaft and a head. */
const count = (path: string): number => path.split("M").length - 1;
const arrows = (path: string): number => count(path) / 2;
/** The x of the ends of all shafts. */
const ends = (path: string): number[] =>
  [...path.matchAll(/M[-\d.]+ [-\d.]+L([-\d.]+) [-\d.]+(?=M)/g)].map(([, x]) => Number(x));
const whole = { vectors: 1, window: null, cut: null };

describe("an unrolled network", () => {
  it("has its boxes in the columns of the text grid, with space for arrows between them", () => {
    const layout = laidOut(23);
    const { boxes, count: positions } = unroll(layout, 0, 1);
    expect([positions, boxes.length]).toEqual([23, 23]);
    for (const [column, { left, right }] of boxes.entries()) {
      expect(left).toBeGreaterThan(layout.gutter + column * layout.pitch);
      expect(right).toBeLessThan(layout.gutter + (column + 1) * layout.pitch);
      expect(right - left).toBeGreaterThan(0.4 * layout.pitch);
    }
  });

  it("has rows that do not overlap, whatever the number of parts", () => {
    for (const positions of [5, 23, 300]) {
      const { input, parts, prediction, target, height } = unroll(laidOut(positions), 0, 4);
      const rows = [input, ...parts, prediction, target];
      for (let row = 1; row < rows.length; row++) {
        const above = rows[row - 1] as (typeof rows)[number];
        expect((rows[row] as typeof above).top).toBeGreaterThanOrEqual(above.top + above.height);
      }
      expect(target.top + target.height).toBe(height);
    }
  });

  it("shows the last line with the positions that are left", () => {
    const layout = laidOut(40);
    expect(layout.lines).toBe(2);
    const last = unroll(layout, 1, 1);
    expect([last.first, last.count]).toEqual([20, 20]);
    expect(unroll(laidOut(41), 1, 1).count).toBe(20);
  });

  it("has an arrow into and out of each part, in every column", () => {
    expect(arrows(flowArrows(unroll(laidOut(6), 0, 2)))).toBe(6 * 3);
  });
});

describe("the arrows of the state", () => {
  it("run from each column to the next, two for an LSTM", () => {
    const unrolled = unroll(laidOut(6), 0, 1);
    expect(arrows(stateArrows(unrolled, 0, whole).chain)).toBe(5);
    expect(arrows(stateArrows(unrolled, 0, { ...whole, vectors: 2 }).chain)).toBe(10);
  });

  it("leave a line at its end and enter the next one", () => {
    const layout = laidOut(40);
    expect(arrows(stateArrows(unroll(layout, 0, 1), 0, whole).chain)).toBe(20);
    expect(arrows(stateArrows(unroll(layout, 1, 1), 0, whole).chain)).toBe(20);
  });

  it("end at the box that reads next, on its left, and on its right in a text that runs to the left", () => {
    const right = unroll(laidOut(4), 0, 1);
    expect(ends(stateArrows(right, 0, whole).chain)).toEqual(right.boxes.slice(1).map((box) => box.left - 1));
    const left = unroll(laidOut(4, { direction: "rtl" }), 0, 1);
    expect(ends(stateArrows(left, 0, whole).chain)).toEqual(left.boxes.slice(1).map((box) => box.right + 1));
  });

  it("have none at a cut, also if it is at the end of a line", () => {
    const unrolled = unroll(laidOut(6), 0, 1);
    expect(arrows(stateArrows(unrolled, 0, { ...whole, cut: 2 }).chain)).toBe(4);
    expect(cutBar(unrolled, 2)).toMatch(/^M/);
    const first = unroll(laidOut(40), 0, 1);
    const cut = { ...whole, cut: 19 };
    expect(arrows(stateArrows(first, 0, cut).chain)).toBe(19);
    expect(arrows(stateArrows(unroll(laidOut(40), 1, 1), 0, cut).chain)).toBe(19);
    expect(cutBar(first, 20)).toBe("");
  });

  it("form one chain up to the end of the first window, and come from elsewhere after it", () => {
    const { chain, own } = stateArrows(unroll(laidOut(8), 0, 1), 0, { ...whole, window: 3 });
    expect([arrows(chain), count(own)]).toEqual([2, 5]);
  });
});

describe("the arrows of a free run", () => {
  it("run from each prediction to the next input, from the first that is not given", () => {
    const unrolled = unroll(laidOut(6), 0, 1);
    expect([1, 4, 6].map((given) => arrows(feedbackArrows(unrolled, given)))).toEqual([5, 2, 0]);
  });

  it("enter a line that begins with a prediction of the line above", () => {
    expect(arrows(feedbackArrows(unroll(laidOut(40), 1, 1), 1))).toBe(20);
  });
});

describe("an arrow", () => {
  it("has a head at its end, unless it is too short for one", () => {
    expect(arrow(0, 0, 10, 0)).toBe("M0 0L10 0M7 3L10 0L7 -3");
    expect(arrow(0, 0, 4, 0)).toBe("M0 0L4 0");
  });
});
