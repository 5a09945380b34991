import { describe, expect, it } from "vitest";
import { fakeSweep } from "../testing/sweeps";
import { boxOf, decodeCurves, doneOf, isStopping, isSweep, runsBySeed, seedOf } from "./sweep-data";

describe("decodeCurves", () => {
  it("splits the losses of the runs and the medians of the boxes, at any offset of a buffer", () => {
    const values = Float32Array.from([3, 2, 1, 9, 8, 2.5]);
    const shifted = new Uint8Array(values.byteLength + 1);
    shifted.set(new Uint8Array(values.buffer), 1);
    const state = { runs: [{ points: 3 }, { points: 0 }, { points: 2 }], boxes: [{ points: 1 }] };
    const { runs, medians } = decodeCurves(new DataView(shifted.buffer, 1), state as never);
    expect(runs.map((curve) => [...curve])).toEqual([[3, 2, 1], [], [9, 8]]);
    expect(medians.map((curve) => [...curve])).toEqual([[2.5]]);
  });

  it("throws an error if bytes are missing or left", () => {
    const { state, curves } = fakeSweep({ done: 7 });
    expect(() => decodeCurves(new DataView(curves.buffer, 4), state)).toThrow("damaged curves");
    expect(() => decodeCurves(curves, fakeSweep({ done: 6 }).state)).toThrow("damaged curves");
  });
});

describe("a sweep", () => {
  const { state } = fakeSweep({ seeds: [7, 1, 3], done: 4 });

  it("finds box and seed of a run", () => {
    expect([boxOf(state, 5).start, seedOf(state, 5)]).toEqual([3, 3]);
  });

  it("orders the runs of a box by their seeds", () => {
    expect(runsBySeed(state, boxOf(state, 3))).toEqual([4, 5, 3]);
  });

  it("counts what is done", () => {
    expect(doneOf(state)).toBe(4);
  });

  it("is about to stop only while it runs", () => {
    const of = (state: "running" | "stopped") => isStopping({ state, message: "stopping" });
    expect([of("running"), of("stopped"), isStopping(state)]).toEqual([true, false, false]);
  });

  it("is told from the traits of other widgets", () => {
    expect([state, {}, null, undefined, []].map(isSweep)).toEqual([true, false, false, false, false]);
  });
});
