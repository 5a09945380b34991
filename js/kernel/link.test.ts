import { describe, expect, it, vi } from "vitest";
import { PlayerStore } from "../player/store";
import type { Status } from "../player/types";
import { encodedRecording, within } from "../testing/bytes";
import { FakeKernel } from "../testing/kernel";
import { FakeModel, FakePage } from "../testing/model";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { Link } from "./link";

/** A store that is connected to a model of a kernel with so many epochs; the kernel answers only where a test says so. */
function linked(epochs = 20, status: Partial<Status> = {}, traits: Record<string, unknown> = {}) {
  const kernel = new FakeKernel();
  kernel.train(epochs);
  const time = new HandTime();
  const page = new FakePage();
  const model = new FakeModel({
    status: fakeStatus({ state: "paused", head: epochs - 1, ...status }),
    recording: within(encodedRecording(kernel.whole()), 3),
    cursor: epochs - 1,
    ...traits,
  });
  const visit = new AbortController();
  const link = new Link(model, time, page);
  const store = new PlayerStore(link, time);
  const connect = () => link.connect(store, visit.signal);
  connect();
  const { view } = model.sent[0] ?? {};
  const alive = (status?: Partial<Status>) =>
    model.message({ kind: "alive", view, status: status && { ...store.status.peek(), ...status } });
  const says = (news: Partial<Status>) => model.update({ status: { ...store.status.peek(), ...news } });
  /** Send what a browser with so much lacks. */
  const chunk = (revision: number, epochs: number) => {
    const { chunk, block } = kernel.chunk(revision, epochs);
    model.message({ kind: "chunk", head: kernel.head, ...chunk }, within(block, 5));
  };
  /** Train and send, as a kernel does that loses nothing. */
  const trains = (n: number) => {
    const { length } = kernel.line;
    kernel.train(n);
    chunk(kernel.revision, length);
  };
  /** What was said of what is here, since last asked. */
  const have = () => {
    const said = model.of("have").map(({ view: _, kind: __, ...rest }) => rest);
    model.sent.length = 0;
    return said;
  };
  return { kernel, time, page, model, visit, store, link, connect, alive, says, chunk, trains, have };
}

const here = (epochs: number, more = {}) => ({ revision: 0, epochs, told: -1, hidden: false, ...more });

describe("a fresh page", () => {
  it("shows the recording, the status and the cursor that the traits hold", () => {
    const { store } = linked(20, { state: "finished" }, { cursor: 7 });
    expect(store.recording.value?.epochs).toBe(20);
    expect(store.status.value.state).toBe("finished");
    expect(store.cursor.value).toBe(7);
  });

  it("says hello with what it has", () => {
    const { model, have } = linked();
    expect(model.sent).toHaveLength(1);
    expect(model.sent[0]?.view).toMatch(/^[0-9a-z]{6,}$/);
    expect(have()).toEqual([here(20)]);
  });

  it("that has nothing says so", () => {
    const { store, have } = linked(0, {}, { recording: new DataView(new ArrayBuffer(0)), status: {} });
    expect(store.recording.value).toBeNull();
    expect(store.status.value.state).toBe("idle");
    expect(have()).toEqual([here(0, { revision: -1 })]);
  });

  it("goes to the head of a training, wherever the cursor last rested", () => {
    const { store } = linked(20, { state: "training" }, { cursor: 7 });
    expect(store.cursor.value).toBe(19);
    expect(store.mode.value).toBe("training");
  });

  it("does not tell Python a cursor that it has from there", () => {
    const { time, alive, model } = linked(20, {}, { cursor: 7 });
    alive();
    time.pass(1000);
    expect(model.saved).toEqual([]);
  });

  it("has a name of its own", () => {
    expect(linked().model.sent[0]?.view).not.toBe(linked().model.sent[0]?.view);
  });

  it("that gets bytes which are no recording says so where the viewer looks", () => {
    const { store } = linked(0, {}, { recording: new DataView(new ArrayBuffer(40)) });
    expect(store.status.value).toMatchObject({ state: "failed", reason: "unreadable" });
    expect(store.status.value.message).toContain("not a recording of epochscope");
  });
});

describe("chunks", () => {
  it("reach the store", () => {
    const { store, trains } = linked();
    trains(5);
    expect(store.head.value).toBe(24);
  });

  it("are acknowledged from their handler, at most five times in two seconds", () => {
    const { time, says, trains, have } = linked();
    says({ state: "training" });
    have();
    for (let i = 0; i < 40; i++) {
      time.pass(50);
      trains(1);
    }
    const said = have();
    expect(said.length).toBeGreaterThanOrEqual(4);
    expect(said.length).toBeLessThanOrEqual(5);
  });

  it("are acknowledged in a hidden page whose timers sleep", () => {
    const { time, trains, have } = linked();
    time.pass(1000);
    have();
    trains(3);
    expect(have()).toEqual([here(23)]);
  });

  it("are acknowledged to the last, when no more come", () => {
    const { time, trains, have } = linked();
    trains(1);
    trains(1);
    time.pass(500);
    expect(have().at(-1)).toEqual(here(22));
  });

  it("that leave a gap make it ask, and the answer closes it", () => {
    const { kernel, time, store, chunk, have } = linked();
    time.pass(1000);
    have();
    kernel.train(10);
    chunk(0, 25);
    expect(store.head.value).toBe(19);
    expect(have()).toEqual([here(20, { gap: true })]);
    chunk(0, 20);
    expect(store.head.value).toBe(29);
    time.pass(500);
    expect(have()).toEqual([here(30)]);
  });

  it("that leave gap after gap make it ask only now and then", () => {
    const { kernel, time, chunk, have } = linked();
    time.pass(1000);
    have();
    kernel.train(10);
    for (let i = 0; i < 20; i++) {
      chunk(0, 25);
      time.pass(50);
    }
    expect(have().length).toBeLessThanOrEqual(5);
  });

  it("that are damaged are left out and asked for again", () => {
    const { store, time, model, kernel, have } = linked();
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    time.pass(1000);
    have();
    kernel.train(1);
    const { chunk } = kernel.chunk(0, 20);
    model.message({ kind: "chunk", ...chunk }, new DataView(new ArrayBuffer(7)));
    model.message({ kind: "chunk", ...chunk });
    expect(report).toHaveBeenCalledTimes(2);
    report.mockRestore();
    expect(store.head.value).toBe(19);
    expect(have()).toEqual([here(20, { gap: true })]);
  });

  it("and refusals are signs of life; a refusal is for the console", () => {
    const { model, store, time } = linked();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    time.pass(5000);
    expect(store.connection.value).toBe("none");
    model.message({ kind: "refused", message: "no such epoch" });
    expect(warn).toHaveBeenCalledWith("[epochscope]", "no such epoch");
    warn.mockRestore();
    expect(store.connection.value).toBe("live");
  });

  it("of another kind, or none, are not ours", () => {
    const { model, store } = linked();
    for (const content of [null, undefined, {}, { kind: "anywidget-command" }, "chunk"]) model.message(content);
    expect(store.head.value).toBe(19);
  });
});

describe("traits that change", () => {
  it("bring a status", () => {
    const { says, store } = linked();
    says({ state: "training" });
    expect(store.mode.value).toBe("training");
  });

  it("bring a whole recording", () => {
    const { kernel, model, store } = linked();
    kernel.cut(5);
    model.update({ recording: within(encodedRecording(kernel.whole()), 1) });
    expect(store.head.value).toBe(4);
  });

  it("bring a cursor, which is not sent back", () => {
    const { model, store, time } = linked();
    model.update({ cursor: 4 });
    expect(store.cursor.value).toBe(4);
    time.pass(1000);
    expect(model.saved).toEqual([]);
  });
});

describe("the status", () => {
  it("comes with an answer too", () => {
    const { alive, store, says } = linked();
    says({ state: "training", told: 1 });
    alive({ state: "finished", told: 2 });
    expect(store.status.value.state).toBe("finished");
    expect(store.mode.value).toBe("rest");
  });

  it("that is older than the one at hand is no news, whichever way it comes", () => {
    const { alive, store, says } = linked();
    says({ state: "finished", told: 2 });
    const known = store.status.value;
    says({ state: "training", told: 1 });
    alive({ state: "training", told: 1 });
    alive({ state: "finished", told: 2 });
    expect(store.status.value).toBe(known);
  });

  it("is acknowledged by its number, as a whole recording is", () => {
    const { time, says, alive, have, kernel, model } = linked();
    alive();
    have();
    says({ told: 3 });
    time.pass(500);
    expect(have()).toEqual([here(20, { told: 3 })]);
    kernel.train(2);
    model.update({ recording: within(encodedRecording(kernel.whole()), 1) });
    time.pass(500);
    expect(have()).toEqual([here(22, { told: 3 })]);
  });
});

describe("the cursor at rest", () => {
  it("is set and saved, alone", () => {
    const { model, store, time } = linked();
    store.seek(5);
    time.pass(200);
    expect(model.get("cursor")).toBe(5);
    expect(model.saved).toEqual([{ cursor: 5 }]);
  });

  it("is no news from Python, and no sign of life", () => {
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

  it("are followed by what is here, so that there is an answer even to one that changes nothing", () => {
    const { time, store, alive, have } = linked();
    alive();
    time.pass(1000);
    have();
    store.step(1);
    time.pass(300);
    expect(have()).toEqual([here(20)]);
  });
});

describe("the heartbeat", () => {
  it("beats every two seconds while it trains", () => {
    const { time, says, alive, have } = linked();
    says({ state: "training" });
    for (let i = 0; i < 9; i++) alive();
    time.pass(500);
    alive();
    expect(time.pending.timers).toBe(1);
    have();
    time.pass(2600);
    expect(have()).toHaveLength(1);
    time.pass(4000);
    expect(have()).toHaveLength(2);
  });

  it("is still at rest, with no timer left", () => {
    const { time, alive, have } = linked();
    alive();
    have();
    time.pass(60_000);
    expect(have()).toEqual([]);
    expect(time.pending.timers).toBe(0);
  });

  it("beats until it is answered", () => {
    const { time, alive, store, have } = linked();
    alive();
    store.step(1);
    have();
    time.pass(4500);
    expect(have().length).toBeGreaterThanOrEqual(2);
    alive();
    time.pass(60_000);
    expect(have()).toEqual([]);
  });

  it("beats until this page itself is answered", () => {
    const { time, model, have } = linked();
    model.message({ kind: "alive", view: "another" });
    have();
    time.pass(10_000);
    expect(have().length).toBeGreaterThanOrEqual(3);
  });

  it("asks for epochs that the status tells of and that never came", () => {
    const { time, alive, says, chunk, kernel, store, have } = linked();
    alive();
    have();
    kernel.train(3);
    says({ head: 22 });
    time.pass(2600);
    expect(have()).toEqual([here(20), here(20, { gap: true })]);
    chunk(0, 20);
    time.pass(300);
    alive();
    time.pass(60_000);
    expect(store.head.value).toBe(22);
    expect(have()).toEqual([here(23)]);
  });

  it("asks for a line that the status tells of and that never came", () => {
    const { time, alive, says, kernel, have } = linked();
    alive();
    have();
    kernel.cut(5);
    says({ revision: 1, head: 4 });
    time.pass(2600);
    expect(have()).toEqual([here(20), here(20, { gap: true })]);
  });

  it("slows down when nobody answers", () => {
    const { time, alive, says, have } = linked();
    alive();
    says({ state: "training" });
    time.pass(15_000);
    have();
    time.pass(20_000);
    expect(have().length).toBeLessThanOrEqual(4);
  });

  it("tells at once that the page is hidden or shown", () => {
    const { page, have } = linked();
    have();
    page.show("hidden");
    page.show("visible");
    expect(have().map(({ hidden }) => hidden)).toEqual([true, false]);
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

  it("is none when nobody ever answers; it asks on for a minute, and then nothing more is sent", () => {
    const { time, store, have } = linked();
    expect(over(time, store, 2400, 3600)).toEqual(["live", "none"]);
    have();
    time.pass(60_000);
    const asked = have().length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(15);
    time.pass(60_000);
    expect(have()).toEqual([]);
    expect(time.pending.timers).toBe(0);
  });

  it("is none at once, and for good, where the channel is closed from the start", () => {
    const { time, store, model, connect, visit } = linked();
    visit.abort();
    model.dead = true;
    connect();
    expect(store.connection.value).toBe("none");
    time.pass(1000);
    expect(time.pending.timers).toBe(0);
  });

  it("that was none is live at the first sign of life", () => {
    const { time, store, alive } = linked();
    time.pass(10_000);
    alive();
    expect(store.connection.value).toBe("live");
  });

  it("of a training goes from live over waiting to gone, and back at any sign of life", () => {
    const { time, store, says, trains } = linked();
    says({ state: "training" });
    expect(over(time, store, 1900, 3000, 9000, 11_000)).toEqual(["live", "waiting", "waiting", "gone"]);
    trains(1);
    expect(store.connection.value).toBe("live");
    time.pass(3000);
    says({ state: "paused" });
    expect(store.connection.value).toBe("live");
  });

  it("of a command that goes unanswered is waited for, and gone", () => {
    const { time, store, alive } = linked();
    alive();
    time.pass(60_000);
    store.play();
    expect(over(time, store, 1900, 3000, 11_000)).toEqual(["live", "waiting", "gone"]);
  });

  it("is asked for when the channel closes under a page at rest, and gone where nobody answers", () => {
    const { model, store, time, alive } = linked();
    alive();
    time.pass(60_000);
    model.channel();
    expect(over(time, store, 1900, 3000, 11_000)).toEqual(["live", "waiting", "gone"]);
  });

  it("is gone as soon as sending fails", () => {
    const { model, store, alive } = linked();
    alive();
    model.dead = true;
    store.play();
    expect(store.connection.value).toBe("gone");
    model.dead = false;
    alive();
    expect(store.connection.value).toBe("live");
  });

  it("is gone as soon as the cursor cannot be saved", () => {
    const { model, store, time, alive } = linked();
    alive();
    model.dead = true;
    store.seek(3);
    time.pass(200);
    expect(store.connection.value).toBe("gone");
    expect(store.cursor.value).toBe(3);
  });
});

describe("the end of a visit", () => {
  it("says goodbye and leaves nothing behind", () => {
    const { model, time, page, visit, says, trains, link, have } = linked();
    says({ state: "training" });
    trains(1);
    const view = model.sent[0]?.view;
    visit.abort();
    expect(model.sent.at(-1)).toEqual({ kind: "bye", view });
    expect(model.listeners).toBe(0);
    expect(time.pending.timers).toBe(0);
    have();
    page.show("hidden");
    time.pass(1000);
    link.send({ command: "pause" });
    time.pass(60_000);
    expect(have()).toEqual([]);
    expect(time.pending.timers).toBe(0);
  });

  it("goes by quietly when the kernel is gone", () => {
    const { model, visit } = linked();
    model.dead = true;
    expect(() => visit.abort()).not.toThrow();
  });

  it("is no end for the store: a later visit goes on with it", () => {
    const { link, page, store, visit, kernel, chunk, have } = linked();
    store.seek(5);
    visit.abort();
    kernel.train(3);
    have();
    link.connect(store, new AbortController().signal);
    expect(have()).toEqual([here(20)]);
    chunk(0, 20);
    expect(store.head.value).toBe(22);
    page.show("hidden");
    expect(have()).toEqual([here(23, { hidden: true })]);
  });
});

describe("over a line that loses messages", () => {
  it("the browser ends with what the kernel has", () => {
    const { kernel, time, model, store, says, chunk } = linked();
    says({ state: "training" });
    let seed = 7;
    const chance = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    for (let i = 0; i < 200; i++) {
      const { length } = kernel.line;
      const { revision } = kernel;
      if (chance() < 0.05) kernel.cut(Math.floor(chance() * length));
      kernel.train(2);
      if (chance() < 0.6) chunk(revision, length);
      time.pass(50);
      for (const { epochs, revision } of model.of("have").splice(0)) {
        if (chance() < 0.5) chunk(revision as number, epochs as number);
      }
      model.sent.length = 0;
    }
    says({ state: "paused", head: kernel.head, revision: kernel.revision });
    for (let i = 0; i < 100; i++) {
      time.pass(100);
      for (const { epochs, revision } of model.of("have")) chunk(revision as number, epochs as number);
      model.sent.length = 0;
    }
    expect([...(store.recording.value?.losses ?? [])]).toEqual(kernel.line);
    expect(store.cursor.value).toBe(kernel.head);
  });
});
