import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  columnOf,
  columnX,
  epochAt,
  epochOffset,
  extent,
  type LayoutInput,
  layOut,
  layOutLarge,
  lineOf,
  oneHotRow,
  positionAt,
  rowEpochs,
  visibleLines,
} from "./layout";

const room: LayoutInput = { width: 640, height: null, positions: 23, glyph: 1, unit: 1, ratio: 1 };
const rooms = fc.record<LayoutInput>({
  width: fc.integer({ min: 240, max: 2000 }),
  height: fc.constant(null),
  positions: fc.integer({ min: 1, max: 3000 }),
  glyph: fc.integer({ min: 1, max: 12 }),
  unit: fc.constantFrom(1, 1.5),
  ratio: fc.constantFrom(1, 1.5, 2),
});

describe("layOut", () => {
  it("keeps a short text in one line with a tall map", () => {
    const layout = layOut(room);
    expect(layout.lines).toBe(1);
    expect(layout.map.height).toBe(190);
  });

  it("wraps into lines of equal length rather than leave a short last one", () => {
    const layout = layOut({ ...room, width: 330 });
    expect([layout.lines, layout.columns]).toEqual([2, 12]);
  });

  it("shows 200 positions in a wide room without scrolling", () => {
    const layout = layOut({ ...room, width: 960, positions: 200 });
    expect(layout.stageHeight).toBe(layout.contentHeight);
  });

  it("scrolls 2,000 positions in a window of bounded height", () => {
    const layout = layOut({ ...room, width: 960, positions: 2000 });
    expect(layout.contentHeight).toBeGreaterThan(3000);
    expect(layout.stageHeight).toBeLessThanOrEqual(690);
    // The last line in sight is cut through its rows, so that one sees that there is more.
    const cut = layout.stageHeight % layout.lineHeight;
    expect(cut).toBeGreaterThan(layout.target.top);
    expect(cut).toBeLessThan(layout.map.top);
  });

  it("gives tokens that are words columns wide enough for them", () => {
    const { pitch, type } = layOut({ ...room, glyph: 9 });
    expect(pitch).toBeGreaterThan(9 * 0.6 * type.large);
  });

  it("never makes type larger than its column", () => {
    fc.assert(
      fc.property(rooms, (input) => {
        const { pitch, gap, type } = layOut(input);
        const width = input.glyph === 2 ? 1 : 0.61 * input.glyph; // em, of a monospaced font
        expect(width * type.large).toBeLessThanOrEqual(pitch - gap);
      }),
    );
  });

  it("has room for every position, within its width, whatever the room", () => {
    fc.assert(
      fc.property(rooms, (input) => {
        const layout = layOut(input);
        expect(layout.columns * layout.lines).toBeGreaterThanOrEqual(input.positions);
        expect(layout.columns * (layout.lines - 1)).toBeLessThan(input.positions);
        const least = layout.gutter + layout.pitch;
        expect(layout.gutter + columnX(layout, layout.columns)).toBeLessThanOrEqual(Math.max(input.width, least) + 1);
      }),
    );
  });

  it("stacks the bands without overlap", () => {
    fc.assert(
      fc.property(rooms, (input) => {
        const { reads, target, says, bars, map, lineHeight } = layOut(input);
        const bands = [reads, target, says, bars, map];
        for (const [index, band] of bands.entries()) {
          const next = bands[index + 1]?.top ?? lineHeight;
          expect(band.top + band.height).toBeLessThanOrEqual(next);
        }
      }),
    );
  });

  it("fills a given height with the map, in one line and in two", () => {
    const one = layOut({ ...room, height: 500 });
    expect(one.map.top + one.map.height).toBe(500);
    const two = layOut({ ...room, width: 330, height: 500 });
    expect(Math.abs(two.contentHeight - 500)).toBeLessThanOrEqual(1);
  });
});

describe("layOutLarge", () => {
  it("is as large as one line allows", () => {
    const layout = layOutLarge({ ...room, width: 1800, height: 800 });
    expect(layout.lines).toBe(1);
    expect(layout.type.large).toBeGreaterThan(30);
  });

  it("scrolls a long text in large type instead of making it small", () => {
    const layout = layOutLarge({ ...room, width: 1200, positions: 2000, height: 600 });
    expect(layout.type.large).toBeGreaterThan(18);
    expect(layout.contentHeight).toBeGreaterThan(600);
  });
});

describe("places", () => {
  it("begins every column on a whole device pixel", () => {
    fc.assert(
      fc.property(rooms, (input) => {
        const layout = layOut(input);
        for (let column = 0; column <= layout.columns; column++) {
          expect((columnX(layout, column) * layout.ratio) % 1).toBeCloseTo(0, 6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("finds at the middle of a position that position", () => {
    fc.assert(
      fc.property(rooms, fc.nat(), (input, any) => {
        const layout = layOut(input);
        const position = any % input.positions;
        const x = (columnOf(layout, position) + 0.5) * layout.pitch;
        const y = lineOf(layout, position) * layout.lineHeight + layout.says.top + 1;
        expect(positionAt(layout, x, y)).toBe(position);
      }),
    );
  });

  it("finds none beside the columns, between lines, or after the last position", () => {
    const layout = layOut({ ...room, width: 330 });
    expect(positionAt(layout, -1, 5)).toBeNull();
    expect(positionAt(layout, layout.columns * layout.pitch + 1, 5)).toBeNull();
    expect(positionAt(layout, 5, layout.lineHeight - 1)).toBeNull();
    expect(positionAt(layout, 11.5 * layout.pitch, layout.lineHeight + 5)).toBeNull();
    expect(positionAt(layout, 5, 2 * layout.lineHeight + 5)).toBeNull();
  });

  it("sees only the lines in the window", () => {
    const layout = layOut({ ...room, positions: 2000 });
    expect(visibleLines(layout, 0, layout.lineHeight)).toEqual([0, 1]);
    expect(visibleLines(layout, layout.lineHeight / 2, layout.lineHeight)).toEqual([0, 2]);
    expect(visibleLines(layout, 1e9, 100)).toEqual([layout.lines, layout.lines]);
    expect(visibleLines(layout, -50, 100)[0]).toBe(0);
  });
});

describe("epochs on an axis", () => {
  it("has room for the goal, or for all epochs beyond it", () => {
    expect(extent(300, 0)).toBe(300);
    expect(extent(300, 300, true)).toBe(300);
    expect(extent(300, 301)).toBe(301);
    expect(extent(0, 0)).toBe(1);
  });

  it("grows by round numbers, so that not every new epoch moves all others", () => {
    expect(extent(300, 301, true)).toBe(350);
    expect(extent(0, 1, true)).toBe(1);
    expect(extent(0, 1234, true)).toBe(1500);
  });

  it("finds at the middle of an epoch that epoch, and stays within the axis", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(),
        fc.integer({ min: 20, max: 2000 }),
        (span, any, length) => {
          const epoch = any % span;
          expect(epochAt(epochOffset(epoch, span, length), span, length)).toBe(epoch);
          expect(epochAt(-10, span, length)).toBe(0);
          expect(epochAt(length + 10, span, length)).toBe(span - 1);
        },
      ),
    );
  });

  it("gives every epoch a row where rows suffice, and every row its epochs where they do not", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 2000 }), (rows, span) => {
        const seen = new Set<number>();
        for (let row = 0; row < rows; row++) {
          const [first, last] = rowEpochs(row, rows, span);
          expect(last).toBeGreaterThan(first);
          expect(last).toBeLessThanOrEqual(span);
          for (let epoch = first; epoch < last; epoch++) seen.add(epoch);
        }
        expect(seen.size).toBe(span);
      }),
    );
  });
});

describe("oneHotRow", () => {
  it("names the rows of a small alphabet and still shows a large one", () => {
    expect(oneHotRow(14).labelled).toBe(true);
    expect(oneHotRow(400).labelled).toBe(false);
    expect(oneHotRow(400).height).toBeGreaterThan(1);
  });
});
