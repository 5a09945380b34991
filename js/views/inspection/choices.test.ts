import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { CellKind } from "../../network/types";
import { PlayerStore } from "../../player/store";
import { madeUp } from "../../testing/networks";
import { fakeParts, fakeStatus } from "../../testing/recordings";
import { HandTime } from "../../testing/time";
import type { View } from "../view";
import { InspectionChoices } from "./choices";
import { Inspection } from "./inspection";
import { Memory } from "./memory";

/** A run of the classic text, or of another, with the weights of a made-up network at all epochs. */
function run(cell: CellKind, seed: number, text = " I think therefore I am."): PlayerStore {
  const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, new HandTime());
  const parts = fakeParts({ text, epochs: 5 });
  store.receiveRecording(parts);
  store.receiveStatus(fakeStatus({ state: "paused" }));
  const { shape, weights } = madeUp(cell, parts.alphabet.length, seed);
  store.receiveWeights({ revision: 1, network: shape, epochs: [4], weights: [weights] });
  return store;
}

/** Two runs whose panels share the choices. */
function pair(first = run("rnn", 1), second = run("lstm", 2)) {
  const choices = new InspectionChoices();
  const inspections = [first, second].map((store) => new Inspection(store, choices)) as [Inspection, Inspection];
  const memories = inspections.map(
    (inspection, i) => new Memory({ inspection, store: [first, second][i] } as unknown as View),
  ) as [Memory, Memory];
  return { choices, inspections, memories, stores: [first, second] as const };
}

describe("the choices of two runs", () => {
  it("are the same experiment, computed with the weights of each", () => {
    const { choices, inspections } = pair();
    const [one, other] = inspections;
    choices.given.value = 4;
    choices.correct(6);
    const stories = inspections.map(({ story }) => story.value);
    expect(stories.map((story) => story?.given)).toEqual([4, 4]);
    expect(stories.map((story) => [...(story?.corrections ?? [])])).toEqual([[6], [6]]);
    expect(one.pass.value?.predictions).not.toEqual(other.pass.value?.predictions);
    expect(stories[0]?.said).not.toEqual(stories[1]?.said);
  });

  it("give each run what the same choices give it alone", () => {
    const { choices, inspections, stores } = pair();
    for (const [i, store] of stores.entries()) {
      const alone = new Inspection(store);
      for (const each of [choices, alone.choices]) {
        each.given.value = 3;
        each.memory.cutAfter(8);
        each.words.value = "";
      }
      expect(alone.story.value).not.toBeNull();
      expect(inspections[i]?.story.value).toEqual(alone.story.value);
      expect(inspections[i]?.afterCut.value).toEqual(alone.afterCut.value);
    }
  });

  it("name the tokens of one's own words that one of the runs does not have", () => {
    const { choices, inspections } = pair(run("rnn", 1), run("gru", 2, " I thunk therefore I am."));
    choices.words.value = "thunk in";
    expect(inspections.map(({ typed }) => typed.value.unknown)).toEqual([["u"], ["i"]]);
  });

  it("cut only the part of the state that a network has", () => {
    const { choices, inspections } = pair();
    choices.memory.part.value = "c";
    expect(inspections.map(({ part }) => part.value)).toEqual(["all", "c"]);
  });

  it("stay when the panel of another run is shown, and end when the panel is closed", () => {
    const { choices, memories } = pair();
    choices.toggle("memory");
    const close = memories[0].open();
    const suggested = choices.memory.cut.peek();
    expect(suggested).not.toBeNull();
    choices.memory.cutAfter(3);
    choices.memory.moveTo({ source: 2, to: 7 });
    close();
    const closeOther = memories[1].open();
    expect(choices.memory.cut.peek()).toBe(3);
    expect(memories[1].moved.value).toMatchObject({ source: 2, to: 7 });
    closeOther();
    choices.toggle("memory");
    expect(choices.memory.cut.peek()).toBeNull();
    choices.toggle("memory");
    memories[0].open();
    expect(choices.memory.cut.peek()).toBe(suggested);
  });

  it("ask for the weights only of the runs that are shown, while a panel needs them", () => {
    const { choices, inspections, stores } = pair();
    const chosen = signal<readonly number[]>([1]);
    const life = new AbortController();
    for (const [run, inspection] of inspections.entries())
      inspection.watch(life.signal, () => chosen.value.includes(run));
    const wanted = () => stores.map(({ weights }) => weights.wanted.value);
    choices.toggle("network");
    expect(wanted()).toEqual([false, false]);
    choices.toggle("free_run");
    expect(wanted()).toEqual([false, true]);
    chosen.value = [0];
    expect(wanted()).toEqual([true, false]);
    chosen.value = [0, 1];
    expect(wanted()).toEqual([true, true]);
    life.abort();
    expect(wanted()).toEqual([false, false]);
  });
});
