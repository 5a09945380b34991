import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  columnOf,
  columnSpan,
  columnsWidth,
  epochAt,
  epochOffset,
  type LayoutInput,
  layOut,
  layOutLarge,
  lineOf,
  oneHotRow,
  positionAt,
  rowEpochs,
  visibleLines,
} from "./layout";

const base: LayoutInput = {
  width: 640,
  height: null,
  positions: 23,
  glyphColumns: 1,
  unit: 1,
  ratio: 1,
  direction: "ltr",
};
const inputs = fc.record<LayoutInput>({
  width: fc.integer({ min: 240, max: 2000 }),
  height: fc.constant(null),
  positions: fc.integer({ min: 1, max: 3000 }),
  glyphColumns: fc.integer({ min: 1, max: 12 }),
  unit: fc.constantFrom(1, 1.5),
  ratio: fc.constantFrom(1, 1.5, 2),
  direction: fc.constantFrom("ltr", "rtl"),
});

describe("layOut", () => {
  it("keeps a short text on one line with a tall map", () => {
    const layout = layOut(base);
    expect(layout.lines).toBe(1);
    expect(layout.map.height).toBe(190);
  });

  it("wraps into lines of equal length", () => {
    const layout = layOut({ ...base, width: 330 });
    expect([layout.lines, layout.columns]).toEqual([2, 12]);
  });

  it("shows 200 positions without scrolling if it is wide", () => {
    const layout = layOut({ ...base, width: 960, positions: 200 });
    expect(layout.gridHeight).toBe(layout.contentHeight);
  });

  it("scrolls 2,000 positions within a bounded height", () => {
    const layout = layOut({ ...base, width: 960, positions: 2000 });
    expect(layout.contentHeight).toBeGreaterThan(3000);
    expect(layout.gridHeight).toBeLessThanOrEqual(690);
    // The last visible line is cut off within its rows, which shows that there is more.
    const cut = layout.gridHeight % layout.lineHeight;
    expect(cut).toBeGreaterThan(layout.target.top);
    expect(cut).toBeLessThan(layout.map.top);
  });

  it("makes columns wide enough for words", () => {
    const { pitch, type } = layOut({ ...base, glyphColumns: 9 });
    expect(pitch).toBeGreaterThan(9 * 0.6 * type.large);
  });

  it("never makes glyphs wider than their column", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { pitch, gap, type } = layOut(input);
        const width = input.glyphColumns === 2 ? 1 : 0.61 * input.glyphColumns; // em, of a monospaced font
        expect(width * type.large).toBeLessThanOrEqual(pitch - gap);
      }),
    );
  });

  it("has a column for every position within the given width", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layOut(input);
        expect(layout.columns * layout.lines).toBeGreaterThanOrEqual(input.positions);
        expect(layout.columns * (layout.lines - 1)).toBeLessThan(input.positions);
        const least = layout.gutter + layout.pitch;
        expect(layout.gutter + columnsWidth(layout, layout.columns)).toBeLessThanOrEqual(
          Math.max(input.width, least) + 1,
        );
      }),
    );
  });

  it("stacks the bands without overlap", () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { input, target, prediction, bars, map, lineHeight } = layOut(given);
        const bands = [input, target, prediction, bars, map];
        for (const [index, band] of bands.entries()) {
          const next = bands[index + 1]?.top ?? lineHeight;
          expect(band.top + band.height).toBeLessThanOrEqual(next);
        }
      }),
    );
  });

  it("fills a given height with the map, on one line and on two", () => {
    const one = layOut({ ...base, height: 500 });
    expect(one.map.top + one.map.height).toBe(500);
    const two = layOut({ ...base, width: 330, height: 500 });
    expect(Math.abs(two.contentHeight - 500)).toBeLessThanOrEqual(1);
  });
});

describe("the rows of a comparison", () => {
  it("stand below each other, with equal heights and spaces, below the marks", () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 6 }), (input, rows) => {
        const { target, marks, prediction, predictions, map, bars, lineHeight } = layOut({ ...input, rows });
        expect(predictions).toHaveLength(rows);
        expect(predictions[0]).toBe(prediction);
        expect(marks.top).toBe(target.top + target.height);
        expect(marks.height).toBeGreaterThan(0);
        expect(prediction.top).toBe(marks.top + marks.height);
        const steps = predictions.slice(1).map(({ top }, row) => top - (predictions[row]?.top ?? 0));
        expect(new Set(steps).size).toBeLessThanOrEqual(1);
        for (const step of steps) expect(step).toBeGreaterThan(prediction.height);
        const last = predictions.at(-1) ?? prediction;
        expect(lineHeight).toBeGreaterThanOrEqual(last.top + last.height);
        expect([map.height, bars.height]).toEqual([0, 0]);
      }),
    );
  });

  it("leave the layout of one run as it is", () => {
    const { marks, prediction, predictions } = layOut(base);
    expect(marks.height).toBe(0);
    expect(predictions).toEqual([prediction]);
  });

  it("are all visible in presentation mode: what is enlarged shrinks until they fit", () => {
    for (const height of [280, 320, 450, 700]) {
      const layout = layOutLarge({ ...base, width: 1336, height, rows: 6, gutter: 158 });
      expect(layout.contentHeight).toBeLessThanOrEqual(height);
    }
    const { unit } = layOutLarge({ ...base, width: 1336, height: 900, rows: 2, gutter: 90 });
    expect(unit).toBe(2);
  });

  it("use a label column of a given width", () => {
    expect(layOut({ ...base, rows: 2, gutter: 120 }).gutter).toBe(120);
    expect(layOut({ ...base, unit: 1.5, rows: 2, gutter: 120 }).gutter).toBe(180);
  });
});

describe("layOutLarge", () => {
  it("is as large as fits on one line", () => {
    const layout = layOutLarge({ ...base, width: 1800, height: 800 });
    expect(layout.lines).toBe(1);
    expect(layout.type.large).toBeGreaterThan(30);
  });

  it("scrolls a long text in large type", () => {
    const layout = layOutLarge({ ...base, width: 1200, positions: 2000, height: 600 });
    expect(layout.type.large).toBeGreaterThan(18);
    expect(layout.contentHeight).toBeGreaterThan(600);
  });
});

describe("columns and lines", () => {
  it("starts every column on a whole device pixel", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const layout = layOut(input);
        for (let column = 0; column < layout.columns; column++) {
          const { left, right } = columnSpan(layout, column);
          for (const edge of [left, right])
            expect(Math.abs(edge * layout.ratio - Math.round(edge * layout.ratio))).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("finds a position at its middle", () => {
    fc.assert(
      fc.property(inputs, fc.nat(), (input, any) => {
        const layout = layOut(input);
        const position = any % input.positions;
        const { left, right } = columnSpan(layout, columnOf(layout, position));
        const x = (left + right) / 2;
        const y = lineOf(layout, position) * layout.lineHeight + layout.prediction.top + 1;
        expect(positionAt(layout, x, y)).toBe(position);
      }),
    );
  });

  it("finds no position outside the columns, between lines, or after the last position", () => {
    const layout = layOut({ ...base, width: 330 });
    expect(positionAt(layout, -1, 5)).toBeNull();
    expect(positionAt(layout, layout.columns * layout.pitch + 1, 5)).toBeNull();
    expect(positionAt(layout, 5, layout.lineHeight - 1)).toBeNull();
    expect(positionAt(layout, 11.5 * layout.pitch, layout.lineHeight + 5)).toBeNull();
    expect(positionAt(layout, 5, 2 * layout.lineHeight + 5)).toBeNull();
  });

  it("runs from right to left for a right-to-left text, and fills a short last line from the right", () => {
    const layout = layOut({ ...base, width: 330, direction: "rtl" });
    const width = columnsWidth(layout, layout.columns);
    expect(columnSpan(layout, 0).right).toBe(width);
    expect(columnSpan(layout, layout.columns - 1).left).toBe(0);
    expect(columnSpan(layout, 1).right).toBe(columnSpan(layout, 0).left);
    expect(columnSpan(layout, 0, 11)).toEqual({ left: columnSpan(layout, 10).left, right: width });
    expect(positionAt(layout, width - 1, 5)).toBe(0);
    expect(positionAt(layout, 1, 5)).toBe(11);
    expect(positionAt(layout, 1, layout.lineHeight + 5)).toBeNull();
    expect(positionAt(layout, width + 1, 5)).toBeNull();
  });

  it("returns only visible lines", () => {
    const layout = layOut({ ...base, positions: 2000 });
    expect(visibleLines(layout, 0, layout.lineHeight)).toEqual([0, 1]);
    expect(visibleLines(layout, layout.lineHeight / 2, layout.lineHeight)).toEqual([0, 2]);
    expect(visibleLines(layout, 1e9, 100)).toEqual([layout.lines, layout.lines]);
    expect(visibleLines(layout, -50, 100)[0]).toBe(0);
  });
});

describe("epochs on an axis", () => {
  it("finds an epoch at its middle, and stays within the axis", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(),
        fc.integer({ min: 20, max: 2000 }),
        (axisEpochs, any, length) => {
          const epoch = any % axisEpochs;
          expect(epochAt(epochOffset(epoch, axisEpochs, length), axisEpochs, length)).toBe(epoch);
          expect(epochAt(-10, axisEpochs, length)).toBe(0);
          expect(epochAt(length + 10, axisEpochs, length)).toBe(axisEpochs - 1);
        },
      ),
    );
  });

  it("shows every epoch in some row, and at least one epoch in every row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 2000 }), (rows, axisEpochs) => {
        const seen = new Set<number>();
        for (let row = 0; row < rows; row++) {
          const [first, last] = rowEpochs(row, rows, axisEpochs);
          expect(last).toBeGreaterThan(first);
          expect(last).toBeLessThanOrEqual(axisEpochs);
          for (let epoch = first; epoch < last; epoch++) seen.add(epoch);
        }
        expect(seen.size).toBe(axisEpochs);
      }),
    );
  });
});

describe("oneHotRow", () => {
  it("labels the rows of a small alphabet only", () => {
    expect(oneHotRow(14).labelled).toBe(true);
    expect(oneHotRow(400).labelled).toBe(false);
    expect(oneHotRow(400).height).toBeGreaterThan(1);
  });
});
