/** Drawing the maps of states and the curve of one unit on canvases, in the columns of the text. */
import { columnSpan, columnsWidth, type Layout } from "../../drawing/layout";
import { compressed, shade, signedScale } from "../../drawing/state-map";
import type { Theme } from "../theme";
import { type MapName, type Shown, valuesOf } from "./inside-model";

/** Space around the cells for frames, px. */
export const PAD = 3;

/** Colour scales of a theme. */
export interface Scales {
  readonly theme: Theme;
  readonly scale: Uint32Array;
  /** Of NaN, packed. */
  readonly none: number;
}

export const scalesOf = (theme: Theme): Scales => ({ theme, scale: signedScale(theme.down, theme.up), none: 0 });

/** One pixel for each cell; drawn enlarged. The same canvas for all maps: they are drawn one after the other. */
class Pixels {
  readonly #canvas = document.createElement("canvas");
  #image: ImageData | null = null;
  #colors = new Uint32Array(0);

  /** Fill the first rows.length x count pixels, and return the canvas. */
  fill(shown: Shown, name: MapName, values: Float64Array, { scale, none }: Scales): HTMLCanvasElement {
    const { first, count, rows, trace } = shown;
    const isCell = name === "cell";
    const canvas = this.#canvas;
    if (!this.#image || canvas.width !== count || canvas.height !== rows.length) {
      [canvas.width, canvas.height] = [count, rows.length];
      this.#image = new ImageData(count, rows.length);
      this.#colors = new Uint32Array(this.#image.data.buffer);
    }
    for (let row = 0; row < rows.length; row++) {
      const unit = rows[row] as number;
      for (let column = 0; column < count; column++) {
        const value = values[(first + column) * trace.size + unit] as number;
        const index = shade(isCell ? compressed(value, shown.cellLimit) : value, 1);
        this.#colors[row * count + column] = index < 0 ? none : (scale[index] as number);
      }
    }
    (canvas.getContext("2d") as CanvasRenderingContext2D).putImageData(this.#image, 0, 0);
    return canvas;
  }
}

let pixels: Pixels | undefined;

/** The edges of a column within a canvas, device pixels. */
function columnEdges(layout: Layout, column: number): [left: number, right: number] {
  const { left, right } = columnSpan(layout, column);
  return [Math.round((PAD + left) * layout.ratio), Math.round((PAD + right - layout.gap) * layout.ratio)];
}

/** Give a canvas its size in px, aligned with the columns, and clear it. */
function prepare(canvas: HTMLCanvasElement, layout: Layout, height: number): CanvasRenderingContext2D {
  const { ratio, gutter } = layout;
  const width = columnsWidth(layout, layout.columns) + 2 * PAD;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  else context.clearRect(0, 0, w, h);
  const { style } = canvas;
  const [left, cssWidth, cssHeight] = [`${gutter - PAD}px`, `${width}px`, `${height}px`];
  if (style.left !== left) style.left = left;
  if (style.width !== cssWidth) style.width = cssWidth;
  if (style.height !== cssHeight) style.height = cssHeight;
  return context;
}

export function drawMap(
  canvas: HTMLCanvasElement,
  name: MapName,
  shown: Shown,
  rowHeight: number,
  scales: Scales,
): void {
  const { layout, trace, rows, count } = shown;
  const values = valuesOf(name, trace);
  if (!values) return;
  const context = prepare(canvas, layout, rows.length * rowHeight + 2 * PAD);
  pixels ??= new Pixels();
  const small = pixels.fill(shown, name, values, scales);
  const row = Math.round(rowHeight * layout.ratio);
  const top = Math.round(PAD * layout.ratio);
  const height = rows.length * row;
  context.imageSmoothingEnabled = false;
  for (let column = 0; column < count; column++) {
    const [left, right] = columnEdges(layout, column);
    context.drawImage(small, column, 0, 1, rows.length, left, top, right - left, height);
  }
  const space = rowHeight > 6 ? Math.max(1, Math.round(layout.ratio)) : 0;
  if (space) for (let i = 1; i < rows.length; i++) context.clearRect(0, top + i * row - space, canvas.width, space);
  frameSelection(context, shown, row, top, space, scales.theme);
  if (name === "hidden" && shown.named) frameTargets(context, shown, row, top, space, scales.theme);
}

/** Frame the target of each position: its unit should have the highest value. */
function frameTargets(
  context: CanvasRenderingContext2D,
  { layout, first, count, rows, recording, passage }: Shown,
  row: number,
  top: number,
  space: number,
  theme: Theme,
): void {
  if (passage.own) return;
  const line = Math.max(1, Math.round(1.5 * layout.ratio));
  context.strokeStyle = theme.ink;
  context.lineWidth = line;
  context.beginPath();
  for (let column = 0; column < count; column++) {
    if (!recording.isCounted(first + column)) continue;
    const at = rows.indexOf(recording.targets[first + column] as number);
    const [left, right] = columnEdges(layout, column);
    if (at >= 0) context.rect(left + line / 2, top + at * row + line / 2, right - left - line, row - space - line);
  }
  context.stroke();
}

/** Frame the selected row and column. */
function frameSelection(
  context: CanvasRenderingContext2D,
  { layout, first, count, rows, unit, position }: Shown,
  row: number,
  top: number,
  space: number,
  theme: Theme,
): void {
  const line = Math.max(1, Math.round(1.5 * layout.ratio));
  const out = line / 2 + layout.ratio / 2;
  context.beginPath();
  const frame = (left: number, right: number, from: number, to: number): void => {
    context.rect(left - out, from - out, right - left + 2 * out, to - from + 2 * out);
  };
  const ends = [columnEdges(layout, 0), columnEdges(layout, count - 1)] as const;
  const [left, right] = [Math.min(ends[0][0], ends[1][0]), Math.max(ends[0][1], ends[1][1])];
  const at = rows.indexOf(unit);
  if (at >= 0) frame(left, right, top + at * row, top + (at + 1) * row - space);
  const column = position - first;
  if (column >= 0 && column < count) frame(...columnEdges(layout, column), top, top + rows.length * row - space);
  // A lighter line around the dark one keeps it visible on dark cells.
  for (const [color, width] of [
    [theme.ground, line + 2 * layout.ratio],
    [theme.ink, line],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}

/** Draw a unit's hidden state, and its cell state, through the line of the text. */
export function drawCurve(canvas: HTMLCanvasElement, shown: Shown, height: number, { theme }: Scales): void {
  const { layout, trace, first, count, unit, position, unitLimit } = shown;
  const context = prepare(canvas, layout, height);
  const { ratio } = layout;
  const [top, bottom] = [4 * ratio, (height - 4) * ratio];
  const middle = Math.round((top + bottom) / 2);
  const xOf = (column: number): number => {
    const [left, right] = columnEdges(layout, column);
    return (left + right) / 2;
  };
  const rule = (y: number, dash: number): void => {
    context.setLineDash(dash ? [dash * ratio, dash * ratio] : []);
    context.beginPath();
    context.moveTo(PAD * ratio, y);
    context.lineTo(canvas.width - PAD * ratio, y);
    context.stroke();
  };
  context.lineWidth = Math.max(1, Math.round(ratio));
  context.strokeStyle = theme.line;
  rule(middle + 0.5, 0);
  rule(Math.round(top) + 0.5, 2);
  rule(Math.round(bottom) - 0.5, 2);
  context.setLineDash([]);
  if (position >= first && position < first + count) {
    context.strokeStyle = theme.ink;
    context.beginPath();
    context.moveTo(xOf(position - first), 0);
    context.lineTo(xOf(position - first), canvas.height);
    context.stroke();
  }
  const curve = (values: Float64Array, limit: number, color: string, width: number): void => {
    context.strokeStyle = context.fillStyle = color;
    context.lineWidth = width * ratio;
    context.lineJoin = "round";
    context.beginPath();
    let drawing = false;
    for (let column = 0; column < count; column++) {
      const value = values[(first + column) * trace.size + unit] as number;
      const y = middle - (Math.min(1, Math.max(-1, value / limit)) * (bottom - top)) / 2;
      if (Number.isNaN(y)) drawing = false;
      else if (drawing) context.lineTo(xOf(column), y);
      else context.moveTo(xOf(column), y);
      if (!Number.isNaN(y)) drawing = true;
    }
    context.stroke();
    const value = values[position * trace.size + unit] as number;
    if (Number.isNaN(value) || position < first || position >= first + count) return;
    context.beginPath();
    const y = middle - (Math.min(1, Math.max(-1, value / limit)) * (bottom - top)) / 2;
    context.arc(xOf(position - first), y, (width + 1.5) * ratio, 0, 2 * Math.PI);
    context.fill();
  };
  if (trace.cell) curve(trace.cell, unitLimit, theme.quiet, 1.5);
  curve(trace.hidden, 1, theme.curve, 2);
}
