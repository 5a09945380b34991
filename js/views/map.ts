/**
 * The learning map of one line: one column per position, one row per epoch, blue if correct, orange if wrong. The column
 * of an ignored position is hatched.
 */
import { level } from "../drawing/color";
import { fillFirstErrors, firstErrorPaths } from "../drawing/first-error";
import { columnSpan, columnsWidth, rowEpochs } from "../drawing/layout";
import type { Recording } from "../player/types";
import { svgElement } from "./element";
import type { RenderContext } from "./view";

/** What a map needs of the context. */
type MapContext = Pick<RenderContext, "layout" | "theme" | "axisEpochs" | "maxProbability">;

const OPAQUE = 0xff000000;
/** Space between the lines of a hatching, px, as in 3-text-grid.css. */
const HATCH = 6;

/**
 * The colour of the epochs [first, last) at a position: the average if there are several. Of a long recording every
 * `stride`-th counts; if there is none of these, the one before.
 */
function pixel(recording: Recording, context: MapContext, position: number, first: number, last: number): number {
  const { stride } = recording;
  let [r, g, b, n] = [0, 0, 0, 0];
  const after = Math.ceil(first / stride) * stride;
  for (let epoch = after < last ? after : after - stride; epoch < last; epoch += stride) {
    const scale = context.theme.scales[recording.isCorrect(epoch, position) ? 1 : 0];
    const color = scale[level(recording.probability(epoch, position), context.maxProbability)] as number;
    if (last - first === 1) return color;
    r += color & 255;
    g += (color >> 8) & 255;
    b += (color >> 16) & 255;
    n++;
  }
  return (OPAQUE | (Math.round(b / n) << 16) | (Math.round(g / n) << 8) | Math.round(r / n)) >>> 0;
}

export function createMap(canvas: HTMLCanvasElement, renderContext: MapContext) {
  const { layout, axisEpochs } = renderContext;
  const { ratio, map, columns, gap } = layout;
  const rows = Math.max(1, Math.round(map.height * ratio));
  canvas.width = Math.round(columnsWidth(layout, columns) * ratio);
  canvas.height = rows;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.imageSmoothingEnabled = false;
  // First one pixel per position; then every column is stretched to its width.
  const narrow = document.createElement("canvas");
  narrow.width = columns;
  narrow.height = rows;
  const narrowContext = narrow.getContext("2d") as CanvasRenderingContext2D;

  /** The rectangle of some rows of a column, in device pixels. */
  const rectangle = (column: number, top: number, height: number): [number, number, number, number] => {
    const span = columnSpan(layout, column);
    const left = Math.round(span.left * ratio);
    return [left, top, Math.round((span.right - gap) * ratio) - left, height];
  };

  const hatch = (column: number): void => {
    const [left, top, width, height] = rectangle(column, 0, rows);
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.beginPath();
    for (let x = (HATCH / 2) * ratio; x < width + height; x += HATCH * ratio) {
      context.moveTo(left + x, top);
      context.lineTo(left + x - height, top + height);
    }
    context.strokeStyle = renderContext.theme.ignored;
    context.lineWidth = ratio;
    context.stroke();
    context.restore();
  };

  return {
    /** Draw the epochs [from, recording.epochs) of the positions [first, first + count); 0 clears the map first. */
    paint(recording: Recording, first: number, count: number, from: number): void {
      if (from === 0) {
        context.clearRect(0, 0, canvas.width, rows);
        context.fillStyle = renderContext.theme.zero;
        for (let column = 0; column < count; column++) {
          if (recording.isCounted(first + column)) context.fillRect(...rectangle(column, 0, rows));
          else hatch(column);
        }
      }
      const epochs = Math.min(recording.epochs, axisEpochs);
      if (from >= epochs) return;
      const top = Math.floor((from * rows) / axisEpochs);
      const bottom = Math.min(rows, Math.ceil((epochs * rows) / axisEpochs));
      const height = bottom - top;
      const pixels = new Uint32Array(count * height);
      for (let y = 0; y < height; y++) {
        const [start, stop] = rowEpochs(top + y, rows, axisEpochs);
        if (start >= epochs) continue;
        for (let column = 0; column < count; column++) {
          const color = pixel(recording, renderContext, first + column, start, Math.min(stop, epochs));
          pixels[y * count + column] = color;
        }
      }
      narrowContext.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), count, height), 0, top);
      for (let column = 0; column < count; column++) {
        if (!recording.isCounted(first + column)) continue;
        context.drawImage(narrow, column, top, 1, height, ...rectangle(column, top, height));
      }
    },
  };
}

/** Over the map: a line at the first wrong position of each epoch, and a veil over what a free run does not reach. */
export class FirstErrorLine {
  readonly #context: RenderContext;
  readonly #beyond: SVGElement;
  /** The outline, which separates the line from the colours of the map, and the line. */
  readonly #lines: readonly SVGElement[];
  /** By row of pixels. */
  readonly #errors: Int32Array;

  constructor(parent: Element, context: RenderContext) {
    this.#context = context;
    const { map, columns } = context.layout;
    const el = svgElement(parent, "first-error", "svg");
    el.setAttribute("aria-hidden", "true");
    el.style.width = `${columnsWidth(context.layout, columns)}px`;
    el.style.height = `${map.height}px`;
    el.style.top = `${map.top}px`;
    this.#errors = new Int32Array(Math.max(1, Math.round(map.height)));
    this.#beyond = svgElement(el, "first-error-beyond");
    this.#lines = ["outline", "line"].map((name) => svgElement(el, `first-error-${name}`));
  }

  /** Draw the positions [first, first + count), after the epochs from `from` on were added. */
  draw(recording: Recording, first: number, count: number, from: number): void {
    const { layout, axisEpochs } = this.#context;
    fillFirstErrors(this.#errors, recording, from, axisEpochs);
    const { line, beyond } = firstErrorPaths(this.#errors, { layout, first, count, height: layout.map.height });
    this.#beyond.setAttribute("d", beyond);
    for (const el of this.#lines) el.setAttribute("d", line);
  }
}
