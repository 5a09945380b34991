import { describe, expect, it, vi } from "vitest";
import { type ChartRefs, connectChart, type Mark, reference } from "./chart";
import { ComparisonStore } from "./player/comparison";
import { PlayerStore } from "./player/store";
import { FakeMark } from "./testing/marks";
import { fakeParts, fakeProbeParts, fakeStatus } from "./testing/recordings";
import { HandTime } from "./testing/time";

/** A page that hands events on at once, so that what a listener throws is thrown in the test. */
class DirectPage {
  readonly #listeners: { name: string; listen: (event: Event) => void; signal: AbortSignal | undefined }[] = [];

  addEventListener(name: string, listen: unknown, options?: unknown): void {
    const { signal } = options as { signal?: AbortSignal };
    this.#listeners.push({ name, listen: listen as (event: Event) => void, signal });
  }

  emit(name: string, event: unknown): void {
    for (const { name: other, listen, signal } of this.#listeners) {
      if (other === name && !signal?.aborted) listen(event as Event);
    }
  }
}

const REFS: ChartRefs = {
  cursor: "IPY_MODEL_line",
  dot: "IPY_MODEL_dot",
  x: "IPY_MODEL_x",
  dom_class: "epochscope-chart-1",
};

/** A chart of epochs 0 .. 300, drawn 400 px wide from 100 px on; a store with 200 epochs at its head. */
async function charted(refs = REFS, parts = fakeParts({ epochs: 200 })) {
  const marks: Record<string, FakeMark> = {
    "anywidget:line": new FakeMark(),
    "anywidget:dot": new FakeMark(),
    "anywidget:x": new FakeMark({ min: 0, max: 300 }),
    "anywidget:loss": new FakeMark({ scales: { x: "epochs", y: "linear" } }),
    "anywidget:old_branches": new FakeMark({ scales: { x: "epochs", y: "linear" } }),
    "anywidget:axis": new FakeMark({ visible: true }),
    "anywidget:lines": new FakeMark({ visible: true, scales: { y: "linear" } }),
    "anywidget:logAxis": new FakeMark({ visible: false }),
    "anywidget:logLines": new FakeMark({ visible: false, scales: { y: "logarithmic" } }),
  };
  const time = new HandTime();
  const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, time);
  store.receiveStatus(fakeStatus({ state: "paused" }));
  store.receiveRecording(parts);
  const page = new DirectPage();
  const connection = new AbortController();
  const connect = (signal: AbortSignal) =>
    connectChart(refs, async (ref) => marks[ref] as Mark, store, [store], time, page, signal);
  await connect(connection.signal);
  const rect = { left: 100, right: 500, top: 20, bottom: 220, width: 400, height: 200 };
  const plot = { getBoundingClientRect: () => rect };
  const chart = { querySelector: (selector: string) => (selector === ".plotarea_background" ? plot : null) };
  const inside = { closest: (selector: string) => (selector === ".epochscope-chart-1" ? chart : null) };
  const pointer = (name: string, clientX: number, more: Record<string, unknown> = {}) => {
    page.emit(`pointer${name}`, { target: inside, clientX, clientY: 50, button: 0, pointerId: 1, ...more });
  };
  const axis = () => ({
    scales: ["loss", "old_branches"].map((mark) => marks[`anywidget:${mark}`]?.get("scales")),
    visible: ["axis", "lines", "logAxis", "logLines"].map((name) => marks[`anywidget:${name}`]?.get("visible")),
  });
  const [line, dot] = [marks["anywidget:line"], marks["anywidget:dot"]] as [FakeMark, FakeMark];
  const x = marks["anywidget:x"] as FakeMark;
  return { line, dot, x, time, store, parts, connection, connect, pointer, rect, axis };
}

describe("a reference", () => {
  it("is converted to that of anywidget", () => {
    expect(reference("IPY_MODEL_ab12")).toBe("anywidget:ab12");
    expect(reference("anywidget:ab12")).toBe("anywidget:ab12");
  });
});

describe("with an axis of steps", () => {
  it("the cursor is at the step of its record, and its dot on the logged loss", async () => {
    const parts = fakeProbeParts(40);
    const { line, dot, time, store } = await charted(REFS, parts);
    store.seek(12);
    time.pass(20);
    expect(line.at.x).toEqual([600, 600]);
    expect(dot.at).toEqual({ x: [600], y: [parts.records.losses[12]] });
    expect(parts.records.losses[12]).not.toBe(store.recording.peek()?.loss(12));
  });

  it("a click goes to the nearest record", async () => {
    const { pointer, store } = await charted(REFS, fakeProbeParts(6));
    pointer("down", 100 + (400 * 130) / 300);
    expect(store.cursor.peek()).toBe(3);
    pointer("move", 100 + (400 * 120) / 300);
    expect(store.cursor.peek()).toBe(2);
  });
});

describe("the chart's cursor", () => {
  it("is a vertical line and a dot on the loss", async () => {
    const { line, dot, time, store, parts } = await charted();
    store.seek(40);
    time.pass(20);
    expect(line.at).toEqual({ x: [40, 40], y: [0, 1] });
    expect(dot.at).toEqual({ x: [40], y: [parts.records.losses[40]] });
    expect(line.get("x")).toBeInstanceOf(Float64Array);
  });

  it("moves once per frame, however often it is dragged", async () => {
    const { line, time, store } = await charted();
    time.pass(20);
    const before = line.draws;
    for (let epoch = 0; epoch < 50; epoch++) store.seek(epoch);
    expect(line.draws).toBe(before);
    time.pass(17);
    expect(line.draws).toBe(before + 1);
    expect(line.at.x).toEqual([49, 49]);
  });

  it("moves five times a second during unpaced training, and at once to where that stops", async () => {
    const { line, time, store } = await charted();
    let epochs = 200;
    store.receiveStatus(fakeStatus({ state: "training", speed: null }));
    const chunk = (ms: number) => {
      epochs += 100;
      store.receiveRecording(fakeParts({ epochs }));
      time.pass(ms);
    };
    const before = line.draws;
    for (let i = 0; i < 25; i++) chunk(80); // two seconds
    expect(line.draws - before).toBeGreaterThanOrEqual(9);
    expect(line.draws - before).toBeLessThanOrEqual(11);
    expect(line.at.x[0]).toBeGreaterThan(epochs - 400);
    chunk(0);
    store.receiveStatus(fakeStatus({ state: "paused", head: epochs - 1 }));
    time.pass(17);
    expect(line.at.x).toEqual([epochs - 1, epochs - 1]);
  });

  it("moves with every epoch of paced training", async () => {
    const { line, time, store } = await charted();
    store.receiveStatus(fakeStatus({ state: "training", speed: 12 }));
    time.pass(100);
    for (let epochs = 201; epochs < 213; epochs++) {
      const before = line.draws;
      store.receiveRecording(fakeParts({ epochs }));
      time.pass(83);
      expect(line.draws).toBe(before + 1);
    }
  });

  it.each([
    ["epochs", fakeParts({ epochs: 200 }), 1],
    ["steps", fakeProbeParts(200), 50],
  ])(
    "moves in a replay when that is visible, and at once to where it stops: on an axis of %s",
    async (_, parts, every) => {
      const { line, x, time, store } = await charted(REFS, parts);
      x.set({ max: 4000 * every }); // ten records in each of 400 px
      store.setSpeed(60);
      store.seek(0);
      time.pass(20);
      store.play();
      const places: unknown[] = [];
      for (let frame = 0; frame < 60; frame++) {
        time.pass(16);
        const [place] = (line.get("x") as Float64Array) ?? [];
        if (places.at(-1) !== place) places.push(place);
      }
      expect(places.length).toBeGreaterThan(4);
      expect(places.length).toBeLessThan(8);
      store.pause();
      time.pass(20);
      expect(line.at.x).toEqual([store.cursor.peek() * every, store.cursor.peek() * every]);
    },
  );

  it("does not move while the page is hidden", async () => {
    const { line, time, store } = await charted();
    time.pass(20);
    const before = line.draws;
    time.hidden = true;
    store.seek(3);
    time.pass(5000);
    expect(line.draws).toBe(before);
    time.hidden = false;
    time.pass(20);
    expect(line.at.x).toEqual([3, 3]);
  });

  it("is not drawn again without a change", async () => {
    const { line, dot, time, store } = await charted();
    store.seek(3);
    time.pass(20);
    const before = [line.draws, dot.draws];
    store.version.value++;
    time.pass(20);
    expect([line.draws, dot.draws]).toEqual(before);
  });

  it("moves to the loss of another branch at the same epoch", async () => {
    const { dot, time, store } = await charted();
    time.pass(20);
    const parts = fakeParts({ epochs: 200, revision: 2 });
    parts.records.losses[199] = 0.125;
    store.receiveRecording(parts);
    time.pass(20);
    expect(dot.at).toEqual({ x: [199], y: [0.125] });
  });

  it("is hidden if nothing is recorded", async () => {
    const { line, dot, time, store } = await charted();
    time.pass(20);
    store.receiveRecording(fakeParts({ epochs: 0, revision: 2 }));
    time.pass(20);
    expect([line.at, dot.at]).toEqual([
      { x: [], y: [] },
      { x: [], y: [] },
    ]);
  });

  it("has no dot at a non-finite loss", async () => {
    const { dot, time, store } = await charted();
    const parts = fakeParts({ epochs: 3, revision: 2 });
    parts.records.losses[1] = Number.POSITIVE_INFINITY;
    store.receiveRecording(parts);
    store.seek(1);
    time.pass(20);
    expect(dot.at).toEqual({ x: [], y: [] });
  });

  it("works without a dot", async () => {
    const { line, dot, time, store } = await charted({ ...REFS, dot: null });
    store.seek(40);
    time.pass(20);
    expect(line.at.x).toEqual([40, 40]);
    expect(dot.draws).toBe(0);
  });
});

describe("the dots of several runs", () => {
  const NAN = Number.NaN;
  const color = (run: number) => `var(--epochscope-run-${run})`;

  /** A chart of runs with these losses, with the cursor on the last epoch of the longest one. */
  async function compared(...losses: number[][]) {
    const marks: Record<string, FakeMark> = { "anywidget:line": new FakeMark(), "anywidget:dot": new FakeMark() };
    const time = new HandTime();
    const kernels = losses.map(() => ({ send: () => {}, setCursor: () => {} }));
    const labels = losses.map((_, i) => `run ${i + 1}`);
    const { runs, stage } = new ComparisonStore(kernels, labels, time);
    for (const [i, values] of losses.entries()) {
      const parts = fakeParts({ epochs: values.length });
      parts.records.losses.set(values);
      runs[i]?.receiveStatus(fakeStatus({ state: "paused", head: values.length - 1 }));
      runs[i]?.receiveRecording(parts);
    }
    const refs = { cursor: "IPY_MODEL_line", dot: "IPY_MODEL_dot" };
    const { signal } = new AbortController();
    await connectChart(refs, async (ref) => marks[ref] as Mark, stage, runs, time, new DirectPage(), signal);
    const show = (epoch: number) => {
      stage.seek(epoch);
      time.pass(20);
    };
    show(Math.max(...losses.map(({ length }) => length)) - 1);
    return { line: marks["anywidget:line"] as FakeMark, dot: marks["anywidget:dot"] as FakeMark, show, runs, time };
  }

  it("are on all curves, that of a run which ended before at its last epoch", async () => {
    const { line, dot, show } = await compared([4, 3, 2, 1], [0.5, 0.25]);
    expect(line.at).toEqual({ x: [3, 3], y: [0, 1] });
    expect(dot.at).toEqual({ x: [3, 1], y: [1, 0.25] });
    show(0);
    expect(dot.at).toEqual({ x: [0, 0], y: [4, 0.5] });
  });

  it("keep the colours of their runs if others have none", async () => {
    const { dot, show } = await compared([4, NAN, NAN], [], [3, 2, 1]);
    expect(dot.at).toEqual({ x: [2], y: [1] });
    expect(dot.get("colors")).toEqual([color(3)]);
    show(0);
    expect(dot.at).toEqual({ x: [0, 0], y: [4, 3] });
    expect(dot.get("colors")).toEqual([color(1), color(3)]);
  });

  it("follow another branch of any run, and are drawn once per change", async () => {
    const { dot, runs, time } = await compared([4, 3], [2, 1]);
    const before = dot.draws;
    const parts = fakeParts({ epochs: 2, revision: 2 });
    parts.records.losses.set([2, 0.125]);
    runs[1]?.receiveRecording(parts);
    time.pass(200);
    expect(dot.at).toEqual({ x: [1, 1], y: [3, 0.125] });
    expect(dot.draws).toBe(before + 1);
  });
});

describe("the chart's plot", () => {
  it.each([
    [100, 0],
    [200, 75],
    [233.4, 100],
    [95, 0],
    [366, 199.5],
  ])("pressed at %d px seeks", async (x, epoch) => {
    const { store, pointer } = await charted();
    store.seek(10);
    pointer("down", x);
    expect(store.cursor.value).toBe(Math.round(Math.min(epoch, 199)));
  });

  it("follows the pointer until it is released", async () => {
    const { store, pointer } = await charted();
    pointer("down", 100);
    expect(store.dragging.value).toBe(true);
    pointer("move", 200, { target: null, clientY: 900 });
    expect(store.cursor.value).toBe(75);
    pointer("up", 200);
    expect(store.dragging.value).toBe(false);
    pointer("move", 300);
    expect(store.cursor.value).toBe(75);
  });

  it("ends the drag when the pointer is cancelled", async () => {
    const { store, pointer } = await charted();
    pointer("down", 100);
    pointer("cancel", 100);
    expect(store.dragging.value).toBe(false);
  });

  it("follows only the first pointer", async () => {
    const { store, pointer } = await charted();
    pointer("down", 100);
    pointer("down", 200, { pointerId: 2 });
    pointer("move", 300, { pointerId: 2 });
    pointer("up", 300, { pointerId: 2 });
    expect([store.cursor.value, store.dragging.value]).toEqual([0, true]);
  });

  it.each([
    ["another button", 200, { button: 2 }],
    ["below the plot", 200, { clientY: 230 }],
    ["left of the plot", 80, {}],
    ["right of the plot", 520, {}],
    ["elsewhere on the page", 200, { target: { closest: () => null } }],
    ["a target that is not an element", 200, { target: {} }],
    ["nothing", 200, { target: null }],
    ["a chart that is not drawn yet", 200, { target: { closest: () => ({ querySelector: () => null }) } }],
  ])("ignores %s", async (_, x, more) => {
    const { store, pointer } = await charted();
    pointer("down", x, more);
    pointer("move", 250);
    expect([store.cursor.value, store.dragging.value]).toEqual([199, false]);
  });

  it("does not seek while it has no width", async () => {
    const { store, pointer, rect } = await charted();
    store.seek(50);
    Object.assign(rect, { width: 0, right: 100 });
    pointer("down", 104);
    expect(store.cursor.value).toBe(50);
  });
});

describe("the loss axis", () => {
  const refs = {
    ...REFS,
    on_loss: ["IPY_MODEL_loss", "IPY_MODEL_old_branches"],
    linear: ["IPY_MODEL_axis", "IPY_MODEL_lines"],
    log: ["IPY_MODEL_logAxis", "IPY_MODEL_logLines"],
  };
  const on = (y: string, visible: boolean[]) => ({
    scales: [
      { x: "epochs", y },
      { x: "epochs", y },
    ],
    visible,
  });

  it("is logarithmic for every mark on it while the log scale is on", async () => {
    const { store, axis } = await charted(refs);
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
    store.logScale.value = true;
    expect(axis()).toEqual(on("logarithmic", [false, false, true, true]));
    store.logScale.value = false;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
  });

  it("is restored on disconnecting and set again on connecting", async () => {
    const { store, axis, connection, connect } = await charted(refs);
    store.logScale.value = true;
    connection.abort();
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
    store.logScale.value = false;
    store.logScale.value = true;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
    await connect(new AbortController().signal);
    expect(axis()).toEqual(on("logarithmic", [false, false, true, true]));
    store.logScale.value = false;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
  });

  it("stays linear without a logarithmic scale", async () => {
    const { store, axis } = await charted();
    store.logScale.value = true;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
  });
});

describe("disconnecting", () => {
  it("leaves nothing behind", async () => {
    const { line, time, store, connection, pointer } = await charted();
    time.pass(20);
    pointer("down", 100);
    connection.abort();
    expect([store.dragging.value, time.pending.frames]).toEqual([false, 0]);
    const { draws } = line;
    pointer("down", 200);
    expect(store.cursor.value).toBe(0);
    store.seek(50);
    time.pass(1000);
    expect([line.draws, time.pending.frames]).toEqual([draws, 0]);
  });

  it("between two frames leaves nothing behind", async () => {
    const { line, time, store, connection, pointer } = await charted();
    time.pass(20);
    const { draws } = line;
    connection.abort();
    pointer("down", 200);
    expect([store.cursor.value, store.dragging.value]).toEqual([199, false]);
    store.seek(50);
    time.pass(1000);
    expect([line.draws, time.pending.frames]).toEqual([draws, 0]);
  });

  it("before the models are found starts nothing", async () => {
    const time = new HandTime();
    const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, time);
    const page = { addEventListener: vi.fn() };
    const getModel = async () => new FakeMark();
    await connectChart(REFS, getModel, store, [store], time, page, AbortSignal.abort());
    expect(page.addEventListener).not.toHaveBeenCalled();
    expect(time.pending.frames).toBe(0);
  });
});

describe("the chart's epochs", () => {
  const range = (x: FakeMark) => [x.get("min"), x.get("max")];

  it("keep their range while a pointer drags, and then take the latest one that the kernel sent", async () => {
    const { x, store, pointer } = await charted();
    pointer("down", 300);
    x.set({ min: -12, max: 512 });
    x.set({ min: -25, max: 1025 });
    expect(range(x)).toEqual([0, 300]);
    pointer("move", 400);
    expect(store.cursor.value).toBe(199); // the head: 400 px is epoch 225 of the range that is kept
    pointer("move", 200);
    expect(store.cursor.value).toBe(75);
    pointer("up", 200);
    expect(range(x)).toEqual([-25, 1025]);
  });

  it("follow the kernel without a drag, and after the connection has ended", async () => {
    const { x, connection, store } = await charted();
    x.set({ min: -12, max: 512 });
    expect(range(x)).toEqual([-12, 512]);
    connection.abort();
    store.dragging.value = true;
    x.set({ min: 0, max: 20 });
    expect([range(x), x.listeners]).toEqual([[0, 20], 0]);
  });
});
