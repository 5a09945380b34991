/** The timeline: a slider over curves of the losses, with ticks for events. */
import type { ReadonlySignal } from "@preact/signals";
import { epochAt, epochOffset } from "../drawing/layout";
import type { QuestionStore } from "../player/question-store";
import type { Stage } from "../player/stage";
import type { Words } from "../text/words";
import { element } from "./element";
import { hideRingOnClick } from "./focus";
import { onFrame } from "./frame";
import { createTimelineCover } from "./question/timeline-cover";
import { readTheme, type Theme } from "./theme";

/** How far the thumb is above and below the curve, and its width, px, as in 4-transport.css. */
const [ABOVE, BELOW, THUMB] = [3, 4, 2];

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Tick {
  readonly epoch: number;
  readonly kind: string;
  readonly title: string;
  /** The number of the run whose colour it has. */
  readonly run?: number;
}

/** What is drawn under the slider. */
export interface Curves {
  /** Read the signals that change what is drawn. */
  watch(): void;
  /** The number of epochs that can be shown. */
  epochs(): number;
  goal(): number;
  /** The values for which curves and ticks are made. */
  madeFor(): readonly unknown[];
  make(size: Size, axisEpochs: number): void;
  ticks(): readonly Tick[];
  /** `x`: the cursor */
  paint(context: CanvasRenderingContext2D, size: Size, theme: Theme, x: number): void;
  /** The name of the slider. */
  name(): string;
  /** The end of the axis as it is written below it. */
  end(axisEpochs: number): string;
  /** An epoch in words. */
  describe(epoch: number): string;
}

/** What the timeline needs of a player or a comparison. */
export interface TimelineView {
  readonly words: Words;
  readonly stage: Pick<Stage, "cursor" | "mode" | "dragging" | "seek">;
  readonly axisEpochs: ReadonlySignal<number>;
  readonly theme: ReadonlySignal<number>;
  readonly asked: QuestionStore;
}

export function createTimeline(host: HTMLElement, view: TimelineView, curves: Curves): { destroy: () => void } {
  const { stage, words, axisEpochs: axis } = view;
  host.tabIndex = 0;
  host.setAttribute("role", "slider");
  const canvas = element(host, "sparkline", "canvas") as HTMLCanvasElement;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const ticks = element(host, "ticks");
  const end = element(host, "axis-end");
  end.setAttribute("aria-hidden", "true");
  const cover = createTimelineCover(host, view);
  const thumb = element(host, "thumb");
  let theme: Theme = readTheme(host);
  let themeVersion = -1;
  let size: Size = { width: 0, height: 0 };
  let madeFor: readonly unknown[] = [];

  const make = (): void => {
    const { width, height } = size;
    const axisEpochs = axis.peek();
    const ratio = devicePixelRatio || 1;
    const goal = curves.goal();
    const name = curves.name();
    const now = [width, height, axisEpochs, ratio, goal, name, ...curves.madeFor()];
    if (now.length === madeFor.length && now.every((value, i) => value === madeFor[i])) return;
    madeFor = now;
    host.setAttribute("aria-label", name);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round((ABOVE + height + BELOW) * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, ABOVE * ratio);
    curves.make(size, axisEpochs);
    // Until the pointer that drags is released, events may be beyond the end.
    const shown = curves.ticks().filter(({ epoch }) => epoch < axisEpochs);
    ticks.replaceChildren(...shown.map((tick) => tickElement(tick, axisEpochs)));
    end.textContent = axisEpochs < goal ? curves.end(axisEpochs) : "";
  };

  const draw = (): void => {
    const epochs = curves.epochs();
    if (size.width === 0) return;
    if (themeVersion !== view.theme.peek()) {
      theme = readTheme(host);
      themeVersion = view.theme.peek();
    }
    make();
    const epoch = Math.min(stage.cursor.peek(), epochs - 1);
    const x = epoch < 0 ? 0 : Math.min(epochOffset(epoch, axis.peek(), size.width), size.width);
    context.clearRect(0, -ABOVE, size.width, ABOVE + size.height + BELOW);
    curves.paint(context, size, theme, x);
    context.fillStyle = theme.line;
    context.fillRect(0, size.height - 1, size.width, 1);
    const moving = stage.mode.peek() === "replaying" || stage.dragging.peek();
    thumb.hidden = epoch < 0 || moving;
    if (!moving) thumb.style.transform = `translateX(${x}px)`;
    else if (epoch >= 0) drawThumb(context, x, size.height, theme.ink);
    cover.draw();
    host.setAttribute("aria-valuemin", "0");
    host.setAttribute("aria-valuemax", String(Math.max(0, epochs - 1)));
    host.setAttribute("aria-valuenow", String(Math.max(0, epoch)));
    host.setAttribute("aria-valuetext", epoch < 0 ? words.nothing_recorded : curves.describe(epoch));
  };

  const frames = onFrame(() => {
    curves.watch();
    stage.cursor.value;
    stage.mode.value;
    stage.dragging.value;
    axis.value;
    view.theme.value;
    cover.watch();
  }, draw);
  const resize = new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight - ABOVE - BELOW };
    frames.request();
  });
  resize.observe(canvas);
  const life = new AbortController();
  hideRingOnClick(host, life.signal);
  seekByPointer(host, canvas, view, curves, cover.pick, life.signal);

  return {
    destroy() {
      life.abort();
      resize.disconnect();
      frames.stop();
      host.replaceChildren();
    },
  };
}

/** In every frame that moves an element over a canvas, Chromium would sort the page into layers anew. */
function drawThumb(context: CanvasRenderingContext2D, x: number, height: number, ink: string): void {
  const ratio = devicePixelRatio || 1;
  const left = Math.round((x - THUMB / 2) * ratio) / ratio;
  context.save();
  context.strokeStyle = ink;
  context.lineWidth = THUMB;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(left + THUMB / 2, -ABOVE + THUMB / 2);
  context.lineTo(left + THUMB / 2, height + BELOW - THUMB / 2);
  context.stroke();
  context.restore();
}

function tickElement({ epoch, kind, title, run }: Tick, axisEpochs: number): HTMLElement {
  const tick = document.createElement("i");
  tick.dataset.kind = kind;
  tick.title = title;
  tick.style.left = `${epochOffset(epoch, axisEpochs, 100)}%`;
  if (run !== undefined) tick.dataset.run = String(run + 1);
  return tick;
}

function seekByPointer(
  host: HTMLElement,
  canvas: HTMLElement,
  { stage, axisEpochs }: TimelineView,
  curves: Curves,
  /** Answer a question with an epoch, "begin" where the pointer is pressed; returns whether it can be. */
  pick: (epoch: number, begins: boolean) => boolean,
  signal: AbortSignal,
): void {
  const on = (
    name: "pointerdown" | "pointermove" | "pointerup" | "pointercancel",
    act: (event: PointerEvent) => void,
  ) => host.addEventListener(name, act, { signal });
  const move = (event: PointerEvent, begins: boolean): void => {
    const epochs = curves.epochs();
    const box = canvas.getBoundingClientRect();
    const epoch = epochAt(event.clientX - box.left, axisEpochs.peek(), box.width);
    if (pick(epoch, begins) || epochs === 0) return;
    if (begins) stage.dragging.value = true;
    stage.seek(Math.min(epoch, epochs - 1));
  };
  const end = (): void => {
    stage.dragging.value = false;
  };
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    host.setPointerCapture(event.pointerId);
    move(event, true);
  });
  on("pointermove", (event) => {
    if (host.hasPointerCapture(event.pointerId)) move(event, false);
  });
  on("pointerup", end);
  on("pointercancel", end);
}
