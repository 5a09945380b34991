import { describe, expect, it } from "vitest";
import { PlayerStore } from "../../player/store";
import { type FakeOptions, fakeParts, fakeRecording } from "../../testing/recordings";
import { HandTime } from "../../testing/time";
import { runsOf } from "./runs";
import { differsAt, groupsOf } from "./texts";

/** The runs of a comparison; null: one whose recording has not arrived. */
const runs = (...options: readonly (FakeOptions | null)[]) =>
  runsOf(
    options.map((each) => {
      const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, new HandTime());
      if (each) store.receiveRecording(fakeParts({ epochs: 3, ...each }));
      return store;
    }),
    options.map((_, run) => `run ${run}`),
  );

/** The numbers of the runs in each group. */
const grouped = (...options: readonly (FakeOptions | null)[]) =>
  groupsOf(runs(...options)).map((group) => group.runs.map(({ index }) => index));

describe("groupsOf", () => {
  it("puts runs of one text together, whatever their epochs and models", () => {
    expect(grouped({ metadata: { model: "RNN" } }, { epochs: 9 }, { epochs: 0 })).toEqual([[0, 1, 2]]);
  });

  it("keeps the order of the runs where texts alternate", () => {
    expect(grouped({ text: "abab" }, { text: "abba" }, { text: "abab" })).toEqual([[0, 2], [1]]);
  });

  it("tells apart texts of the same indices in other alphabets", () => {
    expect(grouped({ text: "abab" }, { text: "cdcd" })).toEqual([[0], [1]]);
  });

  it("tells apart a text and its beginning", () => {
    expect(grouped({ text: "abab" }, { text: "ababab" })).toEqual([[0], [1]]);
  });

  it("tells apart targets that count and targets that are ignored", () => {
    expect(grouped({ text: "abab" }, { text: "abab", ignored: [1] })).toEqual([[0], [1]]);
  });

  it("leaves out runs without a recording", () => {
    expect(grouped(null, {}, null, {})).toEqual([[1, 3]]);
    expect(grouped(null)).toEqual([]);
  });
});

describe("differsAt", () => {
  /** A run that is right at a position from this epoch on, and says the same as all others before. */
  const learned = (epoch: number) => fakeRecording({ text: "abcabc", epochs: 7, learnedAt: () => epoch });
  const never = learned(-1);

  it("is true only where predictions differ", () => {
    expect(differsAt([learned(3), learned(3)], [5, 5], 0)).toBe(false);
    expect(differsAt([learned(3), never], [5, 5], 0)).toBe(true);
    expect(differsAt([learned(3), never], [2, 2], 0)).toBe(false);
  });

  it("compares every run: one of six is enough, wherever it stands", () => {
    for (let odd = 0; odd < 6; odd++) {
      const recordings = Array.from({ length: 6 }, (_, run) => (run === odd ? never : learned(0)));
      expect(differsAt(recordings, Array(6).fill(6), 2)).toBe(true);
    }
  });

  it("does not count runs without an epoch or without a recording", () => {
    expect(differsAt([learned(0), never, null], [6, -1, -1], 0)).toBe(false);
    expect(differsAt([null, learned(0), null, never], [-1, 6, -1, 6], 0)).toBe(true);
    expect(differsAt([null, null], [-1, -1], 0)).toBe(false);
  });

  it("compares each run at its own epoch: one that ended early is shown at its last", () => {
    expect(differsAt([learned(3), learned(3)], [2, 6], 0)).toBe(true);
  });
});
