import { describe, expect, it } from "vitest";
import { QuickChanges } from "./quick-changes";

/** What is said of epochs that are seen at some times. */
function saidOf(...seen: [epoch: number, now: number][]): boolean[] {
  const changes = new QuickChanges(250);
  return seen.map(([epoch, now]) => changes.see(epoch, now));
}

describe("quick changes", () => {
  it("are those that follow each other within the limit", () => {
    expect(saidOf([0, 0], [1, 16], [2, 32])).toEqual([false, true, true]);
    expect(saidOf([0, 0], [1, 1000], [2, 2000])).toEqual([false, false, false]);
  });

  it("end some time after the last one", () => {
    expect(saidOf([0, 0], [1, 16], [1, 200], [1, 266], [2, 1000], [3, 1016])).toEqual([
      ...[false, true, true, false, false, true],
    ]);
  });

  it("are none if the same epoch is drawn again", () => {
    expect(saidOf([0, 0], [0, 16], [0, 32])).toEqual([false, false, false]);
  });
});
