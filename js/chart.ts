/**
 * Makes the cursor of the bqplot chart one with ours, with no kernel: moves its marks, and reads where it is touched.
 * The chart is drawn by its own widget, perhaps later than we are, perhaps several times.
 */
import { effect } from "@preact/signals";
import type { Scheduler } from "./player/playback";
import type { Store } from "./player/types";

/** The `chart` trait: references to models, and the class of what the chart is drawn in. All null without a chart. */
export interface ChartRefs {
  /** two points of a vertical line */
  cursor?: string | null;
  /** one point on the loss */
  dot?: string | null;
  /** the scale of the epochs */
  x?: string | null;
  dom_class?: string | null;
  /** what is drawn on the axis of the loss */
  on_loss?: string[];
  /** an unseen mark that holds the logarithmic scale */
  spare?: string | null;
  /** the linear axis of the loss, and the logarithmic one, which starts out unseen */
  axes?: string[];
}

/** What is used of another widget's model: bqplot draws once for values that are set together. */
export interface Mark {
  get(trait: string): unknown;
  set(values: Record<string, unknown>): void;
}

export type GetModel = (ref: string) => Promise<Mark>;

/** anywidget's name for the model that ipywidgets names IPY_MODEL_<id>. */
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
  const [line, dot, scale] = await Promise.all([open(refs.cursor), open(refs.dot), open(refs.x)]);
  if (signal.aborted) return;
  if (line !== null) moveMarks(line, dot, store, scheduler, signal);
  if (scale !== null && refs.dom_class) seekByPointer(refs.dom_class, scale, store, page, signal);
  if (!refs.spare || !refs.axes) return;
  const [spare, marks, axes] = await Promise.all([
    open(refs.spare),
    Promise.all((refs.on_loss ?? []).map((ref) => getModel(reference(ref)))),
    Promise.all(refs.axes.map((ref) => getModel(reference(ref)))),
  ]);
  if (!signal.aborted && spare !== null) switchScale(spare, marks, axes, store, signal);
}

/** Moves the marks from one axis of the loss to the other, when the viewer asks for it. */
function switchScale(spare: Mark, marks: Mark[], axes: Mark[], store: Store, signal: AbortSignal): void {
  const scaleOf = (mark: Mark | undefined) => (mark?.get("scales") as { y?: unknown } | undefined)?.y;
  const linear = scaleOf(marks[0]);
  const show = (logarithmic: boolean) => {
    const y = logarithmic ? scaleOf(spare) : linear;
    if (y === scaleOf(marks[0])) return;
    for (const mark of marks) mark.set({ scales: { ...(mark.get("scales") as object), y } });
    for (const [i, axis] of axes.entries()) axis.set({ visible: logarithmic === (i === 1) });
  };
  const dispose = effect(() => show(store.logarithmic.value));
  const leave = () => {
    dispose();
    show(false); // the next visit finds the linear scale where it looks for it
  };
  signal.addEventListener("abort", leave, { once: true });
}

/** A training whose cursor leaps by more epochs than this runs as fast as it can. */
const LEAP = 8;
/** Then the marks move this often, in ms, a little more often than the curve grows: they cost far more than a chunk. */
const LEAP_MS = 200;

/** At most once per frame, and not while the page is hidden: bqplot leaks there. */
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
    // A loss that is not finite has no place in the chart.
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
      cancel?.(); // where it stops it is shown at once
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

/** How far beside the plot a pointer still means its edge, in px. */
const SLACK = 8;

/** Listens on the page, so that it does not matter when, and how often, the chart is drawn. */
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
