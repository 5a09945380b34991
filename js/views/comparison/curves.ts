/** The losses of several runs on the timeline: a line each, told apart by colour and dash, with its name at the end. */

import { epochOffset } from "../../drawing/layout";
import { DASHES, runColor } from "../../drawing/run-style";
import { lossHeight, lossScale, type Scale } from "../../drawing/sparkline";
import { grouped, type Words } from "../../text/words";
import { element } from "../element";
import type { Theme } from "../theme";
import type { Curves, Size } from "../timeline";
import { linePath, shapeOf, yOf } from "../timeline-curve";
import { describeRuns, ticksOf } from "./events";
import { type LineEnd, placeLabels } from "./line-labels";
import type { Run } from "./runs";

/** What is after the cursor is paler, and old branches are. */
const AHEAD = 0.4;
const OLD = 0.3;
/** Between a line and its name, px. */
const GAP = 5;

interface Line {
  readonly path: Path2D;
  readonly oldBranches: readonly Path2D[];
}

/** Measured when it changes, not at every epoch: reading it would force a layout of the page. */
interface Measured {
  readonly size: Size;
  /** From the left edge to the right one of what names may cover, px. */
  readonly room: number;
  /** Of the names, px. */
  readonly widths: readonly number[];
  readonly height: number;
}

export function curvesOf(host: HTMLElement, runs: readonly Run[], words: Words): Curves {
  host.style.setProperty("--epochscope-runs", String(runs.length));
  const labels = runs.map(({ label, index }) => {
    const el = element(host, "line-label");
    el.textContent = el.title = label;
    el.style.color = runColor(index);
    return el;
  });
  const dashes = runs.map(({ index }) => (DASHES[index] ?? "").split(/[ ,]+/).filter(Boolean).map(Number));
  let lines: readonly Line[] = [];
  let colors: readonly string[] = [];
  let colorsOf: Theme | null = null;
  let measured: Measured | null = null;
  const epochs = (): number => Math.max(0, ...runs.map(({ store }) => store.recording.peek()?.epochs ?? 0));

  return {
    watch() {
      for (const { store } of runs) {
        store.version.value;
        store.status.value;
      }
    },
    epochs,
    goal: () => Math.max(...runs.map(({ store }) => store.status.peek().goal)),
    madeFor: () => runs.flatMap(({ store }) => shapeOf(store)),
    make(size, axisEpochs) {
      const scale = scaleOf(runs);
      lines = runs.map(({ store }) => {
        const recording = store.recording.peek();
        const path = (losses: Float64Array, start = 0) => linePath(losses, start, axisEpochs, size, scale);
        return {
          path: path(recording?.losses ?? new Float64Array(0)),
          oldBranches: (recording?.oldBranches ?? []).map(({ losses, start }) => path(losses, start)),
        };
      });
      if (measured?.size !== size) measured = measure(host, labels, size);
      nameLines(labels, runs, measured, axisEpochs, scale);
    },
    ticks: () => ticksOf(runs, words),
    paint(context, { width, height }, theme, x) {
      if (colorsOf !== theme) {
        colorsOf = theme;
        colors = labels.map((label) => getComputedStyle(label).color);
      }
      context.lineWidth = 1.5;
      context.lineJoin = "round";
      const drawBetween = (left: number, right: number, alpha: number): void => {
        context.save();
        context.beginPath();
        context.rect(left, 0, right - left, height);
        context.clip();
        // The first run is drawn last: it has the solid line.
        for (let run = lines.length - 1; run >= 0; run--) {
          const { path, oldBranches } = lines[run] as Line;
          context.strokeStyle = colors[run] as string;
          context.setLineDash([]);
          context.globalAlpha = OLD * alpha;
          for (const line of oldBranches) context.stroke(line);
          context.setLineDash(dashes[run] as number[]);
          context.globalAlpha = alpha;
          context.stroke(path);
        }
        context.restore();
      };
      drawBetween(0, x, 1);
      drawBetween(x, width, AHEAD);
    },
    name: () => words.timeline,
    end: grouped,
    describe: (epoch) => describeRuns(runs, words, epoch),
  };
}

/** One scale for all, from the lowest to the highest of their own. */
function scaleOf(runs: readonly Run[]): Scale {
  const scales = runs.flatMap(({ store }) => {
    const losses = store.recording.peek()?.losses;
    return losses?.some(Number.isFinite) ? [lossScale(losses)] : [];
  });
  if (scales.length === 0) return { low: 0, high: 1 };
  return { low: Math.min(...scales.map(({ low }) => low)), high: Math.max(...scales.map(({ high }) => high)) };
}

function measure(host: HTMLElement, labels: readonly HTMLElement[], size: Size): Measured {
  for (const label of labels) {
    label.style.maxWidth = "";
    label.hidden = false;
  }
  const boxes = labels.map((label) => label.getBoundingClientRect());
  return {
    ...{ size, room: host.clientWidth },
    ...{ widths: boxes.map(({ width }) => width), height: boxes[0]?.height ?? 0 },
  };
}

function nameLines(
  labels: readonly HTMLElement[],
  runs: readonly Run[],
  { size, room, widths, height }: Measured,
  axisEpochs: number,
  scale: Scale,
): void {
  const ends = runs.map(({ store }, run) => {
    const losses = store.recording.peek()?.losses ?? [];
    const last = losses.length - 1;
    const x = last < 0 ? 0 : Math.min(size.width, epochOffset(last, axisEpochs, size.width)) + GAP;
    const y = yOf(last < 0 ? 0 : lossHeight(losses[last] as number, scale), size.height);
    return { x, y, width: Math.min(widths[run] as number, room - x) };
  });
  const places = placeLabels(ends, height, size.height);
  labels.forEach((label, run) => {
    const { x } = ends[run] as LineEnd;
    const { style } = label;
    label.hidden = (runs[run]?.store.head.peek() ?? -1) < 0;
    style.maxWidth = `${(room - x).toFixed(1)}px`;
    style.transform = `translate(${x.toFixed(1)}px, ${((places[run] ?? 0) - height / 2).toFixed(1)}px)`;
  });
}
