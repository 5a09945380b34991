import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { Conductor, Mark } from "./chart";
import { coverMarks } from "./chart-cover";

/** A model as in a page: values that are set together are all set before the first event. */
class FakeMark implements Mark {
  readonly #traits: Record<string, unknown>;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(traits: Record<string, unknown>) {
    this.#traits = traits;
  }

  get = (trait: string): unknown => this.#traits[trait];

  set = (values: Record<string, unknown>): void => {
    const changed = Object.keys(values).filter((trait) => !Object.is(this.#traits[trait], values[trait]));
    Object.assign(this.#traits, values);
    for (const trait of changed) for (const listen of this.#listeners.get(`change:${trait}`) ?? []) listen();
  };

  on = (event: string, listen: () => void): void => {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listen));
  };

  off = (event: string, listen: () => void): void => {
    this.#listeners.get(event)?.delete(listen);
  };

  shown(...traits: string[]): unknown[] {
    const plain = (value: unknown): unknown =>
      typeof value === "object" ? Array.from(value as ArrayLike<unknown>, plain) : value;
    return traits.map((trait) => plain(this.get(trait)));
  }
}

function covered(traits: Record<string, unknown>, shown: number) {
  const mark = new FakeMark(traits);
  const isCovered = signal(true);
  const question = signal({ shown });
  const life = new AbortController();
  const asked = { covered: isCovered, question } as unknown as Conductor["asked"];
  coverMarks([mark], { asked }, life.signal);
  return { mark, isCovered, question, life };
}

describe("a covered mark", () => {
  it("has the points of the epochs that are shown, and all again afterwards", () => {
    const [x, y] = [Float32Array.of(0, 1, 2, 3), Float32Array.of(9, 8, 7, 6)];
    const { mark, isCovered } = covered({ x, y }, 1);
    expect(mark.shown("x", "y")).toEqual([
      [0, 1],
      [9, 8],
    ]);
    isCovered.value = false;
    expect([mark.get("x"), mark.get("y")]).toEqual([x, y]);
  });

  it("of several curves stays at the last point of each, and has one without extent if there is none", () => {
    const x = [Float32Array.of(0, 1, 2), Float32Array.of(5, 6, 7)];
    const { mark } = covered({ x, y: [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)] }, 1);
    expect(mark.shown("x", "y")).toEqual([
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
    expect(mark.shown("x", "text", "colors")).toEqual([[2], ["RNN"], ["red"]]);
  });

  it("may be empty, or hold no curve", () => {
    expect(covered({ x: [], y: [] }, 5).mark.shown("x", "y")).toEqual([[], []]);
    expect(covered({ x: [[]], y: [[]] }, 5).mark.shown("x", "y")).toEqual([[[]], [[]]]);
  });

  it("shows none of the points that the kernel sends meanwhile, and all of them afterwards", () => {
    const { mark, isCovered } = covered({ x: [0, 1], y: [3, 2] }, 1);
    mark.set({ x: [0, 1, 2, 3], y: [5, 4, 3, 2] });
    expect(mark.shown("x", "y")).toEqual([
      [0, 1],
      [5, 4],
    ]);
    isCovered.value = false;
    expect(mark.shown("x", "y")).toEqual([
      [0, 1, 2, 3],
      [5, 4, 3, 2],
    ]);
    mark.set({ x: [0], y: [1] });
    isCovered.value = true;
    isCovered.value = false;
    expect(mark.shown("x", "y")).toEqual([[0], [1]]);
  });

  it("follows another question", () => {
    const { mark, question } = covered({ x: [0, 1, 2, 3], y: [3, 2, 1, 0] }, 1);
    question.value = { shown: 2 };
    expect(mark.shown("x")).toEqual([[0, 1, 2]]);
  });

  it("has all its points again when the player is removed", () => {
    const { mark, life } = covered({ x: [0, 1, 2], y: [3, 2, 1] }, 0);
    life.abort();
    expect(mark.shown("x")).toEqual([[0, 1, 2]]);
    mark.set({ x: [0, 1, 2, 3], y: [3, 2, 1, 0] });
    expect(mark.shown("x")).toEqual([[0, 1, 2, 3]]);
  });
});
