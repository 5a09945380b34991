import { afterEach, describe, expect, it, vi } from "vitest";
import { recordsSize } from "../player/decode";
import { GrowingRecording } from "../player/recording";
import { RunState } from "../player/run-state";
import { PlayerStore } from "../player/store";
import { encodedRecording, within } from "../testing/bytes";
import { TestKernel } from "../testing/kernel";
import { FakeModel, FakePage } from "../testing/model";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { Link } from "./link";

const RECORD = recordsSize(1, new GrowingRecording(new TestKernel().recording()).shape);
/** Blocks of four epochs. */
const budget = (blocks: number) => ({
  block: 4 * RECORD,
  bytes: 4 * blocks * RECORD,
  sample: 6 * RECORD,
  samples: 100,
});

/** A page of 200 epochs that keeps so many blocks; the kernel answers only if a test makes it. */
function linked(blocks = 8) {
  const kernel = new TestKernel();
  kernel.train(200);
  const time = new HandTime();
  const model = new FakeModel({
    status: fakeStatus({ state: "finished", source: "recording", head: 199, goal: 200 }),
    recording: within(encodedRecording(kernel.recording()), 3),
  });
  const link = new Link(model, time, new FakePage());
  const store = new PlayerStore(link, time, new RunState(budget(blocks)));
  link.connect(store, new AbortController().signal);
  model.message({ kind: "status", view: model.sent[0]?.view, status: store.status.peek() });
  /** What was asked for since the last call, as [first, last]. */
  const asked = () => {
    const wants = model.of("want_records").map(({ first, last }) => [first, last] as [number, number]);
    model.sent.length = 0;
    return wants;
  };
  const answer = (first: number, last: number, change: Record<string, unknown> = {}) => {
    const { block, ...answered } = kernel.answer(first, last);
    const { view } = { view: views[0], ...change };
    model.message({ kind: "records", view, revision: kernel.revision, ...answered, ...change }, within(block, 5));
  };
  const views = model.sent.map(({ view }) => view);
  /** Answer everything that is asked for. */
  const answerAll = () => {
    for (let wants = asked(); wants.length > 0; wants = asked()) for (const [first, last] of wants) answer(first, last);
  };
  return { kernel, time, model, store, asked, answer, answerAll };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a page that lacks a record which it wants to show", () => {
  it("asks for its block, and shows it when it has arrived", () => {
    const { store, asked, answer, answerAll } = linked();
    answerAll();
    store.seek(81);
    expect(asked()).toEqual([[80, 83]]);
    expect(store.cursor.value).not.toBe(81);
    answer(80, 83);
    expect(store.cursor.value).toBe(81);
  });

  it("asks for what is wanted now when the answer to an earlier request has arrived", () => {
    const { store, asked, answer, answerAll } = linked();
    answerAll();
    store.dragging.value = true;
    for (const epoch of [81, 60, 41, 20]) store.seek(epoch);
    expect(asked()).toEqual([[80, 83]]);
    answer(80, 83);
    expect(asked()).toEqual([[20, 23]]);
    answer(20, 23);
    expect(store.cursor.value).toBe(20);
    expect(asked()).toEqual([]);
  });

  it("asks again if there is no answer, and takes none that is of another page or revision", () => {
    const { time, store, asked, answer, answerAll } = linked();
    answerAll();
    store.seek(81);
    asked();
    answer(80, 83, { view: "another" });
    answer(80, 83, { revision: 7 });
    expect(store.cursor.value).not.toBe(81);
    time.pass(1400);
    expect(asked()).toEqual([]);
    time.pass(200);
    expect(asked()).toEqual([[80, 83]]);
  });

  it("does not ask again at once for what an answer does not contain", () => {
    const { time, store, asked, answer, answerAll } = linked();
    answerAll();
    store.seek(81);
    asked();
    answer(80, 81);
    expect(asked()).toEqual([]);
    time.pass(1600);
    expect(asked()).toEqual([[80, 83]]);
  });

  it("asks at once for something else if an answer adds nothing, or is damaged", () => {
    const { kernel, model, store, asked, answer, answerAll } = linked();
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    answerAll();
    store.seek(81);
    answer(80, 81);
    asked();
    store.seek(41);
    const [want] = model.of("want_records");
    expect(asked()).toEqual([[40, 43]]);
    model.message(
      { ...want, kind: "records", revision: kernel.revision, start: 40, count: 4 },
      within(new Uint8Array(3), 5),
    );
    expect(log).toHaveBeenCalledOnce();
    expect(asked()).toEqual([]);
    store.seek(20);
    expect(asked()).toEqual([[20, 23]]);
  });

  it("asks more and more seldom while it gets no answer, or a damaged one", () => {
    for (const buffers of [[], [within(new Uint8Array(3), 5)]]) {
      const { time, model, store, answerAll } = linked();
      vi.spyOn(console, "error").mockImplementation(() => {});
      answerAll();
      store.seek(81);
      let at = 0;
      const times: number[] = [];
      for (; at < 120_000; at += 500) {
        const wants = model.of("want_records");
        model.sent.length = 0;
        times.push(...wants.map(() => at / 1000));
        for (const want of buffers.length > 0 ? wants : [])
          model.message({ ...want, kind: "records", start: want.first, count: 4 }, ...buffers);
        model.message({ kind: "status", status: store.status.peek() });
        time.pass(500);
      }
      expect(times).toEqual([0, 1.5, 4.5, 10.5, 22.5, 46.5, 76.5, 106.5]);
    }
  });

  it("asks for nothing while the kernel is silent, and again when it answers", () => {
    const { time, model, store, asked, answerAll } = linked();
    answerAll();
    store.seek(81);
    for (let i = 0; i < 60; i++) time.pass(1000);
    expect(store.connection.value).toBe("gone");
    expect(asked().length).toBeLessThanOrEqual(2);
    model.message({ kind: "status", status: store.status.peek() });
    expect(asked()).toEqual([[80, 83]]);
  });

  it("asks for nothing without a kernel", () => {
    const { store, asked, answerAll } = linked();
    answerAll();
    store.receiveConnection("none");
    store.seek(81);
    expect(asked()).toEqual([]);
  });
});

describe("a page whose cursor rests", () => {
  it("has the epochs beside it, so that a step is shown at once", () => {
    const { store, answerAll } = linked();
    answerAll();
    store.seek(81);
    answerAll();
    for (const n of [-1, -1, -1, 1, 1, 1, 1, 1, 1]) {
      store.step(n);
      expect(store.cursor.value).toBe(store.wanted.value);
    }
  });
});

describe("a page that replays", () => {
  it("asks for the next second in time", () => {
    const { time, store, answerAll } = linked(20);
    answerAll();
    store.seek(0);
    answerAll();
    store.setSpeed(40);
    store.play();
    answerAll();
    const late: number[] = [];
    for (let i = 0; i < 120; i++) {
      time.pass(1000 / 60);
      if (store.cursor.value !== store.wanted.value) late.push(store.wanted.value);
      if (i % 6 === 0) answerAll(); // after a tenth of a second
    }
    expect(store.wanted.value).toBeGreaterThan(75);
    expect(late).toEqual([]);
  });
});

describe("a page that has dropped records", () => {
  it("says so to the kernel, until what is left after a cut is whole", () => {
    const { kernel, time, model } = linked();
    kernel.cut(0);
    kernel.train(5);
    const { chunk, block } = kernel.chunk(0, 200);
    const message = { kind: "chunk", ...chunk, header: { metadata: {}, old_branches: [] } };
    model.message(message, within(block, 5), new DataView(new ArrayBuffer(0)));
    time.pass(500);
    expect(model.of("ack").map(({ epochs, thinned }) => [epochs, thinned])).toEqual([
      [200, true],
      [5, false],
    ]);
  });
});

describe("a page that has all records", () => {
  it("asks for none", () => {
    const { store, asked } = linked(50);
    for (const epoch of [0, 100, 50]) store.seek(epoch);
    store.play();
    expect(asked()).toEqual([]);
    expect(store.cursor.value).toBe(50);
  });
});
