/** The text grid: rows and learning map of the visible positions. Imperative, since it changes at every epoch. */
import { batch, effect } from "@preact/signals";
import { directionOf } from "../drawing/direction";
import {
  columnsWidth,
  type Layout,
  type LayoutInput,
  layOut,
  layOutLarge,
  lineOf,
  visibleLines,
} from "../drawing/layout";
import type { Recording } from "../player/types";
import { axisName, shortAxisEnd } from "../text/places";
import { glyphsOf } from "./cell";
import { element } from "./element";
import { onFrame } from "./frame";
import { GridPointer } from "./pointer";
import { lastVote } from "./question/asking";
import { coverStart } from "./question/cover";
import { Marks, marksOf } from "./question/marks";
import { QuickChanges } from "./quick-changes";
import { createTextLine } from "./text-line";
import { readTheme, type Theme } from "./theme";
import { TilePainter } from "./tile-painter";
import { type Point, TileSurface } from "./tile-surface";
import type { RenderContext, View } from "./view";

/** At a higher speed, in epochs per second, changed predictions are not highlighted but drawn on a canvas. */
const MAX_FLASH_SPEED = 24;
/** Padding of the grid left and right, px, as in 3-text-grid.css. */
const EDGE = 4;
/** Nothing has changed for this long: the cells show what a canvas showed, and are named. */
const REST_MS = 250;

/** Without an output layer the lowest possible loss bounds the probabilities. */
export function maxProbabilityOf({ references }: Recording): number {
  const saturation = references.find(({ kind }) => kind === "saturation");
  return saturation ? Math.exp(-saturation.loss) : 1;
}

/** How an epoch is shown. */
export interface Showing {
  /** Changed predictions are highlighted. */
  readonly flashing: boolean;
  /** If predictions change in every frame: the upper left corner of the text in the page, px. */
  readonly moving: Point | null;
  /** The first epoch that a question covers; null: none. */
  readonly covered: number | null;
}

/** A line of the grid: rows of some positions, and what belongs to them. */
export interface GridLine {
  readonly el: HTMLElement;
  cell(position: number): { readonly option: HTMLElement } | undefined;
  /** Show a line of the text. */
  bind(recording: Recording, line: number): void;
  show(recording: Recording, epoch: number, showing: Showing): void;
  /** Set the accessible names; expensive, so only when the cursor has stopped. */
  name(recording: Recording, epoch: number): void;
}

/** What a grid shows below the input and the target. */
export interface GridRows {
  /** Read the signals after whose changes the grid is drawn again, besides those of the view's store. */
  watch(): void;
  /** The epoch on show; -1: none. */
  epoch(): number;
  /** How the layout differs from that of one run. */
  layout(width: number): Pick<LayoutInput, "rows" | "gutter">;
  /** Values for which the lines are made: with others, they are made anew. */
  madeFor(): readonly unknown[];
  createLine(parent: HTMLElement, context: RenderContext): GridLine;
  /** Whether a question is about the text of these rows. */
  isAsked(run: number | null): boolean;
  /** The rows are so wide now. */
  sized(host: HTMLElement, width: string): void;
}

const rowsOfOne = ({ store }: View): GridRows => ({
  watch() {},
  epoch: () => store.cursor.peek(),
  layout: () => ({}),
  madeFor: () => [],
  createLine: createTextLine,
  isAsked: () => true,
  sized(host, width) {
    host.closest<HTMLElement>(".epochscope-with-chart")?.style.setProperty("--epochscope-text-width", width);
  },
});

export function createTextGrid(host: HTMLElement, view: View, rows = rowsOfOne(view)): { destroy: () => void } {
  const grid = new TextGrid(host, view, rows);
  return { destroy: () => grid.destroy() };
}

class TextGrid {
  readonly #host: HTMLElement;
  readonly #view: View;
  readonly #rows: GridRows;
  readonly #content: HTMLElement;
  readonly #pointer: GridPointer;
  readonly #marks: Marks;
  readonly #lines = new Map<number, GridLine>();
  readonly #disposers: (() => void)[] = [];
  #context: RenderContext | null = null;
  /** The values for which `#context` was made. */
  #drawnFor: readonly unknown[] = [];
  #alphabet: readonly string[] = [];
  #glyphs = glyphsOf([]);
  #theme: Theme;
  #shownEpoch = -1;
  /** Where the text was when a movement began; null: it rests. */
  #movedAt: Point | null = null;
  readonly #changes = new QuickChanges(REST_MS);
  #resting: ReturnType<typeof setTimeout> | undefined;
  /** Measured when it changes, not while drawing: reading it there would force a layout of the page. */
  #size = { width: 0, height: 0 };

  constructor(host: HTMLElement, view: View, rows: GridRows) {
    this.#host = host;
    this.#view = view;
    this.#rows = rows;
    this.#content = element(host, "content");
    this.#content.setAttribute("role", "listbox");
    this.#content.setAttribute("aria-label", view.words.positions);
    this.#theme = readTheme(host);
    this.#pointer = new GridPointer(host, this.#content, view, rows);
    this.#marks = new Marks(this.#content);
    this.#listen();
  }

  destroy(): void {
    for (const dispose of this.#disposers) dispose();
    this.#pointer.destroy();
    clearTimeout(this.#resting);
    this.#host.replaceChildren();
  }

  #listen(): void {
    const [host, { store, axisEpochs, layout, theme, scroll, large, inspection }] = [this.#host, this.#view];
    const { asked, card } = this.#view;
    const frames = onFrame(
      () => {
        clearTimeout(this.#resting); // the epoch that was drawn may have been discarded
        store.version.value;
        store.recording.value;
        axisEpochs.value;
        store.cursor.value;
        store.mode.value;
        store.speed.value;
        store.dragging.value;
        store.status.value;
        store.hover.value;
        store.focus.value;
        layout.value;
        theme.value;
        inspection.choices.open.value;
        asked.phase.value;
        asked.choice.value;
        card.folded.value;
        this.#rows.watch();
      },
      () => this.#draw(),
    );
    const onScroll = (): void => {
      scroll.value = host.scrollTop;
      frames.request();
    };
    host.addEventListener("scroll", onScroll, { passive: true });
    const resize = new ResizeObserver(() => {
      batch(() => this.#measure());
      onScroll(); // an element that is put back into the page is scrolled to its top without a scroll event
    });
    resize.observe(host);
    const stopMeasuring = effect(() => {
      store.recording.value; // a new object: alphabet and positions of one object never change
      large.value;
      this.#measure();
    });
    this.#disposers.push(stopMeasuring, frames.stop, () => {
      resize.disconnect();
      host.removeEventListener("scroll", onScroll);
    });
  }

  #measure(): void {
    const [host, { store, layout, large }] = [this.#host, this.#view];
    const recording = store.recording.peek();
    this.#size = { width: host.clientWidth, height: host.clientHeight };
    if (!recording || this.#size.width === 0) return;
    if (this.#alphabet !== recording.alphabet) {
      this.#alphabet = recording.alphabet;
      this.#glyphs = glyphsOf(recording.alphabet);
    }
    const input = {
      width: this.#size.width - 2 * EDGE,
      positions: recording.positions,
      glyphColumns: this.#glyphs.reduce((widest, { columns }) => Math.max(widest, columns), 1),
      ratio: devicePixelRatio || 1,
      direction: directionOf(recording.alphabet, recording.inputs),
      ...this.#rows.layout(this.#size.width),
    };
    const next = large.peek()
      ? layOutLarge({ ...input, height: this.#size.height })
      : layOut({ ...input, height: null, unit: 1 });
    if (JSON.stringify(next) !== JSON.stringify(layout.peek())) layout.value = next;
  }

  #draw(): void {
    const { store, layout: layoutSignal, scroll } = this.#view;
    const [recording, layout] = [store.recording.peek(), layoutSignal.peek()];
    if (!recording || !layout) return;
    const context = this.#update(layout, recording);
    const epoch = this.#rows.epoch();
    const visible = visibleLines(layout, scroll.peek(), this.#size.height || layout.gridHeight);
    this.#updateLines(context, recording, epoch, visible);
    const quick = this.#changes.see(epoch, performance.now());
    const dragging = store.dragging.peek();
    const slow = store.mode.peek() === "stopped" ? !dragging : store.speed.peek() <= MAX_FLASH_SPEED || !quick;
    const showing = {
      flashing: epoch !== this.#shownEpoch && slow,
      moving: !slow && epoch >= 0 && context.painter !== null ? this.#corner() : null,
      covered: coverStart(this.#view.asked, epoch),
    };
    if (showing.moving === null) this.#movedAt = null;
    this.#shownEpoch = epoch;
    for (const line of this.#lines.values()) line.show(recording, epoch, showing);
    this.#pointer.refresh(this.#lines);
    this.#marks.show(layout, this.#marked());
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      if (this.#movedAt !== null && !dragging) this.#draw();
      else for (const line of this.#lines.values()) line.name(recording, epoch);
    }, REST_MS);
  }

  /** Measured when a movement begins: it would take too long in every frame. */
  #corner(): Point {
    this.#movedAt ??= this.#content.getBoundingClientRect();
    return this.#movedAt;
  }

  #marked() {
    const { asked, card } = this.#view;
    const [question, phase] = [asked.question.peek(), asked.phase.peek()];
    if (question === null || card.folded.peek() || !this.#rows.isAsked(question.run)) return [];
    const choice = phase === "choosing" ? asked.choice.peek() : lastVote(asked)?.choice;
    return marksOf(question, phase, choice ?? null);
  }

  /** The context for drawing. If it has changed, by more than epochs, all lines are discarded. */
  #update(layout: Layout, recording: Recording): RenderContext {
    const { theme, words, inspection } = this.#view;
    const axisEpochs = this.#view.axisEpochs.peek();
    // With windows a free run does not read what was read in training, so the first error does not tell where it ends.
    const { window } = recording.metadata;
    const isWhole = window == null || window >= recording.positions;
    const firstError = isWhole && inspection.choices.open.peek().has("free_run");
    const [name, end] = [axisName(words, recording.axis), shortAxisEnd(recording, axisEpochs)];
    const drawn = [theme.peek(), layout, recording, recording.revision, axisEpochs, firstError, name, end];
    const now = [...drawn, ...this.#rows.madeFor()];
    const before = this.#drawnFor;
    if (this.#context && now.every((value, i) => value === before[i])) return this.#context;
    if (now[0] !== before[0]) this.#theme = readTheme(this.#host);
    this.#drawnFor = now;
    this.#movedAt = null;
    for (const line of this.#lines.values()) line.el.remove();
    this.#lines.clear();
    this.#applyLayout(layout);
    const maxProbability = maxProbabilityOf(recording);
    // System colours are for elements.
    const cellsOnly = this.#theme.isForced || !TileSurface.isSupported;
    const painter = cellsOnly ? null : new TilePainter(this.#content, layout);
    const context = {
      ...{ layout, words, theme: this.#theme, painter, glyphs: this.#glyphs },
      ...{ axisEpochs, axisName: name, axisEnd: end, maxProbability, firstError },
    };
    this.#context = context;
    return context;
  }

  #applyLayout(layout: Layout): void {
    const [host, content] = [this.#host, this.#content];
    host.style.height = this.#view.large.peek() ? "" : `${layout.gridHeight}px`;
    content.style.height = `${layout.contentHeight}px`;
    const width = `${layout.gutter + columnsWidth(layout, layout.columns)}px`;
    content.style.width = width;
    this.#rows.sized(host, width);
    for (const row of ["input", "target", "prediction", "bars"] as const) {
      host.style.setProperty(`--epochscope-${row}-height`, `${layout[row].height}px`);
    }
    host.style.setProperty("--epochscope-small", `${layout.type.small}px`);
    host.style.setProperty("--epochscope-large", `${layout.type.large}px`);
    host.dataset.dense = String(layout.dense);
    host.dataset.dir = layout.direction;
    this.#size.height = host.clientHeight;
  }

  /** Create the lines [first, last), and remove all others except the one that has the focus. */
  #updateLines(context: RenderContext, recording: Recording, epoch: number, [first, last]: [number, number]): void {
    const focus = this.#view.store.focus.peek();
    const focused = focus === null ? -1 : lineOf(context.layout, focus);
    for (const [index, line] of this.#lines) {
      if ((index >= first && index < last) || index === focused) continue;
      line.el.remove();
      this.#lines.delete(index);
    }
    for (let index = first; index < last; index++) {
      if (this.#lines.has(index)) continue;
      const line = this.#rows.createLine(this.#content, context);
      line.bind(recording, index);
      line.name(recording, epoch);
      this.#lines.set(index, line);
    }
  }
}
