import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { COVERS_CHART } from "./chart";
import type { Store } from "./player/store";
import type { SweepStore } from "./player/sweep";
import { encodedRecording, within } from "./testing/bytes";
import { FakeModel, FakePage } from "./testing/model";
import { fakeParts, fakeStatus } from "./testing/recordings";
import { fakeSweep } from "./testing/sweeps";

const mounted: { el: unknown; store: Store; options: unknown; unmount: ReturnType<typeof vi.fn> }[] = [];

vi.mock("./views/player", () => ({
  mountPlayer: (el: unknown, store: Store, options: unknown) => {
    const unmount = vi.fn();
    mounted.push({ el, store, options, unmount });
    return unmount;
  },
}));

const sweeps: { el: unknown; store: SweepStore; options: unknown }[] = [];

vi.mock("./views/sweep/mount", () => ({
  mountSweep: (el: unknown, store: SweepStore, options: unknown) => {
    sweeps.push({ el, store, options });
    return () => {};
  },
}));

const { default: widget } = await import("./widget");

/** A model as anywidget would show it. */
function shown(traits: Record<string, unknown> = {}) {
  const model = new FakeModel({
    recording: within(encodedRecording(fakeParts({ epochs: 9 })), 0),
    status: fakeStatus(),
    ...traits,
  });
  const life = new AbortController();
  const definition = widget();
  definition.initialize({ model, signal: life.signal });
  const getModel = vi.fn(async () => ({ get: () => [], set: () => {}, on: () => {}, off: () => {} }));
  /** What anywidget does for each place where the model is displayed. */
  const view = () => {
    const place = new AbortController();
    const classes = new Set<string>();
    const el = { place, classes, classList: classes } as unknown as HTMLElement & { classes: Set<string> };
    const close = definition.render({ model, el, signal: place.signal, host: { getModel } });
    return { place, el, close };
  };
  return { model, life, view, getModel };
}

beforeEach(() => {
  mounted.length = 0;
  vi.stubGlobal("document", new FakePage());
  vi.stubGlobal("requestAnimationFrame", () => 1);
  vi.stubGlobal("cancelAnimationFrame", () => {});
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the widget", () => {
  it("does nothing before it is displayed", () => {
    const { model } = shown();
    expect([model.sent, model.listeners]).toEqual([[], 0]);
  });

  it("mounts a player with the recording, the language and whether there is a chart", () => {
    const { view } = shown({ lang: "ko" });
    const { el } = view();
    expect(mounted[0]).toMatchObject({ el, options: { lang: "ko", chart: false } });
    expect(mounted[0]?.store.head.value).toBe(8);
  });

  it("finds the chart in the widget manager, and stops with what `initialize` returns, before anywidget 0.10", async () => {
    const get_model = vi.fn(async () => ({ get: () => [], set: () => {}, on: () => {}, off: () => {} }));
    const model = Object.assign(new FakeModel({ status: fakeStatus(), chart: { cursor: "IPY_MODEL_line" } }), {
      widget_manager: { get_model },
    });
    const definition = widget();
    const close = definition.initialize({ model });
    definition.render({ model, el: { classList: new Set() } as unknown as HTMLElement });
    expect(mounted[0]).toMatchObject({ options: { chart: true } });
    expect(get_model).toHaveBeenCalledWith("line");
    close();
    expect(model.listeners).toBe(0);
  });

  it("mounts a sweep if the model has one, with one store for all views", () => {
    const { state, curves } = fakeSweep({ done: 30 });
    const { model, view } = shown({ sweep: state, curves, recordings: [], lang: "ko" });
    const [one, other] = [view(), view()];
    expect(sweeps.map(({ el }) => el)).toEqual([one.el, other.el]);
    expect(sweeps[0]).toMatchObject({ options: { lang: "ko" } });
    expect(sweeps[1]?.store).toBe(sweeps[0]?.store);
    expect(mounted).toEqual([]);
    one.place.abort();
    sweeps[0]?.store.stop();
    expect(model.of("stop")).toHaveLength(1);
    other.place.abort();
    expect(model.listeners).toBe(0);
  });

  it("shares one store between all views of a model, and connects once", () => {
    const { model, view } = shown();
    view();
    view();
    expect(mounted[1]?.store).toBe(mounted[0]?.store);
    expect(model.of("ack")).toHaveLength(1);
  });

  it("has one store per model", () => {
    shown().view();
    shown().view();
    expect(mounted[1]?.store).not.toBe(mounted[0]?.store);
  });

  it("disconnects with its last view, and connects with the next", () => {
    const { model, view } = shown();
    const [first, second] = [view(), view()];
    first.place.abort();
    expect(mounted[0]?.unmount).toHaveBeenCalledOnce();
    expect(model.of("closed")).toHaveLength(0);
    second.place.abort();
    expect(model.of("closed")).toHaveLength(1);
    expect(model.listeners).toBe(0);
    const third = view();
    expect(model.of("ack")).toHaveLength(2);
    expect(mounted[2]?.store).toBe(mounted[0]?.store);
    model.update({ cursor: 3 });
    expect(mounted[2]?.store.cursor.value).toBe(3);
    third.place.abort();
    expect(model.of("closed")).toHaveLength(2);
  });

  it("unmounts a view once, by its signal or by its clean-up function", () => {
    const { model, view } = shown();
    const [first] = [view(), view()];
    first.close?.();
    first.close?.();
    first.place.abort();
    expect(mounted[0]?.unmount).toHaveBeenCalledOnce();
    expect(model.of("closed")).toHaveLength(0);
  });

  it("mounts nothing if the view is already removed", () => {
    const { view, model } = shown();
    const place = AbortSignal.abort();
    widget().render({ model, el: {} as HTMLElement, signal: place });
    expect(mounted).toHaveLength(0);
    view();
    expect(mounted).toHaveLength(1);
  });

  it("disconnects when its model is removed", () => {
    const { model, view, life } = shown();
    view();
    life.abort();
    expect(model.of("closed")).toHaveLength(1);
    expect(model.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("works in a host without signals", () => {
    const { model } = shown();
    const close = widget().render({ model, el: {} as HTMLElement });
    expect(mounted).toHaveLength(1);
    close?.();
    expect(model.of("closed")).toHaveLength(1);
  });

  it("connects to its chart once", () => {
    const chart = { cursor: "IPY_MODEL_a", dot: "IPY_MODEL_b", x: "IPY_MODEL_c", dom_class: "epochscope-chart-1" };
    const { view, getModel } = shown({ chart });
    view();
    view();
    expect(mounted[0]?.options).toMatchObject({ chart: true });
    expect(getModel.mock.calls).toEqual([["anywidget:a"], ["anywidget:b"], ["anywidget:c"]]);
  });

  it("says where a question is kept out of the chart, so that the chart may be shown", async () => {
    const { view } = shown({ chart: { cursor: "IPY_MODEL_a" } });
    const [one, other] = [view(), view()];
    expect(one.el.classes.size).toBe(0);
    await vi.waitFor(() => expect([...one.el.classes, ...other.el.classes]).toEqual([COVERS_CHART, COVERS_CHART]));
  });

  it("works without a chart that is not found, and warns in the console", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { view, getModel } = shown({ chart: { cursor: "IPY_MODEL_a", dom_class: "b" } });
    getModel.mockRejectedValue(new Error("no such model"));
    const { el } = view();
    await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());
    warn.mockRestore();
    expect(mounted).toHaveLength(1);
    expect(el.classes.size).toBe(0);
  });
});
