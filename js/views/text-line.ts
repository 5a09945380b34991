/** One line of the stage: its labels, its cells, its strip of the learning map and the cursor across it. */
import { columnX, epochOffset } from "../drawing/layout";
import type { Recording } from "../player/types";
import { spoken } from "../text/words";
import { type Cell, createCell, element } from "./cell";
import { createMap } from "./map";
import type { Look } from "./view";

function label(parent: HTMLElement, text: string, middle: number): void {
  const el = element(parent, "label");
  el.textContent = text;
  el.style.top = `${middle}px`;
}

export function createLine(parent: HTMLElement, look: Look) {
  const { layout, words, span } = look;
  const el = element(parent, "line");
  el.setAttribute("role", "presentation");
  const gutter = element(el, "gutter");
  gutter.style.width = `${layout.gutter}px`;
  gutter.setAttribute("aria-hidden", "true");
  for (const [text, band] of [
    [words.reads, layout.reads],
    [words.target, layout.target],
    [words.says, layout.says],
    [words.pTarget, layout.bars],
  ] as const) {
    label(gutter, text, band.top + band.height / 2);
  }
  if (layout.map.height > 50) {
    const { top, height } = layout.map;
    label(gutter, "0", top + 6);
    if (height > 100) label(gutter, words.epoch, top + height / 2);
    label(gutter, String(span), top + height - 6);
  }

  const row = element(el, "columns");
  row.setAttribute("role", "presentation");
  row.style.left = `${layout.gutter}px`;
  const cells: Cell[] = Array.from({ length: layout.columns }, (_, column) => {
    const cell = createCell(row);
    const left = columnX(layout, column);
    cell.place(left, columnX(layout, column + 1) - left - layout.gap);
    return cell;
  });

  const canvas = element(row, "map", "canvas") as HTMLCanvasElement;
  canvas.setAttribute("aria-hidden", "true");
  canvas.style.top = `${layout.map.top}px`;
  canvas.style.width = `${columnX(layout, layout.columns)}px`;
  canvas.style.height = `${layout.map.height}px`;
  const map = createMap(canvas, look);
  const cursor = element(row, "map-cursor");
  let index = -1;
  let [first, count] = [0, 0];
  let painted = 0;

  return {
    el,
    get index() {
      return index;
    },
    cell: (position: number): Cell | undefined => (position >= first ? cells[position - first] : undefined),

    /** Takes on a line of the text. */
    bind(recording: Recording, line: number): void {
      index = line;
      first = line * layout.columns;
      count = Math.min(layout.columns, recording.positions - first);
      painted = 0;
      el.style.transform = `translateY(${line * layout.lineHeight}px)`;
      cells.forEach((cell, column) => {
        cell.el.hidden = column >= count;
        if (column < count) cell.bind(recording, look.glyphs, first + column);
      });
      cursor.style.width = `${columnX(layout, count) - layout.gap}px`;
    },
    show(recording: Recording, epoch: number, flashing: boolean): void {
      for (let column = 0; column < count; column++) {
        (cells[column] as Cell).show(recording, first + column, epoch, look, flashing);
      }
      const y = Math.round(epochOffset(epoch, span, layout.map.height) * layout.ratio) / layout.ratio - 1;
      const within = Math.max(0, Math.min(y, layout.map.height - 2)); // whole at either end, nothing of it cut off
      cursor.style.transform = `translateY(${layout.map.top + within}px)`;
      cursor.hidden = epoch < 0;
      if (painted === 0 || painted < recording.epochs) {
        map.paint(recording, first, count, painted);
        painted = recording.epochs;
      }
    },
    /** What a screen reader says of every cell: worth its price only when the cursor has come to rest. */
    name(recording: Recording, epoch: number): void {
      for (let column = 0; column < count; column++) {
        const position = first + column;
        const say = (index: number): string => spoken(recording.alphabet[index] ?? "", words);
        const parts = [
          words.position(position + 1, recording.positions),
          words.cell(say(recording.inputs[position] as number), say(recording.targets[position] as number)),
        ];
        if (epoch >= 0) {
          const right = recording.right(epoch, position);
          parts.push(words.cellSays(say(recording.token(epoch, position)), right, recording.pTarget(epoch, position)));
        }
        (cells[column] as Cell).option.setAttribute("aria-label", parts.join(": "));
      }
    },
  };
}

export type Line = ReturnType<typeof createLine>;
