import { effect } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { PlayerStore } from "../player/store";
import { fakeParts, fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { axisEpochsOf } from "./view";

/** A store in training with a goal of 100,000 epochs, and all values of the axis. */
function training() {
  const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, new HandTime());
  store.receiveStatus(fakeStatus({ state: "training", goal: 100_000 }));
  const axis = axisEpochsOf(store);
  const shown: number[] = [];
  effect(() => {
    shown.push(axis.value);
  });
  const record = (epochs: number, more = {}) => store.receiveRecording(fakeParts({ epochs, ...more }));
  return { store, axis, shown, record };
}

describe("the axis of map and timeline", () => {
  it("changes only when the head passes a round number", () => {
    const { shown, record } = training();
    for (let epochs = 1; epochs <= 120; epochs++) record(epochs);
    expect(shown).toEqual([10, 20, 50, 100, 200]);
  });

  it("does not change under a pointer that drags, but when that is released", () => {
    const { store, axis, shown, record } = training();
    record(40);
    store.dragging.value = true;
    for (let epochs = 41; epochs <= 120; epochs += 10) record(epochs);
    expect(axis.peek()).toBe(50);
    store.dragging.value = false;
    expect(shown).toEqual([10, 50, 200]);
  });

  it("includes old branches that are longer than the run", () => {
    const { axis, record } = training();
    const oldBranches = [{ id: 1, start: 20, losses: new Float64Array(400), lr: 0.1 }];
    record(30, { revision: 2, oldBranches });
    expect(axis.peek()).toBe(500);
    record(30, { revision: 3, oldBranches: [] });
    expect(axis.peek()).toBe(50);
  });
});
