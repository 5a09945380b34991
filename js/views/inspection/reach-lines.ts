/** The text with gradient reach below every line: rows are steps back. Imperative, as it changes in every frame. */
import { type Layout, lineOf } from "../../drawing/layout";
import { fill, spoken } from "../../text/words";
import { element } from "../element";
import { onFrame } from "../frame";
import { readTheme } from "../theme";
import type { View } from "../view";
import { drawReachLine, isDark, type LineShape, PAD, type Palette, paletteOf } from "./reach-draw";
import type { ReachModel } from "./reach-model";
import { describeReach } from "./reach-words";
import { MAX_LAGS, type ReachWork } from "./reach-work";
import { type Place, TileLines, type Tone } from "./tile-lines";

const NAMING_DELAY_MS = 250;
/** Space between the predictions and the rows, and below a line, px. */
const [ABOVE, BELOW] = [7, 16];
/** Rows with a label. */
const LABELLED = 5;

export class ReachLines {
  readonly #view: View;
  readonly #model: ReachModel;
  readonly #tiles: TileLines;
  readonly #stop: () => void;
  readonly #life = new AbortController();
  #canvases: HTMLCanvasElement[] = [];
  #palette: { version: number; palette: Palette } | null = null;
  /** For what the canvases were made, and for what they were drawn. */
  #labelled: unknown[] = [];
  #drawn: unknown[] = [];
  #naming: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, view: View, model: ReachModel) {
    const { words, store, inspection, layout, theme } = view;
    this.#view = view;
    this.#model = model;
    const choose = (position: number): void => {
      inspection.choices.reachPosition.value = position;
      store.focus.value = position;
    };
    this.#tiles = new TileLines(host, view, {
      label: words.reach_rows,
      rows: [
        { name: "input", label: words.input, tile: false },
        {
          name: "prediction",
          label: words.prediction,
          tile: true,
          below: (now) => ABOVE + this.#rowsOf(now) * rowHeight(now),
        },
      ],
      lineSpace: () => BELOW,
      nameOf: (position) => this.#nameOf(position),
      onPress: choose,
    });
    const { content } = this.#tiles;
    content.classList.add("epochscope-reach");
    const { signal } = this.#life;
    content.addEventListener("focusin", () => choose(this.#tiles.focus), { signal });
    content.addEventListener(
      "focusout",
      () => {
        store.focus.value = null;
      },
      { signal },
    );
    content.addEventListener(
      "pointermove",
      (event) => {
        if (event.pointerType !== "touch") store.hover.value = this.#tiles.positionAt(event);
      },
      { signal },
    );
    content.addEventListener(
      "pointerleave",
      () => {
        store.hover.value = null;
      },
      { signal },
    );
    const frames = onFrame(
      () => {
        for (const one of [layout, theme, model.position, model.text, inspection.shown]) one.value;
      },
      () => {
        const more = model.advance();
        this.#draw();
        if (more) frames.request();
      },
    );
    this.#stop = frames.stop;
  }

  destroy(): void {
    this.#life.abort();
    clearTimeout(this.#naming);
    this.#stop();
    this.#tiles.destroy();
  }

  #draw(): void {
    const [work, layout] = [this.#model.shown.peek(), this.#view.layout.peek()];
    if (!work || !layout) return;
    const position = this.#model.position.peek();
    const { length } = work.text.tokens;
    const version = this.#view.theme.peek();
    const now = [work, layout, position, version];
    if (now.every((value, index) => value === this.#drawn[index])) return;
    this.#drawn = now;
    if (this.#palette?.version !== version)
      this.#palette = { version, palette: paletteOf(readTheme(this.#tiles.content)) };
    const { palette } = this.#palette;
    this.#tiles.show(length, placesOf(work, position, palette));
    this.#place(layout, length);
    for (const [line, canvas] of this.#canvases.entries())
      drawReachLine(canvas, work, this.#shape(layout, line), position, palette);
    if (this.#naming === undefined) this.#tiles.name();
    clearTimeout(this.#naming);
    this.#naming = setTimeout(() => this.#tiles.name(), NAMING_DELAY_MS);
  }

  /** A canvas and labels for each line of the text. */
  #place(layout: Layout, length: number): void {
    const now = [layout, length];
    if (now.every((value, index) => value === this.#labelled[index])) return;
    this.#labelled = now;
    const { content } = this.#tiles;
    for (const old of content.querySelectorAll(".epochscope-reach-canvas, .epochscope-reach-label")) old.remove();
    this.#canvases = Array.from({ length: lineOf(layout, length - 1) + 1 }, (_, line) => {
      const canvas = document.createElement("canvas");
      canvas.className = "epochscope-reach-canvas";
      canvas.dataset.part = "reach-canvas";
      canvas.setAttribute("aria-hidden", "true");
      const top = this.#tiles.edgesOf(0, line * layout.columns).top;
      canvas.style.top = `${top - PAD}px`;
      content.prepend(canvas);
      this.#label(layout, line, top);
      return canvas;
    });
  }

  #label(layout: Layout, line: number, top: number): void {
    const { words } = this.#view;
    const shape = this.#shape(layout, line);
    for (let lag = 0; lag < shape.rows; lag += LABELLED) {
      const label = element(this.#tiles.content, "reach-label");
      label.textContent = lag === 0 ? words.reach_here : fill(words.reach_back, { steps: lag });
      label.style.top = `${top + shape.top + (lag + 0.5) * shape.rowHeight}px`;
      label.style.width = `${layout.gutter - 10}px`;
      label.setAttribute("aria-hidden", "true");
    }
  }

  #shape(layout: Layout, line: number): LineShape {
    const [letters, tile] = [0, 1].map((row) => this.#tiles.edgesOf(row, line * layout.columns));
    const top = letters?.top ?? 0;
    return {
      layout,
      line,
      rows: this.#rowsOf(layout),
      rowHeight: rowHeight(layout),
      letters: { top: 0, bottom: (letters?.bottom ?? 0) - top },
      top: (tile?.bottom ?? 0) - top + ABOVE,
    };
  }

  #rowsOf(layout: Layout): number {
    const text = this.#model.text.peek();
    const lags = Math.min(text?.tokens.length ?? 1, text?.window ?? Infinity, MAX_LAGS + 1);
    return Math.max(1, Math.min(lags, layout.lines === 1 ? 24 : 16));
  }

  #nameOf(position: number): string {
    const { words, store } = this.#view;
    const [work, recording] = [this.#model.shown.peek(), store.recording.peek()];
    if (!work || !recording) return "";
    const token = (index: number): string => spoken(recording.alphabet[index] ?? "", words);
    const place = fill(words.position_of, { position: position + 1, positions: work.text.tokens.length });
    const read = `${words.input} ${token(work.text.tokens[position] as number)}`;
    const said = `${words.prediction} ${token(work.predictions[position] as number)}`;
    return `${place}: ${read}, ${said}. ${describeReach(words, recording.alphabet, work, position)}`;
  }
}

/** Height of a row, px, on whole device pixels. */
function rowHeight({ lines, gutter, ratio }: Layout): number {
  return Math.max(1, Math.round((lines === 1 ? 11 : lines <= 3 ? 9 : 7) * (gutter / 67) * ratio)) / ratio;
}

function placesOf(
  { text, predictions, reach }: ReachWork,
  chosen: number,
  palette: Palette,
): (row: number, position: number) => Place {
  const letterTone = (position: number): Tone => {
    const lag = chosen - position;
    const share = lag >= 0 && lag < reach.lags ? (reach.shares[chosen * reach.lags + lag] as number) : Number.NaN;
    if (Number.isNaN(share)) return "plain";
    return isDark(share, palette) ? "on_dark" : "on_light";
  };
  return (row, position) => {
    if (row === 0) return { token: text.tokens[position] as number, tone: letterTone(position) };
    const [token, target] = [predictions[position] as number, text.targets[position] as number];
    return { token, tone: target < 0 ? "plain" : token === target ? "correct" : "wrong" };
  };
}
