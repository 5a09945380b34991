/** The timeline: a slider over the outline of the losses, with ticks for events and the curves of old branches. */
import { epochAt, epochOffset } from "../drawing/layout";
import { lossScale, outline, type Scale } from "../drawing/sparkline";
import type { Recording } from "../player/types";
import { describeEpoch, describeEvent, grouped } from "../text/words";
import { element } from "./element";
import { hideRingOnClick } from "./focus";
import { onFrame } from "./frame";
import { readTheme, type Theme } from "./theme";
import type { View } from "./view";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The paths of the timeline, and the values for which they were made. */
interface Shape {
  readonly key: string;
  readonly recording: Recording | null;
  readonly path: Path2D;
  readonly oldBranches: readonly Path2D[];
}

export function createTimeline(host: HTMLElement, view: View): { destroy: () => void } {
  const { store, words, axisEpochs: axis } = view;
  host.tabIndex = 0;
  host.setAttribute("role", "slider");
  host.setAttribute("aria-label", words.timeline);
  const canvas = element(host, "sparkline", "canvas") as HTMLCanvasElement;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const ticks = element(host, "ticks");
  const end = element(host, "axis-end");
  end.setAttribute("aria-hidden", "true");
  const thumb = element(host, "thumb");
  let theme: Theme = readTheme(host);
  let themeVersion = -1;
  let size: Size = { width: 0, height: 0 };
  let shape: Shape = { key: "", recording: null, path: new Path2D(), oldBranches: [] };

  const reshape = (recording: Recording): void => {
    const { width, height } = size;
    const { epochs, revision, oldBranches, events } = recording;
    const axisEpochs = axis.peek();
    const ratio = devicePixelRatio || 1;
    const { goal } = store.status.peek();
    const key = [epochs, revision, oldBranches.length, events.length, width, height, axisEpochs, goal, ratio].join();
    if (key === shape.key && shape.recording === recording) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const scale = lossScale(recording.losses);
    shape = {
      ...{ key, recording },
      path: filledPath(recording.losses, axisEpochs, size, scale),
      oldBranches: oldBranches.map(({ losses, start }) => linePath(losses, start, axisEpochs, size, scale)),
    };
    ticks.replaceChildren(
      ...events.flatMap((event) => {
        if (event.epoch >= axisEpochs) return []; // until the pointer that drags is released
        const tick = document.createElement("i");
        tick.dataset.kind = event.kind;
        tick.title = describeEvent(words, event);
        tick.style.left = `${epochOffset(event.epoch, axisEpochs, 100)}%`;
        return tick;
      }),
    );
    end.textContent = axisEpochs < goal ? grouped(axisEpochs) : "";
  };

  const draw = (): void => {
    const recording = store.recording.peek();
    if (!recording || size.width === 0) return;
    if (themeVersion !== view.theme.peek()) {
      theme = readTheme(host);
      themeVersion = view.theme.peek();
    }
    reshape(recording);
    const epoch = Math.min(store.cursor.peek(), recording.epochs - 1);
    const x = epoch < 0 ? 0 : Math.min(epochOffset(epoch, axis.peek(), size.width), size.width);
    paint(context, shape, size, theme, x);
    thumb.style.transform = `translateX(${x}px)`;
    thumb.hidden = epoch < 0;
    host.setAttribute("aria-valuemin", "0");
    host.setAttribute("aria-valuemax", String(Math.max(0, recording.epochs - 1)));
    host.setAttribute("aria-valuenow", String(Math.max(0, epoch)));
    const text = epoch < 0 ? words.nothing_recorded : describeEpoch(words, recording, epoch);
    host.setAttribute("aria-valuetext", text);
  };

  const frames = onFrame(() => {
    store.version.value;
    store.cursor.value;
    store.status.value;
    axis.value;
    view.theme.value;
  }, draw);
  const resize = new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    frames.request();
  });
  resize.observe(canvas);
  const life = new AbortController();
  hideRingOnClick(host, life.signal);
  seekByPointer(host, canvas, view, life.signal);

  return {
    destroy() {
      life.abort();
      resize.disconnect();
      frames.stop();
      host.replaceChildren();
    },
  };
}

/** y of a share of the height; at least one pixel stays visible. */
const yOf = (share: number, height: number): number => height - Math.max(1, share * (height - 2));

function linePath(losses: Float64Array, start: number, axisEpochs: number, size: Size, scale: Scale): Path2D {
  const path = new Path2D();
  for (const [x, share] of outline(losses, start, axisEpochs, size.width, scale))
    path.lineTo(x, yOf(share, size.height));
  return path;
}

function filledPath(losses: Float64Array, axisEpochs: number, { width, height }: Size, scale: Scale): Path2D {
  const path = new Path2D();
  const points = outline(losses, 0, axisEpochs, width, scale);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return path;
  path.moveTo(0, height);
  path.lineTo(0, yOf(first[1], height));
  for (const [x, share] of points) path.lineTo(x, yOf(share, height));
  path.lineTo(last[0], height);
  return path;
}

/** `x`: the cursor; the outline has another colour before it than after it. */
function paint(context: CanvasRenderingContext2D, shape: Shape, size: Size, theme: Theme, x: number): void {
  const { width, height } = size;
  context.clearRect(0, 0, width, height);
  const fillBetween = (color: string, left: number, right: number): void => {
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, height);
    context.clip();
    context.fillStyle = color;
    context.fill(shape.path);
    context.restore();
  };
  fillBetween(theme.played, 0, x);
  fillBetween(theme.ahead, x, width);
  context.strokeStyle = theme.oldBranch;
  for (const line of shape.oldBranches) context.stroke(line);
  context.fillStyle = theme.line;
  context.fillRect(0, height - 1, width, 1);
}

function seekByPointer(host: HTMLElement, canvas: HTMLElement, { store, axisEpochs }: View, signal: AbortSignal): void {
  const on = (
    name: "pointerdown" | "pointermove" | "pointerup" | "pointercancel",
    act: (event: PointerEvent) => void,
  ) => host.addEventListener(name, act, { signal });
  const seek = (event: PointerEvent): void => {
    const recording = store.recording.peek();
    if (!recording || recording.epochs === 0) return;
    const box = canvas.getBoundingClientRect();
    store.seek(Math.min(epochAt(event.clientX - box.left, axisEpochs.peek(), box.width), recording.epochs - 1));
  };
  const end = (): void => {
    store.dragging.value = false;
  };
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    host.setPointerCapture(event.pointerId);
    store.dragging.value = true;
    seek(event);
  });
  on("pointermove", (event) => {
    if (host.hasPointerCapture(event.pointerId)) seek(event);
  });
  on("pointerup", end);
  on("pointercancel", end);
}
