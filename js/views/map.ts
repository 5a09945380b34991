/** The learning map of one line: a column per position, an epoch per row, blue where right, orange where wrong. */
import { level } from "../drawing/color";
import { columnX, rowEpochs } from "../drawing/layout";
import type { Recording } from "../player/types";
import type { Look } from "./view";

const LITTLE_ENDIAN_ALPHA = 0xff000000;

/** Epochs of one pixel: their colours averaged. */
function pixel(recording: Recording, { theme, surest }: Look, position: number, first: number, last: number): number {
  let [r, g, b] = [0, 0, 0];
  for (let epoch = first; epoch < last; epoch++) {
    const scale = theme.scales[recording.right(epoch, position) ? 1 : 0];
    const color = scale[level(recording.probability(epoch, position), surest)] as number;
    if (last - first === 1) return color;
    r += color & 255;
    g += (color >> 8) & 255;
    b += (color >> 16) & 255;
  }
  const n = last - first;
  return (LITTLE_ENDIAN_ALPHA | (Math.round(b / n) << 16) | (Math.round(g / n) << 8) | Math.round(r / n)) >>> 0;
}

export function createMap(canvas: HTMLCanvasElement, look: Look) {
  const { layout, span } = look;
  const { ratio, map, columns, gap } = layout;
  const rows = Math.max(1, Math.round(map.height * ratio));
  canvas.width = Math.round(columnX(layout, columns) * ratio);
  canvas.height = rows;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.imageSmoothingEnabled = false;
  // One pixel per position first; then every column is stretched to its place.
  const narrow = document.createElement("canvas");
  narrow.width = columns;
  narrow.height = rows;
  const narrowContext = narrow.getContext("2d") as CanvasRenderingContext2D;

  /** The place of some rows of a column, in device pixels. */
  const across = (column: number, top: number, height: number): [number, number, number, number] => {
    const left = Math.round(columnX(layout, column) * ratio);
    return [left, top, Math.round((columnX(layout, column + 1) - gap) * ratio) - left, height];
  };

  return {
    /** Draws the epochs [from, recording.epochs) of the positions [first, first + count); from 0 starts afresh. */
    paint(recording: Recording, first: number, count: number, from: number): void {
      if (from === 0) {
        context.clearRect(0, 0, canvas.width, rows);
        context.fillStyle = look.theme.zero;
        for (let column = 0; column < count; column++) context.fillRect(...across(column, 0, rows));
      }
      const epochs = Math.min(recording.epochs, span);
      if (from >= epochs) return;
      const top = Math.floor((from * rows) / span);
      const bottom = Math.min(rows, Math.ceil((epochs * rows) / span));
      const height = bottom - top;
      const pixels = new Uint32Array(count * height);
      for (let y = 0; y < height; y++) {
        const [start, stop] = rowEpochs(top + y, rows, span);
        if (start >= epochs) continue;
        for (let column = 0; column < count; column++) {
          pixels[y * count + column] = pixel(recording, look, first + column, start, Math.min(stop, epochs));
        }
      }
      narrowContext.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), count, height), 0, top);
      for (let column = 0; column < count; column++) {
        context.drawImage(narrow, column, top, 1, height, ...across(column, top, height));
      }
    },
  };
}
