import { describe, expect, it } from "vitest";
import type { Recording } from "../player/types";
import { LatestScalars } from "./latest-scalars";

/** A recording of one scalar; counts how often its values are read. */
function recorded(values: readonly number[]) {
  let reads = 0;
  const counted = new Proxy(Float64Array.from(values), {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key);
    },
  });
  const recording = { revision: 0, epochs: values.length, scalars: new Map([["norm", counted]]) };
  return { recording: recording as unknown as Recording, reads: () => reads };
}

const some = [Number.NaN, 5, Number.NaN, Number.NaN, 7, Number.NaN];

describe("the latest scalar", () => {
  it("is the last one given, wherever the cursor goes", () => {
    const { recording } = recorded(some);
    const latest = new LatestScalars();
    const order = [0, 3, 5, 4, 2, 1, 0, 5, 3];
    expect(order.map((epoch) => latest.at(recording, "norm", epoch))).toEqual([-1, 1, 4, 4, 1, 1, -1, 4, 1]);
  });

  it("is not searched from the first epoch on in every frame", () => {
    const { recording, reads } = recorded(Array(1000).fill(Number.NaN));
    const latest = new LatestScalars();
    for (let epoch = 0; epoch < 1000; epoch++) latest.at(recording, "norm", epoch);
    expect(reads()).toBe(1000);
  });

  it("is another one in another branch, or for a name that was never given", () => {
    const latest = new LatestScalars();
    expect(latest.at(recorded(some).recording, "norm", 5)).toBe(4);
    const other = recorded([1, ...some.slice(1).fill(Number.NaN)]).recording;
    expect(latest.at(other, "norm", 5)).toBe(0);
    expect(latest.at({ ...other, revision: 1, scalars: new Map() }, "norm", 5)).toBe(-1);
  });
});
