import { describe, expect, it } from "vitest";
import json from "../../tests/fixtures/loss_chart.json";
import type { ChartRefs, Mark } from "../chart";
import type { Question } from "../player/question";
import { PlayerStore } from "../player/store";
import type { Reference, RunEvent, Status } from "../player/types";
import { FakeMark } from "../testing/marks";
import { emptyRecords, fakeParts, fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { feedChart } from "./chart-feed";

/** Written by tests/widget/chart_fixture.py: what Python draws. JSON has no NaN and no infinities: they are texts. */
interface Case {
  runs: {
    /** a number: so many losses of `longCurve` */
    losses: number | (number | string)[];
    references: Reference[];
    events: RunEvent[];
    oldBranches: { start: number; losses: (number | string)[] }[];
  }[];
  goal: number;
  growing: boolean;
  comparison: boolean;
  lang: string;
  drawn: {
    names: string[] | null;
    linear: Record<string, unknown>[];
    log: Record<string, unknown>[];
    events: Record<string, unknown> | null;
    hidden: Record<string, unknown>[];
  } & Record<"x" | "epochs" | "figure" | "losses", Record<string, unknown>>;
}

const cases = Object.entries(json as unknown as Record<string, Case>);

const longCurve = (epochs: number) =>
  Float64Array.from({ length: epochs }, (_, epoch) => 1000 / (epoch + 500) + ((epoch * 7919) % 1000) / 2000);

const lossesOf = (losses: number | (number | string)[]) =>
  typeof losses === "number" ? longCurve(losses) : Float64Array.from(losses, Number);

function partsOf({ losses, references, events, oldBranches }: Case["runs"][number], revision = 0) {
  const values = lossesOf(losses);
  const records = { ...emptyRecords(values.length, 1, 2), losses: values };
  const older = oldBranches.map(({ start, losses }, i) => ({ id: i + 1, start, losses: lossesOf(losses), lr: null }));
  return { ...fakeParts({ text: "ab", epochs: 0, revision }), references, events, oldBranches: older, records };
}

/** A chart with models as Python makes them, all empty, and a store for each run of a case. */
function charted({ runs, drawn, lang, comparison }: Case) {
  const marks: Record<string, FakeMark> = {};
  const model = (name: string, traits: Record<string, unknown> = { x: [], y: [] }) => {
    marks[`anywidget:${name}`] = new FakeMark(traits);
    return `IPY_MODEL_${name}`;
  };
  const axis = (name: string) => {
    const scale = new FakeMark({ min: 0, max: 1 });
    marks[`${name} scale`] = scale;
    const parts = [model(`${name} axis`, { scale }), model(`${name} lines`)];
    return [...parts, model(`${name} left`), model(`${name} right`), ...(comparison ? [model(`${name} names`)] : [])];
  };
  const [linear, log] = [axis("linear"), axis("log")];
  const named = comparison ? [linear[4] as string, log[4] as string] : [model("events")];
  const refs: ChartRefs = {
    ...{ lang, linear, log },
    ...{ figure: model("figure", {}), x: model("x", { min: 0, max: 1 }), epochs: model("epochs", {}) },
    ...{ covered: [model("losses"), ...named], hidden: comparison ? [] : [model("old branches")] },
    ...(drawn.names && { names: drawn.names }),
  };
  const time = new HandTime();
  const stores = runs.map(() => new PlayerStore({ send: () => {}, setCursor: () => {} }, time));
  const life = new AbortController();
  const feed = () => feedChart(refs, async (ref) => marks[ref] as Mark, stores, time, life.signal);
  const of = (name: string) => (marks[`anywidget:${name}`] ?? marks[name]) as FakeMark;
  const draws = () => Object.values(marks).reduce((sum, mark) => sum + mark.draws, 0);
  return { of, stores, time, life, feed, draws };
}

/** Assert that a model has values, numbers to 7 digits. */
function expectTraits(mark: FakeMark, expected: Record<string, unknown>, name: string): void {
  for (const [trait, value] of Object.entries(expected)) {
    const [seen, wanted] = [flat(mark.get(trait)), flat(value)];
    const isNear = (x: unknown, i: number) => {
      const y = wanted[i];
      return Object.is(x, y) || (typeof x === "number" && Math.abs(x - (y as number)) <= 1e-7 * Math.abs(x) + 1e-12);
    };
    if (seen.length !== wanted.length || !seen.every(isNear)) expect(seen, `${name} ${trait}`).toEqual(wanted);
  }
}

/** All numbers and texts of nested lists and records, with the lengths of lists. */
function flat(value: unknown): unknown[] {
  if (typeof value === "string") return [/^(NaN|-?Infinity)$/.test(value) ? Number(value) : value];
  if (typeof value !== "object" || value === null) return [value];
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  if (isList) return [(value as unknown[]).length, ...Array.from(value as ArrayLike<unknown>, flat).flat()];
  return Object.entries(value).flatMap(([key, each]) => [key, ...flat(each)]);
}

function expectDrawn(of: (name: string) => FakeMark, drawn: Case["drawn"]): void {
  for (const name of ["x", "epochs", "figure", "losses"] as const) expectTraits(of(name), drawn[name], name);
  for (const axis of ["linear", "log"] as const) {
    const names = ["scale", "axis", "lines", "left", "right", "names"];
    drawn[axis].forEach((traits, i) => {
      expectTraits(of(`${axis} ${names[i]}`), traits, `${axis} ${names[i]}`);
    });
  }
  if (drawn.events) expectTraits(of("events"), drawn.events, "events");
  for (const traits of drawn.hidden) expectTraits(of("old branches"), traits, "old branches");
}

const CLASSIC = (json as unknown as Record<string, Case>).classic as Case;
const TRAINING: Partial<Status> = { state: "training", goal: 300 };

describe("the chart of a page that trains", () => {
  it.each(cases)("is the one that Python draws: %s", async (_, made) => {
    const { of, stores, time, feed } = charted(made);
    stores.forEach((store, i) => {
      store.receiveStatus(fakeStatus({ state: made.growing ? "training" : "paused", goal: made.goal }));
      store.receiveRecording(partsOf(made.runs[i] as Case["runs"][number]));
    });
    await feed();
    time.pass(20);
    expectDrawn(of, made.drawn);
  });

  async function fed() {
    const made = charted(CLASSIC);
    const [store] = made.stores as [PlayerStore];
    const [run] = CLASSIC.runs as [Case["runs"][number]];
    let revision = 0;
    const record = (epochs: number) =>
      store.receiveRecording(partsOf({ ...run, losses: (run.losses as number[]).slice(0, epochs) }, ++revision));
    store.receiveStatus(fakeStatus(TRAINING));
    record(10);
    await made.feed();
    made.time.pass(20);
    return { ...made, store, record };
  }

  const ends = (of: (name: string) => FakeMark) => (of("losses").get("x") as Float32Array).length;

  it("follows what is recorded, five times a second", async () => {
    const { of, time, record } = await fed();
    const before = of("losses").draws;
    for (let epoch = 11; epoch <= 130; epoch++) {
      record(epoch);
      time.pass(1000 / 60);
    }
    expect(of("losses").draws - before).toBeGreaterThan(7);
    expect(of("losses").draws - before).toBeLessThanOrEqual(10);
    time.pass(300);
    expect(ends(of)).toBe(130);
  });

  it("is drawn at once where training stops, and what has not changed is not set again", async () => {
    const { of, time, record, store, draws } = await fed();
    record(149);
    store.receiveStatus(fakeStatus({ state: "paused", goal: 300, seq: 2 }));
    time.pass(20);
    expect(ends(of)).toBe(149);
    const before = draws();
    record(150);
    time.pass(20);
    expect(draws() - before).toBe(1); // the curve
  });

  it("is not drawn in a hidden page, and once it is visible", async () => {
    const { of, time, record } = await fed();
    time.hidden = true;
    record(60);
    time.pass(2000);
    expect(ends(of)).toBe(10);
    time.hidden = false;
    time.pass(20);
    expect(ends(of)).toBe(60);
  });

  it("stays as it is while a question covers the recording, and after the end of the connection", async () => {
    const { of, time, record, store, life } = await fed();
    const before = [of("x").get("max"), ends(of)];
    store.asked.receiveQuestion({ shown: 4, id: "q", rounds: 1, options: [], runs: [] } as unknown as Question);
    record(60);
    time.pass(500);
    expect(store.asked.covered.value).toBe(true);
    expect([of("x").get("max"), ends(of)]).toEqual(before);
    store.asked.receiveQuestion(null);
    time.pass(500);
    expect(ends(of)).toBe(60);
    life.abort();
    record(70);
    time.pass(500);
    expect([ends(of), time.pending]).toEqual([60, { frames: 0, timers: 0 }]);
  });
});
