import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LineEnd, placeLabels } from "./line-labels";

const HEIGHT = 70;
const ends = fc.array(
  fc.record({
    x: fc.constantFrom(0, 20, 300),
    y: fc.double({ min: 0, max: HEIGHT, noNaN: true }),
    width: fc.constantFrom(18, 30),
  }),
  { minLength: 1, maxLength: 6 },
);
const overlap = (a: LineEnd, b: LineEnd): boolean => a.x < b.x + b.width && b.x < a.x + a.width;

describe("the names at the ends of lines", () => {
  it("are within the height, apart where they would overlap, and in the order of their lines", () => {
    fc.assert(
      fc.property(ends, (lines) => {
        const places = placeLabels(lines, 11, HEIGHT) as number[];
        lines.forEach((a, i) => {
          expect(places[i]).toBeGreaterThanOrEqual(5.5);
          expect(places[i]).toBeLessThanOrEqual(HEIGHT - 5.5);
          lines.forEach((b, j) => {
            if (i >= j || !overlap(a, b)) return;
            expect(Math.abs((places[i] as number) - (places[j] as number))).toBeGreaterThanOrEqual(11 - 1e-9);
            if (a.y < b.y) expect(places[i]).toBeLessThan(places[j] as number);
          });
        });
      }),
    );
  });

  it("stay where they are if there is room", () => {
    const lines = [30, 10, 50].map((y) => ({ x: 0, y, width: 20 }));
    expect(placeLabels(lines, 11, HEIGHT)).toEqual([30, 10, 50]);
  });
});
