import { describe, expect, it, vi } from "vitest";
import { type FakeSweepOptions, fakeRunRecording, fakeSweep } from "../testing/sweeps";
import { MOST_COMPARED, type SweepMessage, SweepStore } from "./sweep";
import type { SweepState } from "./sweep-data";

interface Options extends FakeSweepOptions {
  /** The runs whose recordings the page has. */
  embedded?: readonly number[];
  kernel?: boolean;
}

function opened({ embedded = [], kernel = true, ...options }: Options = {}) {
  const { state, curves } = fakeSweep(options);
  const messages: SweepMessage[] = [];
  const here = new Set(embedded);
  const source = {
    send: kernel ? (message: SweepMessage) => void messages.push(message) : null,
    packed: (run: number) => (here.has(run) ? fakeRunRecording(state, run) : null),
  };
  const store = new SweepStore(source, state, curves, async (bytes) => bytes);
  const report = (change: Partial<SweepState>, done = options.done) => {
    const next = fakeSweep({ ...options, ...(done !== undefined && { done }), change });
    store.receive(next.state, next.curves);
  };
  return { store, state, messages, here, report, of: (run: number) => store.recordings.peek().get(run) };
}

describe("opening a run", () => {
  it("decodes the recording that the page has, without asking the kernel", async () => {
    const { store, messages, of } = opened({ embedded: [3] });
    store.open(3);
    expect([store.opened.peek(), store.selected.peek(), of(3)?.state]).toEqual([3, 3, "loading"]);
    await vi.waitFor(() => expect(of(3)?.state).toBe("ready"));
    expect(messages).toEqual([]);
  });

  it("asks the kernel once for a recording that the page has not, and keeps it", async () => {
    const { store, state, messages, of } = opened();
    store.open(3);
    store.open(3);
    store.receiveRecordings();
    expect(messages).toEqual([{ kind: "open", run: 3 }]);
    await store.receiveRecording(3, fakeRunRecording(state, 3));
    expect(of(3)).toMatchObject({ state: "ready", parts: { positions: 23 } });
    store.close();
    store.open(3);
    expect(messages).toHaveLength(1);
  });

  it("says that a recording is missing without kernel, and shows it if it comes after all", async () => {
    const { store, here, of } = opened({ kernel: false });
    store.open(3);
    expect(of(3)?.state).toBe("missing");
    here.add(3);
    store.receiveRecordings();
    await vi.waitFor(() => expect(of(3)?.state).toBe("ready"));
  });

  it("shows why the kernel refuses, and asks again when it is opened again", () => {
    const { store, messages, of } = opened();
    store.open(3);
    store.receiveRefusal(3, "not kept");
    expect(of(3)).toEqual({ state: "refused", message: "not kept" });
    store.open(3);
    expect(messages).toHaveLength(2);
  });

  it("says that a damaged recording cannot be read", async () => {
    const { store, of } = opened();
    store.open(3);
    await store.receiveRecording(3, new Uint8Array(40));
    expect(of(3)?.state).toBe("refused");
  });

  it("does nothing for a run that has recorded nothing", () => {
    const { store, messages } = opened({ done: 5 });
    store.open(5);
    expect([store.opened.peek(), store.canOpen(5), messages]).toEqual([null, false, []]);
  });

  it("asks again for the recording of a run that was trained again", async () => {
    const { store, state, messages, report, of } = opened({ failed: { 3: "out of memory" } });
    store.open(3);
    await store.receiveRecording(3, fakeRunRecording(state, 3));
    const again = fakeSweep({});
    store.receive(again.state, again.curves);
    expect([of(3)?.state, messages.length]).toEqual(["loading", 2]);
    report({});
  });
});

describe("comparing runs", () => {
  it("adds runs in order, removes them, and takes at most six", () => {
    const { store } = opened();
    for (const run of [5, 3, 12, 0, 1, 2]) expect(store.toggleCompared(run)).toBe(true);
    expect(store.toggleCompared(40)).toBe(false);
    expect(store.compared.peek()).toEqual([5, 3, 12, 0, 1, 2]);
    expect(store.compared.peek()).toHaveLength(MOST_COMPARED);
    store.toggleCompared(3);
    expect(store.toggleCompared(40)).toBe(true);
    expect(store.compared.peek()).toEqual([5, 12, 0, 1, 2, 40]);
  });

  it("takes no run that has recorded nothing", () => {
    const { store } = opened({ done: 5 });
    expect(store.toggleCompared(5)).toBe(false);
    expect(store.compared.peek()).toEqual([]);
  });
});

describe("selecting a run", () => {
  it("moves among the runs of a box and stays within them", () => {
    const { store } = opened();
    const runs = [12, 10, 11];
    const after = (by: number) => {
      store.move(runs, by);
      return store.selected.peek();
    };
    expect([1, 1, 1, 1, -1, -10].map(after)).toEqual([12, 10, 11, 11, 10, 12]);
    store.selected.value = 40; // of another box
    expect(after(-1)).toBe(11);
    expect([store.isIn(10), store.isIn(0)]).toEqual([true, false]);
  });
});

describe("stopping and resuming", () => {
  it("asks to stop until the sweep stops, also if results come in between", () => {
    const { store, messages, report } = opened({ done: 30 });
    store.stop();
    expect([messages, store.pending.peek()]).toEqual([[{ kind: "stop" }], "stop"]);
    report({}, 31);
    expect(store.pending.peek()).toBe("stop");
    report({ state: "stopped", can_resume: true }, 31);
    expect(store.pending.peek()).toBeNull();
    store.resume();
    expect(messages.at(-1)).toEqual({ kind: "resume" });
    report({ state: "stopped", can_resume: true }, 31); // not possible after all
    expect(store.pending.peek()).toBeNull();
  });

  it("does neither without a kernel, nor what is not possible", () => {
    const alone = opened({ done: 30, kernel: false });
    alone.store.stop();
    expect(alone.store.pending.peek()).toBeNull();
    const { store, messages } = opened();
    store.stop();
    store.resume();
    expect(messages).toEqual([]);
  });

  it("keeps what it has if curves do not fit", () => {
    const { store, state } = opened({ done: 30 });
    expect(() => store.receive(fakeSweep({ done: 31 }).state, fakeSweep({ done: 30 }).curves)).toThrow("damaged");
    expect(store.state.peek()).toBe(state);
  });
});
