/** The learning maps of a comparison, side by side if there is room, with one cursor across all of them. */
import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { epochAt, epochOffset, type Layout } from "../../drawing/layout";
import { fill, grouped } from "../../text/words";
import { onFrame } from "../frame";
import { createMap } from "../map";
import { coverStart, createCover } from "../question/cover";
import { Swatch } from "../swatch";
import { maxProbabilityOf } from "../text-grid";
import { readTheme } from "../theme";
import type { View } from "../view";
import type { ComparisonView } from "./comparison-view";
import { MapTabs } from "./map-tabs";
import type { Run } from "./runs";

/** Up to so many maps stand side by side, each at least so wide, px; otherwise only those of the chosen runs are shown. */
const MOST = 3;
const NARROWEST = 150;
const HEIGHT = 150;
const LARGE_HEIGHT = 220;
/** Space between two maps, and the width of the axis of the epochs with the space after it, px. */
const SPACE = 20;
const AXIS = 44;

export function ComparisonMaps({ view }: { view: ComparisonView }) {
  const { comparison, runs, axisEpochs, words } = view;
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const el = host.current as HTMLDivElement;
    const resize = new ResizeObserver(() => {
      width.value = el.clientWidth;
    });
    resize.observe(el);
    return () => resize.disconnect();
  }, []);
  const room = (count: number) => Math.floor((width.value - AXIS - (count - 1) * SPACE) / count);
  const fits = runs.length <= MOST && room(runs.length) >= NARROWEST;
  const chosen = comparison.chosen.value;
  const some = room(chosen.length) >= NARROWEST ? chosen : chosen.slice(-1);
  const shown = fits ? runs : runs.filter(({ index }) => some.includes(index));
  const height = !view.large.value ? HEIGHT : fits ? LARGE_HEIGHT : LARGE_HEIGHT / 2;
  return (
    <>
      {width.value > 0 && !fits && <MapTabs view={view} runs={runs} shown={shown} />}
      <div class="epochscope-maps" data-part="maps" ref={host}>
        {width.value > 0 && (
          <>
            <div
              class="epochscope-maps-axis"
              data-named={fits || shown.length > 1}
              style={{ height: `${height}px` }}
              aria-hidden="true"
            >
              <span>0</span>
              <span>{words.epoch}</span>
              <span>{grouped(axisEpochs.value)}</span>
            </div>
            {shown.map((run) => (
              <RunMap
                key={run.index}
                view={view.views[run.index] as View}
                run={run}
                stage={comparison.stage}
                named={fits || shown.length > 1}
                size={{ width: room(shown.length), height }}
              />
            ))}
          </>
        )}
      </div>
    </>
  );
}

interface MapProps {
  view: View;
  run: Run;
  stage: ComparisonView["comparison"]["stage"];
  size: { width: number; height: number };
}

function RunMap({ view, run, stage, named, size: { width, height } }: MapProps & { named: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  const recording = run.store.recording.value;
  useEffect(() => {
    const el = frame.current;
    if (el === null || recording === null) return;
    const life = new AbortController();
    drawMap(el, view, run, stage, { width, height }, life.signal);
    return () => life.abort();
  }, [view, recording, width, height]);
  return (
    <div class="epochscope-run-map" data-run={run.index} style={{ width: `${width}px` }}>
      {named && (
        <p class="epochscope-run-map-name" title={run.label}>
          <Swatch run={run.index} /> <span>{run.label}</span>
        </p>
      )}
      <div
        class="epochscope-run-map-frame"
        role="img"
        aria-label={fill(view.words.runs_map, { run: run.label })}
        ref={frame}
        style={{ height: `${height}px` }}
      >
        <canvas class="epochscope-map" style={{ width: `${width}px`, height: `${height}px` }} />
        <div class="epochscope-map-column" hidden />
        <div class="epochscope-map-cursor" />
      </div>
    </div>
  );
}

/** The geometry of a map that stands alone: all positions in one line. */
function layoutOf(view: View, positions: number, width: number, height: number): Layout | null {
  const layout = view.layout.peek();
  if (!layout) return null;
  const pitch = width / positions;
  return {
    ...layout,
    positions,
    columns: positions,
    lines: 1,
    pitch,
    gap: pitch >= 5 ? 1 : 0,
    map: { top: 0, height },
  };
}

function drawMap(
  el: HTMLElement,
  view: View,
  { store }: Run,
  stage: MapProps["stage"],
  { width, height }: MapProps["size"],
  signal: AbortSignal,
): void {
  const { axisEpochs, theme, layout: measured, asked } = view;
  const canvas = el.querySelector("canvas") as HTMLCanvasElement;
  const cursor = el.querySelector(".epochscope-map-cursor") as HTMLElement;
  const column = el.querySelector(".epochscope-map-column") as HTMLElement;
  const cover = createCover(el);
  let map: ReturnType<typeof createMap> | null = null;
  let madeFor: readonly unknown[] = [];
  let painted = 0;
  const draw = (): void => {
    const recording = store.recording.peek();
    if (!recording) return;
    const { positions } = recording;
    const epochs = axisEpochs.peek();
    const now = [recording, recording.revision, epochs, theme.peek(), measured.peek()?.direction];
    if (map === null || now.some((value, i) => value !== madeFor[i])) {
      const layout = layoutOf(view, positions, width, height);
      if (layout === null) return;
      const context = { layout, theme: readTheme(el), axisEpochs: epochs };
      map = createMap(canvas, { ...context, maxProbability: maxProbabilityOf(recording) });
      madeFor = now;
      painted = -1;
    }
    if (painted < recording.epochs) {
      map.paint(recording, 0, positions, Math.max(0, painted));
      painted = recording.epochs;
    }
    const epoch = stage.cursor.peek();
    cursor.hidden = epoch < 0;
    const y = Math.max(0, Math.min(Math.round(epochOffset(epoch, epochs, height)) - 1, height - 2));
    cursor.style.transform = `translateY(${y}px)`;
    cover.show(coverStart(asked, epoch), epochs, (share) => {
      cover.el.style.top = `${Math.round(share * height)}px`;
    });
    el.dataset.ended = String(epoch > recording.epochs - 1);
    const selected = stage.hover.peek() ?? stage.focus.peek();
    column.hidden = selected === null || selected >= positions;
    if (selected !== null) {
      const at = measured.peek()?.direction === "rtl" ? positions - 1 - selected : selected;
      column.style.transform = `translateX(${(at * width) / positions - 1}px)`;
      column.style.width = `${Math.max(3, width / positions + 1)}px`;
    }
  };
  const frames = onFrame(() => {
    store.version.value;
    stage.cursor.value;
    stage.hover.value;
    stage.focus.value;
    axisEpochs.value;
    theme.value;
    measured.value;
    asked.phase.value;
  }, draw);
  const stopDragging = effect(() => {
    el.dataset.dragging = String(stage.dragging.value);
  });
  signal.addEventListener("abort", () => {
    frames.stop();
    stopDragging();
    cover.el.remove();
  });
  listen(el, view, stage, { width, height }, signal);
}

function listen(
  el: HTMLElement,
  view: View,
  stage: MapProps["stage"],
  size: MapProps["size"],
  signal: AbortSignal,
): void {
  const on = (name: string, handle: (event: PointerEvent) => void) =>
    el.addEventListener(name, handle as (event: Event) => void, { signal });
  const scrub = (event: PointerEvent): void => {
    const { top } = el.getBoundingClientRect();
    stage.seek(Math.min(epochAt(event.clientY - top, view.axisEpochs.peek(), size.height), stage.head.peek()));
  };
  const end = (event: PointerEvent): void => {
    if (el.hasPointerCapture(event.pointerId)) stage.dragging.value = false;
  };
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    el.setPointerCapture(event.pointerId);
    stage.dragging.value = true;
    stage.hover.value = null;
    scrub(event);
  });
  on("pointermove", (event) => {
    if (stage.dragging.peek()) {
      if (el.hasPointerCapture(event.pointerId)) scrub(event);
    } else if (event.pointerType !== "touch") {
      const positions = view.store.recording.peek()?.positions ?? 0;
      const { left } = el.getBoundingClientRect();
      const at = Math.floor(((event.clientX - left) / size.width) * positions);
      const inside = at >= 0 && at < positions;
      const isRtl = view.layout.peek()?.direction === "rtl";
      stage.hover.value = inside ? (isRtl ? positions - 1 - at : at) : null;
    }
  });
  on("pointerup", end);
  on("pointercancel", end);
  on("pointerleave", () => {
    stage.hover.value = null;
  });
}
