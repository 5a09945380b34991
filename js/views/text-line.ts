/** One line of the text grid: labels, cells, a strip of the learning map, and the cursor across it. */
import { columnSpan, columnsWidth, epochOffset } from "../drawing/layout";
import type { Recording } from "../player/types";
import { describePosition } from "../text/words";
import { barHeight, type Cell, createCell, shownAt } from "./cell";
import { element } from "./element";
import { createMap, FirstErrorLine } from "./map";
import { MovingTiles } from "./moving-tiles";
import { createCover } from "./question/cover";
import type { Showing } from "./text-grid";
import type { RenderContext } from "./view";

export function createTextLine(parent: HTMLElement, context: RenderContext) {
  const { layout, words, axisEpochs } = context;
  const el = element(parent, "text-line");
  el.setAttribute("role", "presentation");
  addLabels(el, context);

  const row = element(el, "columns");
  row.setAttribute("role", "presentation");
  row.style.left = `${layout.gutter}px`;
  const cells: Cell[] = Array.from({ length: layout.columns }, (_, column) => {
    const cell = createCell(row);
    const { left, right } = columnSpan(layout, column);
    cell.place(left, right - left - layout.gap);
    return cell;
  });
  const map = createMap(addMapCanvas(row, context), context);
  const firstError = context.firstError ? new FirstErrorLine(row, context) : null;
  const cover = createCover(row);
  const cursor = element(row, "map-cursor");
  const movingTiles = new MovingTiles(el, row, context);
  let index = -1;
  let [first, count] = [0, 0];
  let paintedEpochs = 0;

  return {
    el,
    get index() {
      return index;
    },
    cell: (position: number): Cell | undefined => (position >= first ? cells[position - first] : undefined),

    /** Show a line of the text. */
    bind(recording: Recording, line: number): void {
      index = line;
      first = line * layout.columns;
      count = Math.min(layout.columns, recording.positions - first);
      paintedEpochs = 0;
      el.style.transform = `translateY(${line * layout.lineHeight}px)`;
      cells.forEach((cell, column) => {
        cell.el.hidden = column >= count;
        if (column < count) cell.bind(recording, context.glyphs, first + column);
      });
      const { left, right } = columnSpan(layout, 0, count);
      cursor.style.left = `${left}px`;
      cursor.style.width = `${right - left - layout.gap}px`;
      cover.el.style.left = `${left}px`;
      cover.el.style.width = `${right - left - layout.gap}px`;
    },
    show(recording: Recording, epoch: number, { flashing, moving, covered }: Showing): void {
      if (moving) movingTiles.begin({ x: moving.x, y: moving.y + index * layout.lineHeight });
      else movingTiles.end();
      for (let column = 0; column < count; column++) {
        const position = first + column;
        if (!moving || !recording.isCounted(position)) {
          (cells[column] as Cell).show(recording, position, epoch, context, flashing);
          continue;
        }
        const shown = shownAt(recording, position, epoch, context.maxProbability);
        movingTiles.tile(column, 0, shown);
        movingTiles.bar(column, barHeight(recording, position, epoch, layout), shown.kind);
      }
      const y = Math.round(epochOffset(epoch, axisEpochs, layout.map.height) * layout.ratio) / layout.ratio - 1;
      const within = Math.max(0, Math.min(y, layout.map.height - 2)); // fully visible at both ends
      cursor.style.transform = `translateY(${layout.map.top + within}px)`;
      cursor.hidden = epoch < 0;
      cover.show(covered, axisEpochs, (share) => {
        const above = Math.round(share * layout.map.height);
        cover.el.style.top = `${layout.map.top + above}px`;
        cover.el.style.height = `${layout.map.height - above}px`;
      });
      if (paintedEpochs === 0 || paintedEpochs < recording.epochs) {
        map.paint(recording, first, count, paintedEpochs);
        firstError?.draw(recording, first, count, paintedEpochs);
        paintedEpochs = recording.epochs;
      }
    },
    /** Set the accessible names; expensive, so only when the cursor has stopped. */
    name(recording: Recording, epoch: number): void {
      for (let column = 0; column < count; column++) {
        const name = describePosition(words, recording, first + column, epoch);
        (cells[column] as Cell).option.setAttribute("aria-label", name);
      }
    },
  };
}

function addLabels(line: HTMLElement, { layout, words, axisName, axisEnd, firstError }: RenderContext): void {
  const gutter = element(line, "gutter");
  gutter.style.width = `${layout.gutter}px`;
  gutter.setAttribute("aria-hidden", "true");
  const add = (text: string, middle: number): HTMLElement => {
    const label = element(gutter, "label");
    label.textContent = text;
    label.style.top = `${middle}px`;
    return label;
  };
  for (const [text, band] of [
    [words.input, layout.input],
    [words.target, layout.target],
    [words.prediction, layout.prediction],
    [words.p_target, layout.bars],
  ] as const) {
    add(text, band.top + band.height / 2);
  }
  const { top, height } = layout.map;
  if (height <= 50) return;
  const labels = [add("0", top + 6)];
  if (height > 100) labels.push(add(axisName, top + height / 2));
  if (firstError) for (const label of labels) label.title = words.first_error_hint;
  add(axisEnd, top + height - 6);
}

function addMapCanvas(row: HTMLElement, { layout }: RenderContext): HTMLCanvasElement {
  const canvas = element(row, "map", "canvas") as HTMLCanvasElement;
  canvas.setAttribute("aria-hidden", "true");
  canvas.style.top = `${layout.map.top}px`;
  canvas.style.width = `${columnsWidth(layout, layout.columns)}px`;
  canvas.style.height = `${layout.map.height}px`;
  return canvas;
}
