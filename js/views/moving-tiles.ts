/**
 * The predictions of a line while they change in every frame, on a canvas over the cells: a page cannot lay out hundreds
 * of new letters in a frame. What the canvas shows is hidden in the cells meanwhile; they are updated afterwards.
 */
import { type Band, columnSpan } from "../drawing/layout";
import type { Kind, Shown } from "./cell";
import { type Point, TileSurface } from "./tile-surface";
import type { RenderContext } from "./view";

export class MovingTiles {
  readonly #line: HTMLElement;
  readonly #row: HTMLElement;
  readonly #context: RenderContext;
  #surface: TileSurface | null = null;
  #shown = false;

  /** `row`: the columns of the line. */
  constructor(line: HTMLElement, row: HTMLElement, context: RenderContext) {
    this.#line = line;
    this.#row = row;
    this.#context = context;
  }

  /** Show a canvas without tiles. `corner`: the upper left corner of the line in the page, px. */
  begin({ x, y }: Point): void {
    const { layout } = this.#context;
    this.#surface ??= new TileSurface(this.#row, layout);
    if (!this.#shown) this.#surface.place({ x: x + layout.gutter, y });
    this.#surface.clear();
    this.#show(true);
  }

  /** Show the cells again. */
  end(): void {
    this.#show(false);
  }

  tile(column: number, row: number, shown: Shown, differs: boolean | null = null, ended = false): void {
    const [surface, { layout, painter, glyphs, theme }] = [this.#surface, this.#context];
    if (surface === null || painter === null) return;
    surface.context.globalAlpha = ended ? theme.endedOpacity : 1;
    const { left, right } = this.#edges(column);
    painter.tile(surface, left, right, layout.predictions[row] as Band, shown, glyphs[shown.token], differs);
    surface.context.globalAlpha = 1;
  }

  bar(column: number, height: number, kind: Kind): void {
    const [surface, { layout, painter }] = [this.#surface, this.#context];
    if (surface === null || painter === null) return;
    const { left, right } = this.#edges(column);
    painter.bar(surface, left, right, layout.bars.top + layout.bars.height, height, kind);
  }

  /** Mark a position at which runs differ. */
  mark(column: number): void {
    const [surface, { layout, painter, theme }] = [this.#surface, this.#context];
    if (surface === null || painter === null) return;
    const { left, right } = this.#edges(column);
    painter.mark(surface, left, right, layout.marks, theme.ink);
  }

  #edges(column: number): { left: number; right: number } {
    const { left, right } = columnSpan(this.#context.layout, column);
    return { left, right: right - this.#context.layout.gap };
  }

  #show(shown: boolean): void {
    if (this.#surface === null || shown === this.#shown) return;
    this.#shown = shown;
    this.#surface.canvas.hidden = !shown;
    this.#line.dataset.moving = String(shown);
  }
}
