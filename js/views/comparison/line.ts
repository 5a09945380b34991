/** One line of a comparison's text grid: names of the rows and cells. */
import { columnSpan } from "../../drawing/layout";
import type { Recording } from "../../player/types";
import { fill, loss3, spoken } from "../../text/words";
import { shownAt } from "../cell";
import { element } from "../element";
import { MovingTiles } from "../moving-tiles";
import { type GridLine, maxProbabilityOf, type Showing } from "../text-grid";
import type { RenderContext } from "../view";
import { createComparedCell } from "./cell";
import { rowName } from "./row-name";
import type { Run } from "./runs";
import { differsAt } from "./texts";

/** In a wider label column, px, label and swatch are on one line, and there is room for the loss. */
const ROOMY_GUTTER = 110;

export function createComparisonLine(parent: HTMLElement, context: RenderContext, runs: readonly Run[]): GridLine {
  const { layout, words, glyphs } = context;
  const el = element(parent, "text-line");
  el.setAttribute("role", "presentation");
  const names = addNames(el, context, runs);
  const row = element(el, "columns");
  row.setAttribute("role", "presentation");
  row.style.left = `${layout.gutter}px`;
  const { marks, prediction, predictions } = layout;
  const space = (predictions[1]?.top ?? 0) - prediction.top - prediction.height;
  row.style.setProperty("--epochscope-marks-height", `${marks.height}px`);
  row.style.setProperty("--epochscope-row-space", `${space}px`);
  const numbers = runs.map(({ index }) => index);
  const cells = Array.from({ length: layout.columns }, (_, column) => {
    const cell = createComparedCell(row, numbers);
    const { left, right } = columnSpan(layout, column);
    cell.place(left, right - left - layout.gap);
    return cell;
  });
  const movingTiles = new MovingTiles(el, row, context);
  let [first, count] = [0, 0];
  // The line is made anew for other recordings.
  const all = runs.map(({ store }) => store.recording.peek());
  const contexts = all.map((recording) => ({ glyphs, maxProbability: recording ? maxProbabilityOf(recording) : 1 }));
  const epochs = () => runs.map(({ store }) => store.cursor.peek());

  return {
    el,
    cell: (position) => (position >= first ? cells[position - first] : undefined),
    bind(recording: Recording, line: number): void {
      first = line * layout.columns;
      count = Math.min(layout.columns, recording.positions - first);
      el.style.transform = `translateY(${line * layout.lineHeight}px)`;
      cells.forEach((cell, column) => {
        cell.el.hidden = column >= count;
        if (column < count) cell.bind(recording, glyphs, first + column);
      });
    },
    show(recording: Recording, epoch: number, { flashing, moving }: Showing): void {
      const at = epochs();
      if (moving) movingTiles.begin({ x: moving.x, y: moving.y + (first / layout.columns) * layout.lineHeight });
      else movingTiles.end();
      for (let column = 0; column < count; column++) {
        const position = first + column;
        // A run with a text of its own is compared with none.
        const differs = runs.length > 1 ? differsAt(all, at, position) : null;
        const onCanvas = moving !== null && recording.isCounted(position);
        if (!onCanvas && differs !== null) cells[column]?.mark(differs);
        if (onCanvas && differs) movingTiles.mark(column);
        all.forEach((each, run) => {
          const [own, context] = [at[run] as number, contexts[run] as (typeof contexts)[number]];
          if (onCanvas) {
            const shown = shownAt(each, position, own, context.maxProbability);
            movingTiles.tile(column, run, shown, differs, own >= 0 && own < epoch);
          } else cells[column]?.tiles[run]?.show(each, position, own, context, flashing);
        });
      }
      all.forEach((each, run) => {
        names[run]?.show(each, at[run] as number, epoch);
      });
      const ended = runs.filter((_, run) => (at[run] as number) >= 0 && (at[run] as number) < epoch);
      const value = ended.map(({ index }) => index).join(" ");
      if (el.dataset.ended !== value) el.dataset.ended = value;
    },
    name(_recording: Recording, cursor: number): void {
      const at = epochs();
      const token = (recording: Recording, index: number): string => spoken(recording.alphabet[index] ?? "", words);
      for (let column = 0; column < count; column++) {
        const position = first + column;
        const own = all.find((each) => each !== null);
        if (!own) continue;
        const place = fill(words.position_of, { position: position + 1, positions: own.positions });
        const target = own.isCounted(position) ? token(own, own.targets[position] as number) : words.ignored;
        const parts = [
          `${place}: ${words.input} ${token(own, own.inputs[position] as number)}, ${words.target} ${target}`,
          differsAt(all, at, position) ? words.runs_differ : words.runs_agree,
        ];
        all.forEach((recording, run) => {
          const epoch = at[run] as number;
          if (!recording || epoch < 0) return;
          const correct = recording.isCorrect(epoch, position) ? words.correct : words.wrong;
          const said = token(recording, recording.token(epoch, position));
          const ended = epoch < cursor ? `, ${fill(words.run_ended, { epoch })}` : "";
          parts.push(`${runs[run]?.label}${ended}: ${said}${recording.isCounted(position) ? `, ${correct}` : ""}`);
        });
        cells[column]?.option.setAttribute("aria-label", parts.join("; "));
      }
    },
  };
}

function addNames(line: HTMLElement, { layout, words }: RenderContext, runs: readonly Run[]) {
  const gutter = element(line, "gutter");
  gutter.style.width = `${layout.gutter}px`;
  gutter.setAttribute("aria-hidden", "true");
  for (const [text, band] of [
    [words.input, layout.input],
    [words.target, layout.target],
  ] as const) {
    const label = element(gutter, "label");
    label.textContent = text;
    label.style.top = `${band.top + band.height / 2}px`;
  }
  const isRoomy = layout.gutter >= ROOMY_GUTTER * layout.unit;
  return runs.map(({ index, label }, row) => {
    const band = layout.predictions[row] ?? layout.prediction;
    const name = rowName(gutter, index, label);
    name.el.style.top = `${band.top}px`;
    name.el.style.height = `${band.height}px`;
    name.el.dataset.narrow = String(!isRoomy);
    let shown = "";
    return {
      show(recording: Recording | null, epoch: number, cursor: number): void {
        const score = !recording || epoch < 0 ? "" : `${recording.correctCount(epoch)}/${recording.countedPositions}`;
        const loss = !recording || epoch < 0 ? "" : loss3(recording.loss(epoch));
        const ended = epoch >= 0 && epoch < cursor ? fill(words.run_ended, { epoch }) : "";
        const now = ended || (score && !layout.dense && isRoomy ? `${score} · ${loss}` : score);
        if (now === shown) return;
        shown = now;
        name.set(
          now,
          [label, score && fill(words.score, scoreOf(recording, epoch)), loss, ended].filter(Boolean).join(", "),
        );
      },
    };
  });
}

const scoreOf = (recording: Recording | null, epoch: number) => ({
  correct: recording?.correctCount(epoch) ?? 0,
  positions: recording?.countedPositions ?? 0,
});
