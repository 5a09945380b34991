/** The timeline: a slider over the outline of the loss, with ticks for events and ghosts of other lines. */
import { epochAt, epochOffset } from "../drawing/layout";
import { lossScale, outline } from "../drawing/sparkline";
import type { Recording } from "../player/types";
import { element } from "./cell";
import { onFrame } from "./frame";
import { readTheme, type Theme } from "./theme";
import { spanOf, type View } from "./view";

export function createTimeline(host: HTMLElement, view: View): { destroy: () => void } {
  const { store, words } = view;
  host.tabIndex = 0;
  host.setAttribute("role", "slider");
  host.setAttribute("aria-label", words.timeline);
  const canvas = element(host, "silhouette", "canvas") as HTMLCanvasElement;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const ticks = element(host, "ticks");
  const thumb = element(host, "thumb");
  let theme: Theme = readTheme(host);
  let themed = -1;
  let size = { width: 0, height: 0 };
  let shape = { key: "", recording: null as Recording | null, path: new Path2D(), ghosts: [] as Path2D[] };

  const span = (): number => spanOf(store);

  const reshape = (recording: Recording): void => {
    const { width, height } = size;
    const { epochs, revision, ghosts, events } = recording;
    const key = [epochs, revision, ghosts.length, events.length, width, height, span(), devicePixelRatio].join();
    if (key === shape.key && shape.recording === recording) return;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const scale = lossScale(recording.losses);
    const y = (share: number): number => height - Math.max(1, share * (height - 2));
    const path = new Path2D();
    const points = outline(recording.losses, 0, span(), width, scale);
    if (points.length > 0) {
      path.moveTo(0, height);
      path.lineTo(0, y((points[0] as [number, number])[1]));
      for (const [x, share] of points) path.lineTo(x, y(share));
      path.lineTo((points[points.length - 1] as [number, number])[0], height);
    }
    const lines = ghosts.map((ghost) => {
      const line = new Path2D();
      for (const [x, share] of outline(ghost.losses, ghost.start, span(), width, scale)) line.lineTo(x, y(share));
      return line;
    });
    ticks.replaceChildren(
      ...events.map((event) => {
        const tick = document.createElement("i");
        tick.dataset.kind = event.kind;
        tick.title = words.atEvent(event.epoch, words.event(event));
        tick.style.left = `${epochOffset(event.epoch, span(), 100)}%`;
        return tick;
      }),
    );
    shape = { key, recording, path, ghosts: lines };
  };

  const draw = (): void => {
    const recording = store.recording.peek();
    if (!recording || size.width === 0) return;
    if (themed !== view.theme.peek()) {
      theme = readTheme(host);
      themed = view.theme.peek();
    }
    reshape(recording);
    const { width, height } = size;
    const epoch = Math.min(store.cursor.peek(), recording.epochs - 1);
    const x = epoch < 0 ? 0 : epochOffset(epoch, span(), width);
    context.clearRect(0, 0, width, height);
    const fill = (color: string, left: number, right: number): void => {
      context.save();
      context.beginPath();
      context.rect(left, 0, right - left, height);
      context.clip();
      context.fillStyle = color;
      context.fill(shape.path);
      context.restore();
    };
    fill(theme.played, 0, x);
    fill(theme.ahead, x, width);
    context.strokeStyle = theme.ghost;
    for (const line of shape.ghosts) context.stroke(line);
    context.fillStyle = theme.line;
    context.fillRect(0, height - 1, width, 1);
    thumb.style.transform = `translateX(${x}px)`;
    thumb.hidden = epoch < 0;
    host.setAttribute("aria-valuemin", "0");
    host.setAttribute("aria-valuemax", String(Math.max(0, recording.epochs - 1)));
    host.setAttribute("aria-valuenow", String(Math.max(0, epoch)));
    host.setAttribute(
      "aria-valuetext",
      epoch < 0
        ? words.nothing
        : words.summary(epoch, recording.rightCount(epoch), recording.positions, recording.loss(epoch)),
    );
  };

  const frames = onFrame(() => {
    store.version.value;
    store.cursor.value;
    store.status.value;
    view.theme.value;
  }, draw);
  const resize = new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    frames.request();
  });
  resize.observe(canvas);

  const life = new AbortController();
  const { signal } = life;
  const seek = (event: PointerEvent): void => {
    const recording = store.recording.peek();
    if (!recording || recording.epochs === 0) return;
    const box = canvas.getBoundingClientRect();
    store.seek(Math.min(epochAt(event.clientX - box.left, span(), box.width), recording.epochs - 1));
  };
  host.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      host.setPointerCapture(event.pointerId);
      store.dragging.value = true;
      seek(event);
    },
    { signal },
  );
  host.addEventListener("pointermove", (event) => host.hasPointerCapture(event.pointerId) && seek(event), { signal });
  const drop = (): void => {
    store.dragging.value = false;
  };
  host.addEventListener("pointerup", drop, { signal });
  host.addEventListener("pointercancel", drop, { signal });

  return {
    destroy() {
      life.abort();
      resize.disconnect();
      frames.stop();
      host.replaceChildren();
    },
  };
}
