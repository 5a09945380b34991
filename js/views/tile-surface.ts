/** A canvas whose pixels are those of the page, in the units of a line of the text grid. */
import { columnsWidth, type Layout } from "../drawing/layout";
import { element } from "./element";

/** Letters may be larger than their tiles, px. */
const MARGIN = 8;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export class TileSurface {
  /** Whether this browser can draw what is needed. */
  static get isSupported(): boolean {
    return "roundRect" in CanvasRenderingContext2D.prototype;
  }

  readonly context: CanvasRenderingContext2D;
  readonly #layout: Layout;

  /** `row`: the columns of the line. */
  constructor(row: HTMLElement, layout: Layout) {
    const canvas = element(row, "moving-tiles", "canvas") as HTMLCanvasElement;
    canvas.setAttribute("aria-hidden", "true");
    this.context = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.#layout = layout;
    const { top, bottom } = rowsOf(layout);
    const size = (length: number): number => Math.ceil((length + 2 * MARGIN) * layout.ratio) + 1;
    canvas.width = size(columnsWidth(layout, layout.columns));
    canvas.height = size(bottom - top);
    canvas.style.width = `${canvas.width / layout.ratio}px`;
    canvas.style.height = `${canvas.height / layout.ratio}px`;
  }

  get canvas(): HTMLCanvasElement {
    return this.context.canvas;
  }

  /** Put the canvas where the columns are: on whole pixels, as the cells. `corner`: of the columns in the page, px. */
  place(corner: Point): void {
    const { canvas, context } = this;
    const { ratio } = this.#layout;
    const { top } = rowsOf(this.#layout);
    const margin = Math.round(MARGIN * ratio);
    const [x, y] = [corner.x * ratio, corner.y * ratio];
    canvas.style.left = `${(Math.round(x) - margin - x) / ratio}px`;
    canvas.style.top = `${(Math.round(y) + Math.round(top * ratio) - margin - y) / ratio}px`;
    context.setTransform(ratio, 0, 0, ratio, margin, margin - Math.round(top * ratio));
    context.textAlign = "center";
    context.direction = "ltr";
  }

  clear(): void {
    const { width, height } = this.canvas;
    this.context.save();
    this.context.resetTransform();
    this.context.clearRect(0, 0, width, height);
    this.context.restore();
  }

  /** Fill a rectangle with round corners. Its edges are on whole device pixels, as those of an element. */
  fill(left: number, top: number, right: number, bottom: number, radii: number | number[]): void {
    const [x, y] = [this.#snap(left), this.#snap(top)];
    this.context.beginPath();
    this.context.roundRect(x, y, this.#snap(right) - x, this.#snap(bottom) - y, radii);
    this.context.fill();
  }

  #snap(length: number): number {
    return Math.round(length * this.#layout.ratio) / this.#layout.ratio;
  }
}

/** What the canvas shows: from the marks of a comparison to the last row or the bars, px from the top of the line. */
function rowsOf({ marks, predictions, prediction, bars }: Layout): { top: number; bottom: number } {
  const last = predictions.at(-1) ?? prediction;
  return { top: marks.top, bottom: Math.max(last.top + last.height, bars.top + bars.height) };
}
