/** The losses of several runs on the timeline: a line each, told apart by colour and dash, with its name at the end. */

import { epochOffset } from "../../drawing/layout";
import { DASHES, runColor } from "../../drawing/run-style";
import { lossHeight, lossScale, type Scale } from "../../drawing/sparkline";
import type { Words } from "../../text/words";
import { element } from "../element";
import type { Theme } from "../theme";
import type { Curves, Size } from "../timeline";
import { linePath, shapeOf, yOf } from "../timeline-curve";
import { describeRuns, ticksOf } from "./events";
import { placeLabels } from "./line-labels";
import type { Run } from "./runs";

/** What is after the cursor is paler, and old branches are. */
const AHEAD = 0.4;
const OLD = 0.3;
/** Distance between names, and between a line and its name, px. */
const SPACING = 11;
const GAP = 5;

interface Line {
  readonly path: Path2D;
  readonly oldBranches: readonly Path2D[];
  readonly dash: readonly number[];
  color: string;
}

export function curvesOf(host: HTMLElement, runs: readonly Run[], words: Words): Curves {
  host.style.setProperty("--epochscope-runs", String(runs.length));
  const labels = runs.map(({ label, index }) => {
    const el = element(host, "line-label");
    el.textContent = el.title = label;
    el.style.color = runColor(index);
    return el;
  });
  let lines: readonly Line[] = [];
  let painted: Theme | null = null;
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
      lines = runs.map(({ store, index }) => {
        const recording = store.recording.peek();
        const path = (losses: Float64Array, start = 0) => linePath(losses, start, axisEpochs, size, scale);
        return {
          path: path(recording?.losses ?? new Float64Array(0)),
          oldBranches: (recording?.oldBranches ?? []).map(({ losses, start }) => path(losses, start)),
          dash: (DASHES[index] ?? "").split(/[ ,]+/).filter(Boolean).map(Number),
          color: "",
        };
      });
      painted = null;
      nameLines(labels, runs, size, axisEpochs, scale);
    },
    ticks: () => ticksOf(runs, words),
    paint(context, { width, height }, theme, x) {
      if (painted !== theme) {
        painted = theme;
        lines.forEach((line, run) => {
          line.color = getComputedStyle(labels[run] as HTMLElement).color;
        });
      }
      context.lineWidth = 1.5;
      context.lineJoin = "round";
      const drawBetween = (left: number, right: number, alpha: number): void => {
        context.save();
        context.beginPath();
        context.rect(left, 0, right - left, height);
        context.clip();
        // The first run is drawn last: it has the solid line.
        for (const { path, oldBranches, dash, color } of [...lines].reverse()) {
          context.strokeStyle = color;
          context.setLineDash([]);
          context.globalAlpha = OLD * alpha;
          for (const line of oldBranches) context.stroke(line);
          context.setLineDash(dash as number[]);
          context.globalAlpha = alpha;
          context.stroke(path);
        }
        context.restore();
      };
      drawBetween(0, x, 1);
      drawBetween(x, width, AHEAD);
    },
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

function nameLines(
  labels: readonly HTMLElement[],
  runs: readonly Run[],
  size: Size,
  axisEpochs: number,
  scale: Scale,
): void {
  const ends = runs.map(({ store }, run) => {
    const losses = store.recording.peek()?.losses;
    const last = (losses?.length ?? 0) - 1;
    const x = last < 0 ? 0 : Math.min(size.width, epochOffset(last, axisEpochs, size.width)) + GAP;
    const y = yOf(last < 0 ? 0 : lossHeight(losses?.[last] as number, scale), size.height);
    return { x, y, width: (labels[run] as HTMLElement).offsetWidth };
  });
  const places = placeLabels(ends, SPACING, size.height);
  labels.forEach((label, run) => {
    label.hidden = (runs[run]?.store.head.peek() ?? -1) < 0;
    label.style.transform = `translate(${(ends[run]?.x ?? 0).toFixed(1)}px, ${((places[run] ?? 0) - SPACING / 2).toFixed(1)}px)`;
  });
}
