import { describe, expect, it, vi } from "vitest";
import { bytesOf, decodeRecording } from "../player/decode";
import { PlayerStore } from "../player/store";
import type { Status } from "../player/types";
import { encodedRecording, within } from "../testing/bytes";
import { TestKernel } from "../testing/kernel";
import { FakeModel, FakePage } from "../testing/model";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { Link } from "./link";

/** A store connected to the model of a kernel with this many epochs; the kernel answers only if a test makes it. */
function linked(epochs = 20, status: Partial<Status> = {}, traits: Record<string, unknown> = {}) {
  const kernel = new TestKernel();
  kernel.train(epochs);
  const time = new HandTime();
  const page = new FakePage();
  const model = new FakeModel({
    status: fakeStatus({ state: "paused", head: epochs - 1, ...status }),
    recording: within(encodedRecording(kernel.recording()), 3),
    cursor: epochs - 1,
    ...traits,
  });
  const connection = new AbortController();
  const link = new Link(model, time, page);
  const store = new PlayerStore(link, time);
  const connect = () => link.connect(store, connection.signal);
  connect();
  const { view } = model.sent[0] ?? {};
  const next = (change: Partial<Status>) => ({ ...store.status.peek(), seq: store.status.peek().seq + 1, ...change });
  const answer = (change?: Partial<Status>) => model.message({ kind: "status", view, status: change && next(change) });
  const report = (change: Partial<Status>) => model.update({ status: next(change) });
  /** Send the epochs that a browser with these lacks. */
  const chunk = (revision: number, epochs: number) => {
    const { chunk, block } = kernel.chunk(revision, epochs);
    model.message({ kind: "chunk", ...chunk }, within(block, 5));
  };
  /** Train and send, losing nothing. */
  const train = (n: number) => {
    const { length } = kernel.epochs;
    kernel.train(n);
    chunk(kernel.revision, length);
  };
  /** The acknowledgements since the last call, without the fields that are always the same or tested elsewhere. */
  const acks = () => {
    const sent = model.of("ack").map(({ view: _, kind: __, status_seq: ___, ...rest }) => rest);
    model.sent.length = 0;
    return sent;
  };
  return { kernel, time, page, model, connection, store, link, connect, answer, report, chunk, train, acks };
}

const ack = (epochs: number, more = {}) => ({
  revision: 0,
  epochs,
  hidden: false,
  missed: false,
  thinned: false,
  ...more,
});

describe("a new page", () => {
  it("shows the recording, the status and the cursor of the traits", () => {
    const { store } = linked(20, { state: "finished" }, { cursor: 7 });
    expect(store.recording.value?.epochs).toBe(20);
    expect(store.status.value.state).toBe("finished");
    expect(store.cursor.value).toBe(7);
  });

  it("acknowledges what it has received", () => {
    const { model, acks } = linked();
    expect(model.sent).toHaveLength(1);
    expect(model.sent[0]?.view).toMatch(/^[0-9a-z]{6,}$/);
    expect(acks()).toEqual([ack(20)]);
  });

  it("acknowledges that it has no recording", () => {
    const { store, acks } = linked(0, {}, { recording: new DataView(new ArrayBuffer(0)), status: {} });
    expect(store.recording.value).toBeNull();
    expect(store.status.value.state).toBe("idle");
    expect(acks()).toEqual([ack(0, { revision: -1 })]);
  });

  it("goes to the head of a training run, wherever the cursor was", () => {
    const { store } = linked(20, { state: "training" }, { cursor: 7 });
    expect(store.cursor.value).toBe(19);
    expect(store.mode.value).toBe("training");
  });

  it("does not report a cursor that came from Python", () => {
    const { time, answer, model } = linked(20, {}, { cursor: 7 });
    answer();
    time.pass(1000);
    expect(model.of("cursor")).toEqual([]);
  });

  it("has a unique view id", () => {
    expect(linked().model.sent[0]?.view).not.toBe(linked().model.sent[0]?.view);
  });

  it("shows an error if the bytes are not a recording", () => {
    const { store } = linked(0, {}, { recording: new DataView(new ArrayBuffer(40)) });
    expect(store.status.value).toMatchObject({ state: "failed", reason: "unreadable" });
    expect(store.status.value.message).toContain("not an epochscope recording");
  });
});

describe("chunks", () => {
  it("are applied to the store", () => {
    const { store, train } = linked();
    train(5);
    expect(store.head.value).toBe(24);
  });

  it("are acknowledged when they arrive, at most five times in two seconds", () => {
    const { time, report, train, acks } = linked();
    report({ state: "training" });
    acks();
    for (let i = 0; i < 40; i++) {
      time.pass(50);
      train(1);
    }
    const sent = acks();
    expect(sent.length).toBeGreaterThanOrEqual(4);
    expect(sent.length).toBeLessThanOrEqual(5);
  });

  it("are acknowledged in a hidden page, where timers do not run", () => {
    const { time, train, acks } = linked();
    time.pass(1000);
    acks();
    train(3);
    expect(acks()).toEqual([ack(23)]);
  });

  it("are acknowledged after the last one", () => {
    const { time, train, acks } = linked();
    train(1);
    train(1);
    time.pass(500);
    expect(acks().at(-1)).toEqual(ack(22));
  });

  it("after a gap are reported as missed, and resent epochs are applied", () => {
    const { kernel, time, store, chunk, acks } = linked();
    time.pass(1000);
    acks();
    kernel.train(10);
    chunk(0, 25);
    expect(store.head.value).toBe(19);
    expect(acks()).toEqual([ack(20, { missed: true })]);
    chunk(0, 20);
    expect(store.head.value).toBe(29);
    time.pass(500);
    expect(acks()).toEqual([ack(30)]);
  });

  it("after repeated gaps are reported as missed at a limited rate", () => {
    const { kernel, time, chunk, acks } = linked();
    time.pass(1000);
    acks();
    kernel.train(10);
    for (let i = 0; i < 20; i++) {
      chunk(0, 25);
      time.pass(50);
    }
    expect(acks().length).toBeLessThanOrEqual(5);
  });

  it("that are damaged are skipped and reported as missed", () => {
    const { store, time, model, kernel, acks } = linked();
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    time.pass(1000);
    acks();
    kernel.train(1);
    const { chunk } = kernel.chunk(0, 20);
    model.message({ kind: "chunk", ...chunk }, new DataView(new ArrayBuffer(7)));
    model.message({ kind: "chunk", ...chunk });
    expect(report).toHaveBeenCalledTimes(2);
    report.mockRestore();
    expect(store.head.value).toBe(19);
    expect(acks()).toEqual([ack(20, { missed: true })]);
  });

  it("and refusals show that the kernel is there; a refusal is logged to the console", () => {
    const { model, store, time } = linked();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    time.pass(5000);
    expect(store.connection.value).toBe("none");
    model.message({ kind: "refused", message: "no such epoch" });
    expect(warn).toHaveBeenCalledWith("[epochscope]", "no such epoch");
    warn.mockRestore();
    expect(store.connection.value).toBe("live");
  });

  it("of an unknown kind are ignored", () => {
    const { model, store } = linked();
    for (const content of [null, undefined, {}, { kind: "anywidget-command" }, "chunk"]) model.message(content);
    expect(store.head.value).toBe(19);
  });
});

describe("changed traits", () => {
  it("update the status", () => {
    const { report, store } = linked();
    report({ state: "training" });
    expect(store.mode.value).toBe("training");
  });

  it("update the recording", () => {
    const { kernel, model, store } = linked();
    kernel.cut(5);
    model.update({ recording: within(encodedRecording(kernel.recording()), 1) });
    expect(store.head.value).toBe(4);
  });

  it("move the cursor, which is not reported back", () => {
    const { model, store, time } = linked();
    model.update({ cursor: 4 });
    expect(store.cursor.value).toBe(4);
    time.pass(1000);
    expect(model.of("cursor")).toEqual([]);
  });
});

describe("the status", () => {
  it("is updated by an answer", () => {
    const { answer, store, report } = linked();
    report({ state: "training", seq: 1 });
    answer({ state: "finished", seq: 2 });
    expect(store.status.value.state).toBe("finished");
    expect(store.mode.value).toBe("stopped");
  });

  it("is not updated by an older one, from a trait or an answer", () => {
    const { answer, store, report } = linked();
    report({ state: "finished", seq: 2 });
    const known = store.status.value;
    report({ state: "training", seq: 1 });
    answer({ state: "training", seq: 1 });
    answer({ state: "finished", seq: 2 });
    expect(store.status.value).toBe(known);
  });

  it("is acknowledged by its sequence number, and so is a new recording", () => {
    const { time, report, answer, acks, kernel, model } = linked();
    answer();
    acks();
    report({ seq: 3 });
    time.pass(500);
    expect(model.of("ack").map(({ status_seq }) => status_seq)).toEqual([3]);
    expect(acks()).toEqual([ack(20)]);
    kernel.train(2);
    model.update({ recording: within(encodedRecording(kernel.recording()), 1) });
    time.pass(500);
    expect(model.of("ack").map(({ status_seq }) => status_seq)).toEqual([3]);
    expect(acks()).toEqual([ack(22)]);
  });
});

describe("the recording that is saved with the page", () => {
  const saved = (model: FakeModel) => decodeRecording(bytesOf(model.get("recording")));

  it("is what was received, some time after the run has ended", () => {
    const { kernel, model, time, train, report } = linked();
    report({ state: "training" });
    const before = model.get("recording");
    train(5);
    time.pass(5000);
    expect(model.get("recording")).toBe(before); // not while it trains
    report({ state: "paused", head: 24 });
    time.pass(250);
    expect(model.get("recording")).toBe(before); // the next click may train
    time.pass(250);
    expect(saved(model)).toEqual(kernel.recording());
  });

  it("is written once, and not again what the kernel has sent", () => {
    const { kernel, model, time, report } = linked();
    let changes = 0;
    model.on("change:recording", () => changes++);
    time.pass(1000);
    expect(changes).toBe(0);
    kernel.train(3);
    report({ head: 22 });
    model.update({ recording: within(encodedRecording(kernel.recording()), 3) });
    time.pass(1000);
    expect(changes).toBe(1);
  });

  it("is not read by the other views of the model", () => {
    const { model, time, page, train, report } = linked();
    const other = new PlayerStore({ send: vi.fn(), setCursor: vi.fn() }, time);
    new Link(model, time, page).connect(other, new AbortController().signal);
    const read = vi.spyOn(other, "receiveRecording");
    train(5);
    report({ head: 24 });
    const before = model.get("recording");
    time.pass(1000);
    expect(model.get("recording")).not.toBe(before);
    expect(read).not.toHaveBeenCalled();
  });

  it("is not written before everything has arrived", () => {
    const { kernel, model, time, chunk, report } = linked();
    const before = model.get("recording");
    kernel.train(4);
    report({ head: 23 });
    time.pass(1000);
    expect(model.get("recording")).toBe(before);
    chunk(0, 20);
    time.pass(1000);
    expect(saved(model)).toEqual(kernel.recording());
  });

  it("is that of the new branch after a cut", () => {
    const { kernel, model, time, chunk, report } = linked();
    kernel.cut(5);
    report({ revision: 1, head: 4 });
    chunk(0, 5);
    time.pass(1000);
    expect(saved(model)).toEqual(kernel.recording());
  });

  it("is written at once when the page stops to show the run", () => {
    const { kernel, model, connection, train, report } = linked();
    train(5);
    report({ head: 24 });
    connection.abort();
    expect(saved(model)).toEqual(kernel.recording());
  });

  it("is written by pieces, between which the page can draw; at once in a hidden page", () => {
    for (const hidden of [false, true]) {
      const { kernel, model, page, time, train, report } = linked();
      if (hidden) page.show("hidden");
      for (let thousand = 0; thousand < 15; thousand++) train(1000);
      report({ head: 15_019 });
      const waits = vi.spyOn(time, "after");
      time.pass(400);
      expect(waits.mock.calls.filter(([ms]) => ms === 0)).toHaveLength(hidden ? 0 : 1);
      expect([...saved(model).records.losses]).toEqual(kernel.epochs);
    }
  });
});

describe("the reported cursor", () => {
  it("is sent, and set in the trait of the page", () => {
    const { model, store, time } = linked();
    store.seek(5);
    time.pass(200);
    expect(model.get("cursor")).toBe(5);
    expect(model.of("cursor")).toEqual([{ kind: "cursor", cursor: 5 }]);
  });

  it("does not count as a message from Python", () => {
    const { store, time } = linked();
    store.seek(5);
    time.pass(200);
    store.play();
    store.seek(6);
    store.pause();
    store.play();
    expect(store.mode.value).toBe("replaying");
    time.pass(4000);
    expect(store.connection.value).toBe("none");
  });
});

describe("commands", () => {
  it("are sent with their kind", () => {
    const { model, store } = linked();
    store.play();
    expect(model.of("command")).toEqual([{ kind: "command", command: "play", speed: 12, until: null }]);
  });

  it("are followed by an acknowledgement, so that even one that changes nothing is answered", () => {
    const { time, store, answer, acks } = linked();
    answer();
    time.pass(1000);
    acks();
    store.step(1);
    time.pass(300);
    expect(acks()).toEqual([ack(20)]);
  });
});

describe("the heartbeat", () => {
  it("is sent every two seconds during training", () => {
    const { time, report, answer, acks } = linked();
    report({ state: "training" });
    for (let i = 0; i < 9; i++) answer();
    time.pass(500);
    answer();
    expect(time.pending.timers).toBe(1);
    acks();
    time.pass(2600);
    expect(acks()).toHaveLength(1);
    time.pass(4000);
    expect(acks()).toHaveLength(2);
  });

  it("is not sent otherwise, and no timer is left", () => {
    const { time, answer, acks } = linked();
    answer();
    acks();
    time.pass(60_000);
    expect(acks()).toEqual([]);
    expect(time.pending.timers).toBe(0);
  });

  it("is sent until it is answered", () => {
    const { time, answer, store, acks } = linked();
    answer();
    store.step(1);
    acks();
    time.pass(4500);
    expect(acks().length).toBeGreaterThanOrEqual(2);
    answer();
    time.pass(60_000);
    expect(acks()).toEqual([]);
  });

  it("is sent until this page is answered, not another one", () => {
    const { time, model, acks } = linked();
    model.message({ kind: "status", view: "another" });
    acks();
    time.pass(10_000);
    expect(acks().length).toBeGreaterThanOrEqual(3);
  });

  it("asks for epochs that the status reports and that never arrived", () => {
    const { time, answer, report, chunk, kernel, store, acks } = linked();
    answer();
    acks();
    kernel.train(3);
    report({ head: 22 });
    time.pass(2600);
    expect(acks()).toEqual([ack(20), ack(20, { missed: true })]);
    chunk(0, 20);
    time.pass(300);
    answer();
    time.pass(60_000);
    expect(store.head.value).toBe(22);
    expect(acks()).toEqual([ack(23)]);
  });

  it("asks for a revision that the status reports and that never arrived", () => {
    const { time, answer, report, kernel, acks } = linked();
    answer();
    acks();
    kernel.cut(5);
    report({ revision: 1, head: 4 });
    time.pass(2600);
    expect(acks()).toEqual([ack(20), ack(20, { missed: true })]);
  });

  it("slows down without an answer", () => {
    const { time, answer, report, acks } = linked();
    answer();
    report({ state: "training" });
    time.pass(15_000);
    acks();
    time.pass(20_000);
    expect(acks().length).toBeLessThanOrEqual(4);
  });

  it("is sent at once when the page is hidden or shown", () => {
    const { page, acks } = linked();
    acks();
    page.show("hidden");
    page.show("visible");
    expect(acks().map(({ hidden }) => hidden)).toEqual([true, false]);
  });
});

describe("the connection", () => {
  const over = (time: HandTime, store: PlayerStore, ...marks: number[]) => {
    let passed = 0;
    return marks.map((mark) => {
      time.pass(mark - passed);
      passed = mark;
      return store.connection.value;
    });
  };

  it("is none without any answer; the page asks for a minute, then stops", () => {
    const { time, store, acks } = linked();
    expect(over(time, store, 2400, 3600)).toEqual(["live", "none"]);
    acks();
    time.pass(60_000);
    const asked = acks().length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(15);
    time.pass(60_000);
    expect(acks()).toEqual([]);
    expect(time.pending.timers).toBe(0);
  });

  it("is none at once if the channel is closed from the start", () => {
    const { time, store, model, connect, connection } = linked();
    connection.abort();
    model.dead = true;
    connect();
    expect(store.connection.value).toBe("none");
    time.pass(1000);
    expect(time.pending.timers).toBe(0);
  });

  it("that was none is live after the first answer", () => {
    const { time, store, answer } = linked();
    time.pass(10_000);
    answer();
    expect(store.connection.value).toBe("live");
  });

  it("during training goes from live to waiting to gone, and back to live after any message", () => {
    const { time, store, report, train } = linked();
    report({ state: "training" });
    expect(over(time, store, 1900, 3000, 9000, 11_000)).toEqual(["live", "waiting", "waiting", "gone"]);
    train(1);
    expect(store.connection.value).toBe("live");
    time.pass(3000);
    report({ state: "paused" });
    expect(store.connection.value).toBe("live");
  });

  it("after an unanswered command is waiting, then gone", () => {
    const { time, store, answer } = linked();
    answer();
    time.pass(60_000);
    store.play();
    expect(over(time, store, 1900, 3000, 11_000)).toEqual(["live", "waiting", "gone"]);
  });

  it("after the channel closes is waiting, then gone", () => {
    const { model, store, time, answer } = linked();
    answer();
    time.pass(60_000);
    model.channel();
    expect(over(time, store, 1900, 3000, 11_000)).toEqual(["live", "waiting", "gone"]);
  });

  it("is gone as soon as sending fails", () => {
    const { model, store, answer } = linked();
    answer();
    model.dead = true;
    store.play();
    expect(store.connection.value).toBe("gone");
    model.dead = false;
    answer();
    expect(store.connection.value).toBe("live");
  });

  it("is gone as soon as the cursor cannot be saved", () => {
    const { model, store, time, answer } = linked();
    answer();
    model.dead = true;
    store.seek(3);
    time.pass(200);
    expect(store.connection.value).toBe("gone");
    expect(store.cursor.value).toBe(3);
  });
});

describe("disconnecting", () => {
  it("notifies the kernel and removes all timers and listeners", () => {
    const { model, time, page, connection, report, train, link, acks } = linked();
    report({ state: "training" });
    train(1);
    const view = model.sent[0]?.view;
    connection.abort();
    expect(model.sent.at(-1)).toEqual({ kind: "closed", view });
    expect(model.listeners).toBe(0);
    expect(time.pending.timers).toBe(0);
    acks();
    page.show("hidden");
    time.pass(1000);
    link.send({ command: "pause" });
    time.pass(60_000);
    expect(acks()).toEqual([]);
    expect(time.pending.timers).toBe(0);
  });

  it("raises no error if the channel is closed", () => {
    const { model, connection } = linked();
    model.dead = true;
    expect(() => connection.abort()).not.toThrow();
  });

  it("keeps the store for a later connection", () => {
    const { link, page, store, connection, kernel, chunk, acks } = linked();
    store.seek(5);
    connection.abort();
    kernel.train(3);
    acks();
    link.connect(store, new AbortController().signal);
    expect(acks()).toEqual([ack(20)]);
    chunk(0, 20);
    expect(store.head.value).toBe(22);
    page.show("hidden");
    expect(acks()).toEqual([ack(23, { hidden: true })]);
  });
});

describe("with lost messages", () => {
  it("the browser ends with the recording of the kernel", () => {
    const { kernel, time, model, store, report, chunk } = linked();
    report({ state: "training" });
    let seed = 7;
    const chance = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    for (let i = 0; i < 200; i++) {
      const { length } = kernel.epochs;
      const { revision } = kernel;
      if (chance() < 0.05) kernel.cut(Math.floor(chance() * length));
      kernel.train(2);
      if (chance() < 0.6) chunk(revision, length);
      time.pass(50);
      for (const { epochs, revision } of model.of("ack").splice(0)) {
        if (chance() < 0.5) chunk(revision as number, epochs as number);
      }
      model.sent.length = 0;
    }
    report({ state: "paused", head: kernel.head, revision: kernel.revision });
    for (let i = 0; i < 100; i++) {
      time.pass(100);
      for (const { epochs, revision } of model.of("ack")) chunk(revision as number, epochs as number);
      model.sent.length = 0;
    }
    expect([...(store.recording.value?.losses ?? [])]).toEqual(kernel.epochs);
    expect(store.cursor.value).toBe(kernel.head);
  });
});
