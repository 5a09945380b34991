/**
 * Connects the bqplot chart to the store without a kernel: moves the marks of its cursor, and seeks where it is clicked.
 * The chart is a widget of its own: it may be drawn later than the player, and several times.
 */
import { effect } from "@preact/signals";
import { coverChart } from "./chart-cover";
import { nearestRecord } from "./drawing/nearest-record";
import { runColor } from "./drawing/run-style";
import type { Scheduler } from "./drawing/scheduler";
import type { Store } from "./player/store";

/** The `chart` trait: references to models, and the CSS class of the chart's element. Null or missing without a chart. */
export interface ChartRefs {
  /** the cursor: two points of a vertical line */
  cursor?: string | null;
  /** a point on the loss curve */
  dot?: string | null;
  /** the scale of the epochs */
  x?: string | null;
  dom_class?: string | null;
  /** the marks that move between the linear and the logarithmic loss axis */
  on_loss?: string[];
  /** the marks of what is recorded, which a question covers */
  covered?: string[];
  /** the curves that a question covers as a whole */
  hidden?: string[];
  /** the linear loss axis with its reference lines and labels, visible at first */
  linear?: string[];
  /** the same of the logarithmic one */
  log?: string[];
  /** the language of the labels */
  lang?: string;
  /** the figure and the axis of the epochs */
  figure?: string;
  epochs?: string;
  /** the names of the runs of a comparison; missing in the chart of one run */
  names?: string[];
}

/** The part of a bqplot model that is used; bqplot draws once for values that are set together. */
export interface Mark {
  get(trait: string): unknown;
  set(values: Record<string, unknown>): void;
  on(event: string, listen: () => void): void;
  off(event: string, listen: () => void): void;
}

/** What moves the cursor, of one run or of several. */
export type Conductor = Pick<Store, "cursor" | "mode" | "head" | "dragging" | "logScale" | "seek" | "asked">;

export type GetModel = (ref: string) => Promise<Mark>;

/** Convert ipywidgets' reference IPY_MODEL_<id> to that of anywidget. */
export const reference = (ref: string): string => ref.replace(/^IPY_MODEL_/, "anywidget:");

/** The class of a player whose chart shows nothing that a question covers; the style sheet hides other charts. */
export const COVERS_CHART = "epochscope-covers-chart";

export async function connectChart(
  refs: ChartRefs,
  getModel: GetModel,
  stage: Conductor,
  runs: readonly Store[],
  scheduler: Scheduler,
  page: Pick<EventTarget, "addEventListener">,
  signal: AbortSignal,
): Promise<void> {
  const open = (ref: string | null | undefined) => (ref ? getModel(reference(ref)) : null);
  const [line, dot, scale] = await Promise.all([open(refs.cursor), open(refs.dot), open(refs.x)]);
  if (signal.aborted) return;
  if (line !== null) moveMarks([line, dot], scale, stage, runs, scheduler, signal);
  if (scale !== null) holdWhileDragging(scale, stage, signal);
  if (scale !== null && refs.dom_class) seekByPointer(refs.dom_class, scale, stage, runs, page, signal);
  const openAll = (refs: string[] = []) => Promise.all(refs.map((ref) => getModel(reference(ref))));
  const lists = [refs.covered, refs.hidden, refs.on_loss, refs.linear, refs.log].map(openAll);
  const [covered, hidden, marks, linear, log] = (await Promise.all(lists)) as [Mark[], Mark[], Mark[], Mark[], Mark[]];
  if (signal.aborted) return;
  coverChart({ covered, hidden, linear, log }, stage, (epoch) => placeOf(runs, epoch), signal);
  if (log.length > 0) switchAxis(marks, linear, log, stage, signal);
}

/** Show the linear or the logarithmic loss axis, as `stage.logScale` says, and move the marks to its scale. */
function switchAxis(marks: Mark[], linear: Mark[], log: Mark[], stage: Conductor, signal: AbortSignal): void {
  const scaleOf = (mark: Mark) => (mark.get("scales") as { y?: unknown } | undefined)?.y;
  const show = (logScale: boolean) => {
    const y = (logScale ? log : linear).map(scaleOf).find((scale) => scale !== undefined);
    if (marks.every((mark) => scaleOf(mark) === y)) return;
    for (const mark of marks) mark.set({ scales: { ...(mark.get("scales") as object), y } });
    for (const part of linear) part.set({ visible: !logScale });
    for (const part of log) part.set({ visible: logScale });
  };
  const dispose = effect(() => show(stage.logScale.value));
  const restore = () => {
    dispose();
    show(false); // the models outlive this connection
  };
  signal.addEventListener("abort", restore, { once: true });
}

/** If the cursor jumps by more epochs than this, the run trains as fast as possible. */
const MAX_STEP = 8;
/** Interval of moves in that case, ms: a little shorter than that of the curve; a move costs far more than a chunk. */
const FAST_INTERVAL_MS = 200;
/** About the width of the plot, px: a move by less than a pixel is not visible, and costs as much as all else in a frame. */
const PLOT_WIDTH = 400;

/** Move the marks at most once per frame, and never in a hidden page, where bqplot leaks memory. */
function moveMarks(
  [line, dot]: [Mark, Mark | null],
  scale: Mark | null,
  stage: Conductor,
  runs: readonly Store[],
  scheduler: Scheduler,
  signal: AbortSignal,
): void {
  let cancel: (() => void) | null = null;
  let shown = -1;
  let shownAt = 0;
  const draw = () => {
    cancel = null;
    const epoch = stage.cursor.peek();
    shown = epoch;
    shownAt = scheduler.now();
    const x = placeOf(runs, epoch);
    place(line, epoch < 0 ? [] : [x, x], epoch < 0 ? [] : [0, 1]);
    if (dot === null) return;
    const points = runs.map(({ cursor, recording }, run) => {
      const at = cursor.peek(); // of a run that ended before: its last epoch
      const recorded = recording.peek();
      const loss = recorded?.loggedLoss(at) ?? Number.NaN;
      return { x: recorded?.place(at) ?? at, loss, color: runColor(run) };
    });
    const visible = points.filter(({ loss }) => Number.isFinite(loss)); // a non-finite loss is not in the chart
    // bqplot colours points by their number: without one run, the next ones would have the colours of others.
    const colors = runs.length > 1 && visible.length > 0 ? visible.map(({ color }) => color) : undefined;
    place(
      dot,
      visible.map(({ x }) => x),
      visible.map(({ loss }) => loss),
      colors,
    );
  };
  const schedule = (): (() => void) => {
    const fast = stage.mode.peek() === "training" && stage.cursor.peek() - shown > MAX_STEP;
    const wait = fast ? shownAt + FAST_INTERVAL_MS - scheduler.now() : 0;
    if (wait <= 0) return scheduler.frame(draw);
    return scheduler.after(wait, () => {
      cancel = scheduler.frame(draw);
    });
  };
  const isVisible = (): boolean => {
    const span = Number(scale?.get("max")) - Number(scale?.get("min"));
    return !(Math.abs(stage.cursor.peek() - shown) * PLOT_WIDTH < span);
  };
  const dispose = effect(() => {
    for (const run of runs) run.version.value;
    stage.cursor.value;
    if (stage.mode.value === "stopped") {
      cancel?.(); // show at once where it stopped
      cancel = null;
    }
    if (stage.mode.value !== "replaying" || isVisible()) cancel ??= schedule();
  });
  signal.addEventListener(
    "abort",
    () => {
      dispose();
      cancel?.();
    },
    { once: true },
  );
}

/** Where an epoch is on the axis, of a recording whose records are not numbered by epochs. */
const placeOf = ([run]: readonly Store[], epoch: number): number => run?.recording.peek()?.place(epoch) ?? epoch;

/** The epoch at a place of the axis. */
function epochOf([run]: readonly Store[], place: number): number {
  const recording = run?.recording.peek();
  return recording && recording.axis !== null ? nearestRecord(recording, place) : place;
}

function place(mark: Mark, x: number[], y: number[], colors?: string[]): void {
  const colored = colors === undefined || hasValues(mark.get("colors"), colors);
  if (colored && hasValues(mark.get("x"), x) && hasValues(mark.get("y"), y)) return;
  mark.set({ x: Float64Array.from(x), y: Float64Array.from(y), ...(colors && { colors }) });
}

function hasValues(current: unknown, expected: readonly unknown[]): boolean {
  const values = current as ArrayLike<unknown> | null;
  return values?.length === expected.length && expected.every((value, i) => Object.is(values[i], value));
}

/** A pointer this close to the plot still counts as on its edge, px. */
const SLACK = 8;

/** Listens on the page, so that it does not matter when and how often the chart is drawn. */
function seekByPointer(
  domClass: string,
  scale: Mark,
  stage: Conductor,
  runs: readonly Store[],
  page: Pick<EventTarget, "addEventListener">,
  signal: AbortSignal,
): void {
  let plot: Element | null = null;
  let pointer = -1;
  const seek = (event: PointerEvent) => {
    if (plot === null) return;
    const { left, width } = plot.getBoundingClientRect();
    const min = Number(scale.get("min") ?? 0);
    const max = Number(scale.get("max") ?? stage.head.peek());
    if (width > 0) stage.seek(epochOf(runs, min + ((event.clientX - left) / width) * (max - min)));
  };
  const on = (name: string, listen: (event: PointerEvent) => void) =>
    page.addEventListener(name, listen as (event: Event) => void, { signal, capture: true });
  const end = (event: PointerEvent) => {
    if (plot === null || event.pointerId !== pointer) return;
    plot = null;
    stage.dragging.value = false;
  };
  on("pointerdown", (event) => {
    if (plot !== null || event.button !== 0) return;
    const clicked = (event.target as Element | null)?.closest?.(`.${domClass}`)?.querySelector(".plotarea_background");
    if (!clicked || !within(clicked.getBoundingClientRect(), event)) return;
    plot = clicked;
    pointer = event.pointerId;
    stage.dragging.value = true;
    seek(event);
  });
  on("pointermove", (event) => {
    if (event.pointerId === pointer) seek(event);
  });
  on("pointerup", end);
  on("pointercancel", end);
  signal.addEventListener(
    "abort",
    () => {
      if (plot !== null) stage.dragging.value = false;
    },
    { once: true },
  );
}

const EVENTS = ["change:min", "change:max"];

/** Keep the range of the epochs while a pointer drags, as map and timeline do; then show what the kernel sent last. */
function holdWhileDragging(scale: Mark, stage: Conductor, signal: AbortSignal): void {
  const range = () => ({ min: scale.get("min"), max: scale.get("max") });
  let held = range();
  let sent = held;
  let setting = false;
  const set = (values: ReturnType<typeof range>) => {
    setting = true;
    scale.set(values);
    setting = false;
  };
  const changed = () => {
    const { min, max } = range();
    if (setting || !stage.dragging.peek() || (min === held.min && max === held.max)) return;
    sent = { min, max };
    set(held);
  };
  for (const event of EVENTS) scale.on(event, changed);
  const dispose = effect(() => {
    if (stage.dragging.value) held = sent = range();
    else if (sent !== held) {
      set(sent);
      held = sent;
    }
  });
  const end = () => {
    dispose();
    for (const event of EVENTS) scale.off(event, changed);
  };
  signal.addEventListener("abort", end, { once: true });
}

const within = ({ left, right, top, bottom }: DOMRect, { clientX: x, clientY: y }: PointerEvent): boolean =>
  x >= left - SLACK && x <= right + SLACK && y >= top && y <= bottom;
