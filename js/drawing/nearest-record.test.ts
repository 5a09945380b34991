import { expect, it } from "vitest";
import { nearestRecord } from "./nearest-record";

const at = (places: readonly number[]) => ({
  epochs: places.length,
  place: (epoch: number) => places[epoch] ?? Number.POSITIVE_INFINITY,
});

it("is the record at the smallest distance", () => {
  const recording = at([0, 50, 100, 120, 500]);
  expect([-10, 0, 24, 26, 110.5, 109, 300, 311, 900].map((place) => nearestRecord(recording, place))).toEqual([
    0, 0, 0, 1, 3, 2, 3, 4, 4,
  ]);
});

it("is the first one if there is only one, or none", () => {
  expect(nearestRecord(at([7]), 100)).toBe(0);
  expect(nearestRecord(at([]), 100)).toBe(0);
});

it("is a record at the place if several are there", () => {
  expect([0, 1]).toContain(nearestRecord(at([3, 3, 9]), 3));
});
