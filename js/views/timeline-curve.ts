/** The curve of one run on the timeline: the filled outline of its losses, and its old branches as lines. */
import { lossScale, outline, type Scale } from "../drawing/sparkline";
import type { Store } from "../player/store";
import { axisEnd, EPOCHS, moveWords } from "../text/places";
import { describeEpoch, describeEvent, type Words } from "../text/words";
import type { Curves, Size } from "./timeline";

export function curveOf(store: Store, words: Words): Curves {
  const recording = () => store.recording.peek();
  let outlined = new Path2D();
  let oldBranches: readonly Path2D[] = [];
  return {
    watch() {
      store.version.value;
      store.recording.value;
      store.status.value;
    },
    epochs: () => recording()?.epochs ?? 0,
    goal: () => store.status.peek().goal,
    madeFor: () => shapeOf(store),
    make(size, axisEpochs) {
      const shown = recording();
      const losses = shown?.losses ?? new Float64Array(0);
      const scale = lossScale(losses);
      outlined = filledPath(losses, axisEpochs, size, scale);
      oldBranches = (shown?.oldBranches ?? []).map((branch) =>
        linePath(branch.losses, branch.start, axisEpochs, size, scale),
      );
    },
    ticks() {
      const shown = recording();
      return (shown?.events ?? []).map((event) => ({
        epoch: event.epoch,
        kind: event.kind,
        title: describeEvent(words, shown ?? EPOCHS, event),
      }));
    },
    paint(context, { width, height }, theme, x) {
      const fillBetween = (color: string, left: number, right: number): void => {
        context.save();
        context.beginPath();
        context.rect(left, 0, right - left, height);
        context.clip();
        context.fillStyle = color;
        context.fill(outlined);
        context.restore();
      };
      fillBetween(theme.played, 0, x);
      fillBetween(theme.ahead, x, width);
      context.strokeStyle = theme.oldBranch;
      for (const line of oldBranches) context.stroke(line);
    },
    name: () => moveWords(words, recording()?.axis ?? null).timeline,
    end: (axisEpochs) => axisEnd(recording() ?? EPOCHS, axisEpochs),
    describe(epoch) {
      const shown = recording();
      return shown ? describeEpoch(words, shown, epoch) : "";
    },
  };
}

/** The values on which the curve and the ticks of a run depend. */
export function shapeOf(store: Store): readonly unknown[] {
  const recording = store.recording.peek();
  if (!recording) return [null];
  const { epochs, revision, oldBranches, events } = recording;
  return [recording, epochs, revision, oldBranches.length, events.length];
}

/** y of a share of the height; at least one pixel stays visible. */
export const yOf = (share: number, height: number): number => height - Math.max(1, share * (height - 2));

export function linePath(losses: Float64Array, start: number, axisEpochs: number, size: Size, scale: Scale): Path2D {
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
