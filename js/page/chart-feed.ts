/** Keeps the loss chart of an exported page up to date while the page trains: no kernel sets the traits of its models. */
import { effect } from "@preact/signals";
import { type ChartRefs, type GetModel, type Mark, reference } from "../chart";
import type { Scheduler } from "../drawing/scheduler";
import type { Store } from "../player/store";
import { wordsFor } from "../text/words";
import { type AxisValues, type ChartValues, chartValues, type Recorded, type Traits } from "./chart-values";

/** Between two drawings while epochs are recorded, ms; longer if bqplot is so slow that it would draw all the time. */
const INTERVAL_MS = 200;
const SHARE = 5;

/**
 * Show what the stores have recorded in the models of the chart, at most about five times a second, and nothing in a
 * hidden page. While a question covers the recordings, the chart stays as it is.
 */
export async function feedChart(
  refs: ChartRefs,
  getModel: GetModel,
  runs: readonly Store[],
  scheduler: Scheduler,
  signal: AbortSignal,
): Promise<void> {
  const show = await openParts(refs, getModel);
  if (signal.aborted) return;
  const { words } = wordsFor(refs.lang ?? "en");
  let cancel: (() => void) | null = null;
  let [shownAt, took] = [Number.NEGATIVE_INFINITY, 0];
  const draw = () => {
    cancel = null;
    if (isCovered()) return;
    const recorded = runs.map(({ recording }) => recording.peek());
    const statuses = runs.map(({ status }) => status.peek());
    const start = scheduler.now();
    show(
      chartValues(
        {
          runs: recorded.map((each) => each ?? NOTHING),
          goal: Math.max(...statuses.map(({ goal }) => goal)),
          growing: isTraining(),
        },
        refs.names ?? null,
        words,
      ),
    );
    shownAt = scheduler.now();
    took = shownAt - start;
  };
  const isTraining = () => runs.some(({ status }) => status.peek().state === "training");
  const isCovered = () => runs.some(({ asked }) => asked.covered.peek());
  const schedule = (): (() => void) => {
    const wait = isTraining() ? shownAt + Math.max(INTERVAL_MS, SHARE * took) - scheduler.now() : 0;
    if (wait <= 0) return scheduler.frame(draw);
    return scheduler.after(wait, () => {
      cancel = scheduler.frame(draw);
    });
  };
  let training = false;
  const dispose = effect(() => {
    for (const { version, recording, status, asked } of runs) {
      version.value;
      recording.value;
      status.value;
      asked.covered.value;
    }
    if (training && !isTraining()) {
      cancel?.(); // show at once where it stopped
      cancel = null;
    }
    training = isTraining();
    cancel ??= schedule();
  });
  const end = () => {
    dispose();
    cancel?.();
  };
  signal.addEventListener("abort", end, { once: true });
}

/** What is drawn of a run that has recorded nothing. */
const NOTHING: Recorded = { losses: new Float64Array(), references: [], events: [], oldBranches: [] };

/** Find the models; return a function that sets what has changed. */
async function openParts(refs: ChartRefs, getModel: GetModel): Promise<(values: ChartValues) => void> {
  const open = (ref: string | null | undefined) => (ref ? getModel(reference(ref)) : null);
  const openAll = (list: readonly string[] = []) => Promise.all(list.map(open));
  const [figure, x, epochs] = await openAll([refs.figure, refs.x, refs.epochs].map((ref) => ref ?? ""));
  const [covered, hidden] = [await openAll(refs.covered), await openAll(refs.hidden)];
  const [losses, events] = covered;
  const parts = { linear: await openAll(refs.linear), log: await openAll(refs.log) };
  const changes = new Changes();

  function showAxis([axis, lines, left, right, names]: (Mark | null | undefined)[], values: AxisValues): void {
    changes.set(axis?.get("scale") as Mark | undefined, values.scale);
    changes.set(axis, values.axis);
    changes.set(lines, values.lines);
    changes.set(left, values.labels[0]);
    changes.set(right, values.labels[1]);
    if (values.names) changes.set(names, values.names);
  }

  return (values) => {
    changes.set(x, values.x);
    changes.set(epochs, values.epochs);
    changes.set(figure, values.figure);
    showAxis(parts.linear, values.linear);
    showAxis(parts.log, values.log);
    if (values.oldBranches) changes.set(hidden[0], values.oldBranches);
    changes.set(losses, values.losses);
    if (values.events) changes.set(events, values.events);
  };
}

/** Sets traits unless they were set to the same values last time: bqplot draws for each change. */
class Changes {
  readonly #known = new Map<Mark, Traits>();

  set(mark: Mark | null | undefined, values: Traits): void {
    if (!mark) return;
    const known = this.#known.get(mark);
    const isKnown = ([name, value]: [string, unknown]) => isSame(known ? known[name] : mark.get(name), value);
    this.#known.set(mark, values);
    if (!Object.entries(values).every(isKnown)) mark.set({ ...values });
  }
}

/** Whether numbers, texts, or lists and records of them are the same; typed arrays of all kinds count as lists. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (isList(a) !== isList(b)) return false;
  if (isList(a) && isList(b)) return a.length === b.length && Array.prototype.every.call(a, (x, i) => isSame(x, b[i]));
  const [before, after] = [Object.entries(a), Object.entries(b)];
  return before.length === after.length && after.every(([key, x]) => isSame((a as Record<string, unknown>)[key], x));
}

const isList = (x: object): x is ArrayLike<unknown> => Array.isArray(x) || (ArrayBuffer.isView(x) && "length" in x);
