import { describe, expect, it, vi } from "vitest";
import { FakeModel } from "../testing/model";
import { fakeRunRecording, fakeSweep } from "../testing/sweeps";
import { HandTime } from "../testing/time";
import { SILENT_MS, SweepLink } from "./sweep-link";

const dataView = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function linked(done = 30) {
  const { state, curves } = fakeSweep({ done });
  const model = new FakeModel({ sweep: state, curves, recordings: [] });
  const time = new HandTime();
  const link = new SweepLink(model, time, async (bytes) => bytes);
  const life = new AbortController();
  link.connect(life.signal);
  const update = (traits: Record<string, unknown>) => model.update(traits);
  return {
    link,
    model,
    time,
    store: link.store,
    state,
    life,
    update,
    of: (run: number) => link.store.recordings.peek().get(run),
  };
}

describe("the link of a sweep", () => {
  it("shows what the traits say, also if they change one after the other", () => {
    const { store, update } = linked(30);
    const next = fakeSweep({ done: 31 });
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    update({ sweep: next.state });
    expect(store.state.peek().boxes[3]?.done).toBe(0);
    update({ curves: next.curves });
    expect(store.state.peek().boxes[3]?.done).toBe(1);
    expect(store.curves.peek().runs[30]).toHaveLength(300);
    warn.mockRestore();
  });

  it("applies traits that change together once", () => {
    const { store, update } = linked(30);
    const states: number[] = [];
    store.curves.subscribe(() => states.push(store.state.peek().boxes[3]?.done ?? -1));
    const { state, curves } = fakeSweep({ done: 32 });
    update({ sweep: state, curves });
    expect(states).toEqual([0, 2]);
  });

  it("asks for a recording and decodes the answer, whatever else is answered", async () => {
    const { store, model, state, of } = linked();
    store.open(4);
    expect(model.sent).toEqual([{ kind: "open", run: 4 }]);
    model.message({ kind: "refused", run: 5, message: "no" });
    model.message({ kind: "recording", run: 4 }, dataView(fakeRunRecording(state, 4)));
    await vi.waitFor(() => expect(of(4)?.state).toBe("ready"));
    expect(of(5)).toEqual({ state: "refused", message: "no" });
  });

  it("takes a recording from the trait, now or once it is there", async () => {
    const { store, model, state, update, of } = linked();
    store.open(4);
    const recordings = state.runs.map((_, run) =>
      dataView(run === 7 ? new Uint8Array() : fakeRunRecording(state, run)),
    );
    update({ recordings });
    store.toggleCompared(6);
    store.toggleCompared(7);
    await vi.waitFor(() => expect([of(4)?.state, of(6)?.state]).toEqual(["ready", "ready"]));
    expect(model.sent).toEqual([4, 7].map((run) => ({ kind: "open", run })));
  });

  it("notices that nobody answers, until somebody does", () => {
    const { store, time, update } = linked();
    store.stop();
    time.pass(SILENT_MS - 1);
    expect([store.silent.peek(), store.pending.peek()]).toEqual([false, "stop"]);
    time.pass(1);
    expect([store.silent.peek(), store.pending.peek()]).toEqual([true, null]); // Stop can be pressed again
    const { state, curves } = fakeSweep({ done: 31 });
    update({ sweep: state, curves });
    expect(store.silent.peek()).toBe(false);
  });

  it("notices a closed channel at once", () => {
    const { store, model } = linked();
    model.dead = true;
    store.stop();
    expect(store.silent.peek()).toBe(true);
  });

  it("stops listening, and says so, when the last view is removed", () => {
    const { model, life, time, store } = linked();
    store.stop();
    life.abort();
    expect([model.listeners, time.pending.timers, model.sent.at(-1)]).toEqual([0, 0, { kind: "closed" }]);
  });

  it("shows what has changed while no view was connected", () => {
    const { link, life, update } = linked();
    life.abort();
    const { state, curves } = fakeSweep({ done: 40 });
    update({ sweep: state, curves });
    expect(link.store.state.peek()).not.toBe(state);
    link.connect(new AbortController().signal);
    expect(link.store.state.peek()).toBe(state);
  });
});
