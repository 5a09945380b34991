/**
 * Connects the player's cursor to the bqplot chart, without a kernel: moves the chart's marks, and seeks where the chart
 * is pressed. The chart is drawn by its own widget, perhaps later than the player, perhaps several times.
 */
import { effect } from "@preact/signals";
import type { Scheduler } from "./player/playback";
import type { Store } from "./player/types";

/** The `chart` trait: references to the chart's models, and the class of its element. Empty without a chart. */
export interface ChartRefs {
  /** a vertical line of two points */
  cursor?: string | null;
  /** one point on the curve */
  dot?: string | null;
  /** the scale of the epochs */
  x?: string | null;
  dom_class?: string | null;
  /** marks that move from the one loss axis to the other */
  on_loss?: string[];
  /** axis, reference lines and labels of the linear loss axis, visible at first */
  linear?: string[];
  /** the same of the logarithmic one */
  log?: string[];
}

/** The part of a bqplot model that is used here. It is drawn once for values that are set together. */
export interface Mark {
  get(trait: string): unknown;
  set(values: Record<string, unknown>): void;
}

export type GetModel = (ref: string) => Promise<Mark>;

/** anywidget's name of the model that ipywidgets names IPY_MODEL_<id>. */
export const reference = (ref: string): string => ref.replace(/^IPY_MODEL_/, "anywidget:");

export async function connectChart(
  refs: ChartRefs,
  getModel: GetModel,
  store: Store,
  scheduler: Scheduler,
  page: Pick<EventTarget, "addEventListener">,
  signal: AbortSignal,
): Promise<void> {
  const open = (ref: string | null | undefined) => (ref ? getModel(reference(ref)) : null);
  const openAll = (refs: string[] = []) => Promise.all(refs.map((ref) => getModel(reference(ref))));
  const [line, dot, scale] = await Promise.all([open(refs.cursor), open(refs.dot), open(refs.x)]);
  if (signal.aborted) return;
  if (line !== null) moveMarks(line, dot, store, scheduler, signal);
  if (scale !== null && refs.dom_class) seekByPointer(refs.dom_class, scale, store, page, signal);
  const [marks, linear, log] = await Promise.all([openAll(refs.on_loss), openAll(refs.linear), openAll(refs.log)]);
  if (!signal.aborted && log.length > 0) switchAxis(marks, linear, log, store, signal);
}

/** Shows the linear or the logarithmic loss axis, and moves the marks to its scale. */
function switchAxis(marks: Mark[], linear: Mark[], log: Mark[], store: Store, signal: AbortSignal): void {
  const scaleOf = (mark: Mark) => (mark.get("scales") as { y?: unknown } | undefined)?.y;
  const show = (logarithmic: boolean) => {
    const y = (logarithmic ? log : linear).map(scaleOf).find((scale) => scale !== undefined);
    if (marks.every((mark) => scaleOf(mark) === y)) return;
    for (const mark of marks) mark.set({ scales: { ...(mark.get("scales") as object), y } });
    for (const part of linear) part.set({ visible: !logarithmic });
    for (const part of log) part.set({ visible: logarithmic });
  };
  const dispose = effect(() => show(store.logarithmic.value));
  const leave = () => {
    dispose();
    show(false); // as it was found: the models outlive the page
  };
  signal.addEventListener("abort", leave, { once: true });
}

/** The cursor of a training at full speed moves by more epochs than this at once. */
const LEAP = 8;
/** The marks then move at this interval, ms: less often than the cursor, because they are expensive to draw. */
const LEAP_MS = 200;

/** Moves line and dot at most once per frame, and not while the page is hidden, where bqplot leaks memory. */
function moveMarks(line: Mark, dot: Mark | null, store: Store, scheduler: Scheduler, signal: AbortSignal): void {
  let cancel: (() => void) | null = null;
  let shown = -1;
  let shownAt = 0;
  const draw = () => {
    cancel = null;
    const epoch = store.cursor.peek();
    shown = epoch;
    shownAt = scheduler.now();
    const loss = store.recording.peek()?.loss(epoch) ?? Number.NaN;
    place(line, epoch < 0 ? [] : [epoch, epoch], epoch < 0 ? [] : [0, 1]);
    // A loss that is not finite has no dot.
    if (dot !== null) place(dot, Number.isFinite(loss) ? [epoch] : [], Number.isFinite(loss) ? [loss] : []);
  };
  const soon = (): (() => void) => {
    const leaps = store.mode.peek() === "training" && store.cursor.peek() - shown > LEAP;
    const wait = leaps ? shownAt + LEAP_MS - scheduler.now() : 0;
    if (wait <= 0) return scheduler.frame(draw);
    return scheduler.after(wait, () => {
      cancel = scheduler.frame(draw);
    });
  };
  const dispose = effect(() => {
    store.version.value;
    store.cursor.value;
    if (store.mode.value === "rest") {
      cancel?.(); // the epoch where it stops is shown without delay
      cancel = null;
    }
    cancel ??= soon();
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

function place(mark: Mark, x: number[], y: number[]): void {
  if (holds(mark.get("x"), x) && holds(mark.get("y"), y)) return;
  mark.set({ x: Float64Array.from(x), y: Float64Array.from(y) });
}

function holds(known: unknown, wanted: number[]): boolean {
  const values = known as ArrayLike<number> | null;
  return values?.length === wanted.length && wanted.every((value, i) => Object.is(values[i], value));
}

/** A pointer at most this far beside the plot means its edge, px. */
const SLACK = 8;

/** Listens on the page, because the chart's element may come later and may be replaced. */
function seekByPointer(
  domClass: string,
  scale: Mark,
  store: Store,
  page: Pick<EventTarget, "addEventListener">,
  signal: AbortSignal,
): void {
  let plot: Element | null = null;
  let pointer = -1;
  const seek = (event: PointerEvent) => {
    if (plot === null) return;
    const { left, width } = plot.getBoundingClientRect();
    const min = Number(scale.get("min") ?? 0);
    const max = Number(scale.get("max") ?? store.head.peek());
    if (width > 0) store.seek(min + ((event.clientX - left) / width) * (max - min));
  };
  const on = (name: string, listen: (event: PointerEvent) => void) =>
    page.addEventListener(name, listen as (event: Event) => void, { signal, capture: true });
  const end = (event: PointerEvent) => {
    if (plot === null || event.pointerId !== pointer) return;
    plot = null;
    store.dragging.value = false;
  };
  on("pointerdown", (event) => {
    if (plot !== null || event.button !== 0) return;
    const touched = (event.target as Element | null)?.closest?.(`.${domClass}`)?.querySelector(".plotarea_background");
    if (!touched || !within(touched.getBoundingClientRect(), event)) return;
    plot = touched;
    pointer = event.pointerId;
    store.dragging.value = true;
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
      if (plot !== null) store.dragging.value = false;
    },
    { once: true },
  );
}

const within = ({ left, right, top, bottom }: DOMRect, { clientX: x, clientY: y }: PointerEvent): boolean =>
  x >= left - SLACK && x <= right + SLACK && y >= top && y <= bottom;
