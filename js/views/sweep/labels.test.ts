import { describe, expect, it } from "vitest";
import { fakeSweep } from "../../testing/sweeps";
import { languages } from "../../text/words";
import { describeMilestone, describeProgress, describeRun, failuresOf } from "./describe";
import { boxLabel, describeGrid, describeLeft, distinctLabels, runLabel } from "./labels";

const { en } = languages;
const { state: sweep } = fakeSweep();

describe("the labels of a sweep", () => {
  it("name a box by its options", () => {
    expect(boxLabel(sweep.axes, [2, 0])).toBe("LSTM, lr 0.1");
    expect(boxLabel([], [])).toBe("");
  });

  it("name a run by the options of its box and its seed", () => {
    expect(runLabel(en, sweep, 47)).toBe("LSTM, lr 0.1, seed 7");
    expect(runLabel(en, fakeSweep({ axes: [], seeds: [1234] }).state, 0)).toBe("seed 1234");
  });

  it("tell runs apart by what differs only", () => {
    expect(distinctLabels(en, sweep, [47, 41])).toEqual(["seed 7", "seed 1"]);
    expect(distinctLabels(en, sweep, [47, 57])).toEqual(["lr 0.1", "lr 0.01"]);
    expect(distinctLabels(en, sweep, [7, 41])).toEqual(["RNN, seed 7", "LSTM, seed 1"]);
    expect(distinctLabels(en, sweep, [47])).toEqual(["LSTM, lr 0.1, seed 7"]);
  });

  it("say how many runs there are and what varies", () => {
    expect(describeGrid(en, sweep)).toBe("60 runs: cell, lr × 10 seeds");
    expect(describeGrid(en, fakeSweep({ axes: [] }).state)).toBe("10 runs: 10 seeds");
    expect(describeGrid(en, fakeSweep({ axes: [], seeds: [0] }).state)).toBe("1 run: 1 seed");
  });

  it("round the time left", () => {
    const said = [0.2, 7.5, 12, 88, 130, 5000, 9000].map((seconds) => describeLeft(en, seconds));
    expect(said).toEqual([
      "about 1 s left",
      "about 8 s left",
      "about 10 s left",
      "about 90 s left",
      "about 2 min left",
      "about 83 min left",
      "about 3 h left",
    ]);
  });
});

describe("the words on runs", () => {
  const run = { ...fakeSweep().state.runs[0], first: 26, correct: 22, loss: 1.2951, state: "trained" } as const;

  it("say when all was correct first, and how it ended", () => {
    const of = (change: object) => describeRun(en, { ...run, ...change } as never, 23);
    expect(of({})).toBe("all correct first at epoch 26; at the end 22 of 23, loss 1.295");
    expect(of({ first: null })).toBe("never all correct; at the end 22 of 23, loss 1.295");
    expect(of({ state: "diverged", epochs: 41, loss: null })).toBe(
      "all correct first at epoch 26; diverged at epoch 40: the loss is not finite",
    );
    expect(of({ state: "failed", message: "out of memory" })).toBe("failed: out of memory");
    expect(of({ state: "waiting" })).toBe("not trained yet");
  });

  it("put failed runs with the same message together, in order", () => {
    const { state } = fakeSweep({ failed: { 9: "a", 3: "b", 21: "a", 4: "b" } });
    expect(failuresOf(state)).toEqual([
      { message: "b", runs: [3, 4] },
      { message: "a", runs: [9, 21] },
    ]);
  });
});

describe("the words on the progress", () => {
  it("say how far it is, and about how long it still takes", () => {
    expect(describeProgress(en, fakeSweep({ done: 34, change: { seconds_left: 12 } }).state)).toBe(
      "34 of 60 runs, about 10 s left",
    );
    expect(describeProgress(en, fakeSweep({ done: 0, change: { seconds_left: null } }).state)).toBe("0 of 60 runs");
  });

  it("say why it stopped, but not that it is about to", () => {
    const of = (state: "running" | "stopped", message: string) =>
      describeProgress(en, fakeSweep({ done: 34, change: { state, message, seconds_left: null } }).state);
    expect(of("stopped", "A worker was killed.")).toBe("Stopped: 34 of 60 runs are done. A worker was killed.");
    expect(of("stopped", "")).toBe("Stopped: 34 of 60 runs are done.");
    expect(of("running", "stopping")).toBe("34 of 60 runs");
  });

  it("are said to screen readers every quarter and at the end", () => {
    const said = Array.from({ length: 61 }, (_, done) => describeMilestone(en, fakeSweep({ done }).state));
    expect([...new Set(said)]).toEqual([
      "0 of 60 runs",
      "15 of 60 runs",
      "30 of 60 runs",
      "45 of 60 runs",
      "All 60 runs are done.",
    ]);
  });
});
