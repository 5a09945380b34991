/** Where the rows and positions of tile lines are: the columns of the text grid, rows of their own. Pixels; no DOM. */
import { columnOf, columnSpan, columnsWidth, type Layout, lineOf } from "../../drawing/layout";

export interface TileRow {
  /** For tests and styles. */
  name: string;
  label: string;
  /** A tile with a background, or a small glyph. */
  tile: boolean;
  /** Space below the row for what is drawn there, as a share of its height, or px for a layout; 0 if not given. */
  below?: number | ((layout: Layout) => number);
}

/** The edges of a place, px. */
export interface Edges {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export class TileGeometry {
  readonly layout: Layout;
  /** Distance from the top of one line to the top of the next, px. */
  readonly lineHeight: number;
  readonly lineSpace: number;
  readonly #rows: readonly TileRow[];

  constructor(layout: Layout, rows: readonly TileRow[], lineSpace: number) {
    this.layout = layout;
    this.#rows = rows;
    this.lineSpace = lineSpace;
    this.lineHeight = this.rowTop(rows.length) + lineSpace;
  }

  rowHeight(row: number): number {
    return this.#rows[row]?.tile ? this.layout.prediction.height : this.layout.input.height;
  }

  spaceBelow(row: number): number {
    const below = this.#rows[row]?.below ?? 0;
    return typeof below === "number" ? Math.round(below * this.rowHeight(row)) : below(this.layout);
  }

  /** From the top of the line. */
  rowTop(row: number): number {
    let top = 0;
    for (let above = 0; above < row; above++) top += this.rowHeight(above) + this.spaceBelow(above);
    return top;
  }

  /** The edges of a row at a position, from the left edge of the labels and the top of the first line. */
  edgesOf(row: number, position: number): Edges {
    const { layout } = this;
    const { left, right } = columnSpan(layout, columnOf(layout, position));
    const top = lineOf(layout, position) * this.lineHeight + this.rowTop(row);
    return {
      left: layout.gutter + left,
      right: layout.gutter + right - layout.gap,
      top,
      bottom: top + this.rowHeight(row),
    };
  }

  /** The position at a point of the same origin, of `length` positions, or null. */
  positionAt(x: number, y: number, length: number): number | null {
    const { layout } = this;
    const inColumns = x - layout.gutter;
    const fromStart = layout.direction === "ltr" ? inColumns : columnsWidth(layout, layout.columns) - inColumns;
    const column = Math.floor(fromStart / layout.pitch);
    const line = Math.floor(y / this.lineHeight);
    const position = line * layout.columns + column;
    return column >= 0 && column < layout.columns && line >= 0 && position < length ? position : null;
  }
}
