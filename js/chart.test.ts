import { describe, expect, it, vi } from "vitest";
import { type ChartRefs, connectChart, type Mark, reference } from "./chart";
import { PlayerStore } from "./player/store";
import { fakeParts, fakeStatus } from "./testing/recordings";
import { HandTime } from "./testing/time";

class FakeMark implements Mark {
  /** How often it would have been drawn. */
  draws = 0;
  readonly #traits: Record<string, unknown>;

  constructor(traits: Record<string, unknown> = { x: [], y: [] }) {
    this.#traits = traits;
  }

  get = (trait: string): unknown => this.#traits[trait];

  set = (values: Record<string, unknown>): void => {
    this.draws++;
    Object.assign(this.#traits, values);
  };

  get at() {
    return { x: [...(this.get("x") as number[])], y: [...(this.get("y") as number[])] };
  }
}

/** A page that hands events on at once, so that what a listener throws is thrown in the test. */
class DirectPage {
  readonly #listeners: { name: string; listen: (event: Event) => void; signal: AbortSignal | undefined }[] = [];

  addEventListener(name: string, listen: unknown, options?: unknown): void {
    const { signal } = options as { signal?: AbortSignal };
    this.#listeners.push({ name, listen: listen as (event: Event) => void, signal });
  }

  tell(name: string, event: unknown): void {
    for (const { name: heard, listen, signal } of this.#listeners) {
      if (heard === name && !signal?.aborted) listen(event as Event);
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
async function charted(refs = REFS) {
  const marks: Record<string, FakeMark> = {
    "anywidget:line": new FakeMark(),
    "anywidget:dot": new FakeMark(),
    "anywidget:x": new FakeMark({ min: 0, max: 300 }),
    "anywidget:loss": new FakeMark({ scales: { x: "epochs", y: "linear" } }),
    "anywidget:ghosts": new FakeMark({ scales: { x: "epochs", y: "linear" } }),
    "anywidget:axis": new FakeMark({ visible: true }),
    "anywidget:lines": new FakeMark({ visible: true, scales: { y: "linear" } }),
    "anywidget:logAxis": new FakeMark({ visible: false }),
    "anywidget:logLines": new FakeMark({ visible: false, scales: { y: "logarithmic" } }),
  };
  const time = new HandTime();
  const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, time);
  const parts = fakeParts({ epochs: 200 });
  store.hearStatus(fakeStatus({ state: "paused" }));
  store.hearRecording(parts);
  const page = new DirectPage();
  const visit = new AbortController();
  const connect = (signal: AbortSignal) =>
    connectChart(refs, async (ref) => marks[ref] as Mark, store, time, page, signal);
  await connect(visit.signal);
  const rect = { left: 100, right: 500, top: 20, bottom: 220, width: 400, height: 200 };
  const plot = { getBoundingClientRect: () => rect };
  const chart = { querySelector: (selector: string) => (selector === ".plotarea_background" ? plot : null) };
  const inside = { closest: (selector: string) => (selector === ".epochscope-chart-1" ? chart : null) };
  const pointer = (name: string, clientX: number, more: Record<string, unknown> = {}) => {
    page.tell(`pointer${name}`, { target: inside, clientX, clientY: 50, button: 0, pointerId: 1, ...more });
  };
  const axis = () => ({
    scales: ["loss", "ghosts"].map((mark) => marks[`anywidget:${mark}`]?.get("scales")),
    seen: ["axis", "lines", "logAxis", "logLines"].map((name) => marks[`anywidget:${name}`]?.get("visible")),
  });
  const [line, dot] = [marks["anywidget:line"], marks["anywidget:dot"]] as [FakeMark, FakeMark];
  return { line, dot, time, store, parts, visit, connect, pointer, rect, axis };
}

describe("a reference", () => {
  it("is anywidget's name for the model", () => {
    expect(reference("IPY_MODEL_ab12")).toBe("anywidget:ab12");
    expect(reference("anywidget:ab12")).toBe("anywidget:ab12");
  });
});

describe("the chart's cursor", () => {
  it("is a line through the chart and a dot on the loss", async () => {
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

  it("moves five times a second while a training runs as fast as it can, and at once to where that ends", async () => {
    const { line, time, store } = await charted();
    let epochs = 200;
    store.hearStatus(fakeStatus({ state: "training", speed: null }));
    const chunk = (ms: number) => {
      epochs += 100;
      store.hearRecording(fakeParts({ epochs }));
      time.pass(ms);
    };
    const before = line.draws;
    for (let i = 0; i < 25; i++) chunk(80); // two seconds
    expect(line.draws - before).toBeGreaterThanOrEqual(9);
    expect(line.draws - before).toBeLessThanOrEqual(11);
    expect(line.at.x[0]).toBeGreaterThan(epochs - 400);
    chunk(0);
    store.hearStatus(fakeStatus({ state: "paused", head: epochs - 1 }));
    time.pass(17);
    expect(line.at.x).toEqual([epochs - 1, epochs - 1]);
  });

  it("moves with every epoch of a training at a pace", async () => {
    const { line, time, store } = await charted();
    store.hearStatus(fakeStatus({ state: "training", speed: 12 }));
    time.pass(100);
    for (let epochs = 201; epochs < 213; epochs++) {
      const before = line.draws;
      store.hearRecording(fakeParts({ epochs }));
      time.pass(83);
      expect(line.draws).toBe(before + 1);
    }
  });

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

  it("is not drawn again where it is already", async () => {
    const { line, dot, time, store } = await charted();
    store.seek(3);
    time.pass(20);
    const before = [line.draws, dot.draws];
    store.version.value++;
    time.pass(20);
    expect([line.draws, dot.draws]).toEqual(before);
  });

  it("moves to the loss of another line at the same epoch", async () => {
    const { dot, time, store } = await charted();
    time.pass(20);
    const parts = fakeParts({ epochs: 200, revision: 2 });
    parts.records.losses[199] = 0.125;
    store.hearRecording(parts);
    time.pass(20);
    expect(dot.at).toEqual({ x: [199], y: [0.125] });
  });

  it("is nowhere when nothing is recorded", async () => {
    const { line, dot, time, store } = await charted();
    time.pass(20);
    store.hearRecording(fakeParts({ epochs: 0, revision: 2 }));
    time.pass(20);
    expect([line.at, dot.at]).toEqual([
      { x: [], y: [] },
      { x: [], y: [] },
    ]);
  });

  it("has no dot where the loss is not finite", async () => {
    const { dot, time, store } = await charted();
    const parts = fakeParts({ epochs: 3, revision: 2 });
    parts.records.losses[1] = Number.POSITIVE_INFINITY;
    store.hearRecording(parts);
    store.seek(1);
    time.pass(20);
    expect(dot.at).toEqual({ x: [], y: [] });
  });

  it("does without a dot", async () => {
    const { line, dot, time, store } = await charted({ ...REFS, dot: null });
    store.seek(40);
    time.pass(20);
    expect(line.at.x).toEqual([40, 40]);
    expect(dot.draws).toBe(0);
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

  it("follows the pointer until it is let go", async () => {
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

  it("lets go when the pointer is taken away", async () => {
    const { store, pointer } = await charted();
    pointer("down", 100);
    pointer("cancel", 100);
    expect(store.dragging.value).toBe(false);
  });

  it("keeps to the pointer that came first", async () => {
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
    ["what is no element", 200, { target: {} }],
    ["nothing", 200, { target: null }],
    ["a chart that is not drawn yet", 200, { target: { closest: () => ({ querySelector: () => null }) } }],
  ])("leaves %s alone", async (_, x, more) => {
    const { store, pointer } = await charted();
    pointer("down", x, more);
    pointer("move", 250);
    expect([store.cursor.value, store.dragging.value]).toEqual([199, false]);
  });

  it("that has no width yet seeks nowhere", async () => {
    const { store, pointer, rect } = await charted();
    store.seek(50);
    Object.assign(rect, { width: 0, right: 100 });
    pointer("down", 104);
    expect(store.cursor.value).toBe(50);
  });
});

describe("the axis of the loss", () => {
  const refs = {
    ...REFS,
    on_loss: ["IPY_MODEL_loss", "IPY_MODEL_ghosts"],
    linear: ["IPY_MODEL_axis", "IPY_MODEL_lines"],
    log: ["IPY_MODEL_logAxis", "IPY_MODEL_logLines"],
  };
  const on = (y: string, seen: boolean[]) => ({
    scales: [
      { x: "epochs", y },
      { x: "epochs", y },
    ],
    seen,
  });

  it("is logarithmic for every mark on it when the viewer asks for it, and linear again", async () => {
    const { store, axis } = await charted(refs);
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
    store.logarithmic.value = true;
    expect(axis()).toEqual(on("logarithmic", [false, false, true, true]));
    store.logarithmic.value = false;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
  });

  it("is as it was in a later visit", async () => {
    const { store, axis, visit, connect } = await charted(refs);
    store.logarithmic.value = true;
    visit.abort();
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
    store.logarithmic.value = false;
    store.logarithmic.value = true;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
    await connect(new AbortController().signal);
    expect(axis()).toEqual(on("logarithmic", [false, false, true, true]));
    store.logarithmic.value = false;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
  });

  it("stays linear where there is no other", async () => {
    const { store, axis } = await charted();
    store.logarithmic.value = true;
    expect(axis()).toEqual(on("linear", [true, true, false, false]));
  });
});

describe("the end of a visit", () => {
  it("leaves nothing behind", async () => {
    const { line, time, store, visit, pointer } = await charted();
    time.pass(20);
    pointer("down", 100);
    visit.abort();
    expect([store.dragging.value, time.pending.frames]).toEqual([false, 0]);
    const { draws } = line;
    pointer("down", 200);
    expect(store.cursor.value).toBe(0);
    store.seek(50);
    time.pass(1000);
    expect([line.draws, time.pending.frames]).toEqual([draws, 0]);
  });

  it("between two frames leaves nothing behind either", async () => {
    const { line, time, store, visit, pointer } = await charted();
    time.pass(20);
    const { draws } = line;
    visit.abort();
    pointer("down", 200);
    expect([store.cursor.value, store.dragging.value]).toEqual([199, false]);
    store.seek(50);
    time.pass(1000);
    expect([line.draws, time.pending.frames]).toEqual([draws, 0]);
  });

  it("before the models are there starts nothing", async () => {
    const time = new HandTime();
    const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, time);
    const page = { addEventListener: vi.fn() };
    const getModel = async () => new FakeMark();
    await connectChart(REFS, getModel, store, time, page, AbortSignal.abort());
    expect(page.addEventListener).not.toHaveBeenCalled();
    expect(time.pending.frames).toBe(0);
  });
});
