import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { Conductor, Mark } from "./chart";
import { coverChart } from "./chart-cover";
import { FakeMark } from "./testing/marks";

/** The values of a mark as plain lists. */
function shown(mark: Mark, ...traits: string[]): unknown[] {
  const plain = (value: unknown): unknown =>
    typeof value === "object" ? Array.from(value as ArrayLike<unknown>, plain) : value;
  return traits.map((trait) => plain(mark.get(trait)));
}

function covered(traits: Record<string, unknown>, last: number, placeOf = (epoch: number) => epoch) {
  const mark = new FakeMark(traits);
  const isCovered = signal(true);
  const question = signal({ shown: last });
  const life = new AbortController();
  const asked = { covered: isCovered, question } as unknown as Conductor["asked"];
  coverChart({ covered: [mark], hidden: [], linear: [], log: [] }, { asked }, placeOf, life.signal);
  return { mark, isCovered, question, life };
}

describe("a covered mark", () => {
  it("has the points of the epochs that are shown, and all again afterwards", () => {
    const [x, y] = [Float32Array.of(0, 1, 2, 3), Float32Array.of(9, 8, 7, 6)];
    const { mark, isCovered } = covered({ x, y }, 1);
    expect(shown(mark, "x", "y")).toEqual([
      [0, 1],
      [9, 8],
    ]);
    isCovered.value = false;
    expect([mark.get("x"), mark.get("y")]).toEqual([x, y]);
  });

  it("has the points up to the place of the last epoch that is shown", () => {
    const [x, y] = [Float32Array.of(0, 50, 100, 150), Float32Array.of(9, 8, 7, 6)];
    const { mark } = covered({ x, y }, 1, (epoch) => 50 * epoch);
    expect(shown(mark, "x")).toEqual([[0, 50]]);
  });

  it("of several curves stays at the last point of each, and has one without extent if there is none", () => {
    const x = [Float32Array.of(0, 1, 2), Float32Array.of(5, 6, 7)];
    const { mark } = covered({ x, y: [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)] }, 1);
    expect(shown(mark, "x", "y")).toEqual([
      [
        [0, 1, 1],
        [0, 0, 0],
      ],
      [
        [1, 2, 2],
        [1, 1, 1],
      ],
    ]);
  });

  it("has no names of curves that end later", () => {
    const { mark } = covered({ x: [2, 9], y: [1, 1], text: ["RNN", "LSTM"], colors: ["red", "blue"] }, 5);
    expect(shown(mark, "x", "text", "colors")).toEqual([[2], ["RNN"], ["red"]]);
  });

  it("may be empty, or hold no curve", () => {
    expect(shown(covered({ x: [], y: [] }, 5).mark, "x", "y")).toEqual([[], []]);
    expect(shown(covered({ x: [[]], y: [[]] }, 5).mark, "x", "y")).toEqual([[[]], [[]]]);
  });

  it("shows none of the points that the kernel sends meanwhile, and all of them afterwards", () => {
    const { mark, isCovered } = covered({ x: [0, 1], y: [3, 2] }, 1);
    mark.set({ x: [0, 1, 2, 3], y: [5, 4, 3, 2] });
    expect(shown(mark, "x", "y")).toEqual([
      [0, 1],
      [5, 4],
    ]);
    isCovered.value = false;
    expect(shown(mark, "x", "y")).toEqual([
      [0, 1, 2, 3],
      [5, 4, 3, 2],
    ]);
    mark.set({ x: [0], y: [1] });
    isCovered.value = true;
    isCovered.value = false;
    expect(shown(mark, "x", "y")).toEqual([[0], [1]]);
  });

  it("follows another question", () => {
    const { mark, question } = covered({ x: [0, 1, 2, 3], y: [3, 2, 1, 0] }, 1);
    question.value = { shown: 2 };
    expect(shown(mark, "x")).toEqual([[0, 1, 2]]);
  });

  it("has all its points again when the player is removed", () => {
    const { mark, life } = covered({ x: [0, 1, 2], y: [3, 2, 1] }, 0);
    life.abort();
    expect(shown(mark, "x")).toEqual([[0, 1, 2]]);
    mark.set({ x: [0, 1, 2, 3], y: [3, 2, 1, 0] });
    expect(shown(mark, "x")).toEqual([[0, 1, 2, 3]]);
  });
});

describe("a covered axis", () => {
  const axes = { linear: [0, 3, [0, 1, 2, 3]], log: [0.1, 3, [0.1, 1]] };

  function withAxis() {
    const scale = new FakeMark({ min: 1, max: 2.75 });
    const axis = new FakeMark({ scale, tick_values: [1, 2] });
    const lines = new FakeMark({ x: [[-5, 105]], y: [[2.6, 2.6]] });
    const label = new FakeMark({ x: [0], y: [2.6], text: ["uniform guess"], colors: ["grey"] });
    const names = new FakeMark({ x: [99], y: [1.1], text: ["RNN"], colors: ["red"] });
    const isCovered = signal(true);
    const asked = { covered: isCovered, question: signal({ shown: 5, axes }) } as unknown as Conductor["asked"];
    const parts = [axis, lines, label, names];
    const branches = new FakeMark({ x: [[7, 8], [9]], y: [[2, 1], [3]] });
    const marks = { covered: [names], hidden: [branches], linear: parts, log: [] };
    coverChart(marks, { asked }, (epoch) => epoch, new AbortController().signal);
    return { scale, axis, lines, label, names, branches, isCovered };
  }

  it("has the range and the ticks of what is shown, without reference losses and old branches", () => {
    const { scale, axis, lines, label, names, branches } = withAxis();
    expect([scale.get("min"), scale.get("max")]).toEqual([0, 3]);
    expect(shown(axis, "tick_values")).toEqual([[0, 1, 2, 3]]);
    expect(shown(lines, "x", "y")).toEqual([[[0]], [[1]]]);
    expect(shown(branches, "x", "y")).toEqual([[[0]], [[1]]]);
    expect(shown(label, "x", "text", "colors")).toEqual([[], [], ["grey"]]);
    expect(shown(names, "text")).toEqual([[]]);
  });

  it("is as the kernel sent it last once the answer is revealed", () => {
    const { scale, axis, lines, label, isCovered } = withAxis();
    scale.set({ min: 0.5, max: 2.75 });
    expect(scale.get("min")).toBe(0);
    isCovered.value = false;
    expect([scale.get("min"), scale.get("max")]).toEqual([0.5, 2.75]);
    expect(shown(axis, "tick_values")).toEqual([[1, 2]]);
    expect(shown(lines, "x")).toEqual([[[-5, 105]]]);
    expect(shown(label, "text")).toEqual([["uniform guess"]]);
  });
});
