/**
 * Rows of glyphs and tiles in the columns of the text grid, on as many lines as they need. Imperative, because they change
 * in every frame while the cursor moves; only differences change the page.
 */
import { columnOf, columnSpan, type Layout } from "../../drawing/layout";
import type { Glyph } from "../../text/glyph";
import { glyphsOf } from "../cell";
import { element } from "../element";
import type { View } from "../view";
import { type Edges, TileGeometry, type TileRow } from "./tile-geometry";

export type { Edges, TileRow };

/** given: read, not predicted; said: there is no target; plain: neither correct nor wrong, e.g. after the first error of a free run; on_dark, on_light: on a shade */
export type Tone = "given" | "correct" | "wrong" | "plain" | "corrected" | "said" | "on_dark" | "on_light";

/** What a row shows at a position; `token` -1: nothing. */
export interface Place {
  token: number;
  tone?: Tone;
  /** Whether it is marked as changed. */
  ring?: boolean;
}

export interface TileOptions {
  /** The accessible name of all positions together. */
  label: string;
  rows: readonly TileRow[];
  /** Space between two lines, px; 14 if not given. */
  lineSpace?(layout: Layout): number;
  /** Describe a position for screen readers. */
  nameOf(position: number): string;
  /** A position was clicked, or Enter or the space key was pressed on it. */
  onPress(position: number, event: Event): void;
  /** Handle another key at a position; return whether it was handled. */
  onKey?(position: number, event: KeyboardEvent): boolean;
}

interface ShownPlace {
  el: HTMLElement;
  text: Text;
  token: number;
  tone: string;
  ring: boolean;
}

/** Space between two lines, px. */
const LINE_SPACE = 14;

export class TileLines {
  /** Contains all lines; panels may add handles and strokes to it. */
  readonly content: HTMLElement;
  readonly #view: View;
  readonly #options: TileOptions;
  readonly #life = new AbortController();
  #geometry: TileGeometry | null = null;
  #alphabet: readonly string[] = [];
  #glyphs: readonly Glyph[] = [];
  #length = 0;
  /** By position, then by row. */
  #places: ShownPlace[][] = [];
  #columns: HTMLElement[] = [];
  #focus = 0;

  constructor(host: HTMLElement, view: View, options: TileOptions) {
    this.#view = view;
    this.#options = options;
    this.content = element(host, "tiles");
    this.content.setAttribute("role", "listbox");
    this.content.setAttribute("aria-label", options.label);
    this.#listen();
  }

  destroy(): void {
    this.#life.abort();
    this.content.remove();
  }

  /** The position that has, or would get, the keyboard focus. */
  get focus(): number {
    return this.#focus;
  }

  /** Show `length` positions. */
  show(length: number, placeOf: (row: number, position: number) => Place): void {
    const [layout, recording] = [this.#view.layout.peek(), this.#view.store.recording.peek()];
    if (!layout || !recording) return;
    if (recording.alphabet !== this.#alphabet) {
      this.#alphabet = recording.alphabet;
      this.#glyphs = glyphsOf(recording.alphabet);
      this.#geometry = null;
    }
    if (layout !== this.#geometry?.layout || length !== this.#length) this.#rebuild(layout, length);
    for (let position = 0; position < length; position++) {
      const places = this.#places[position] as ShownPlace[];
      for (let row = 0; row < places.length; row++) this.#update(places[row] as ShownPlace, placeOf(row, position));
    }
  }

  /** Set the accessible names; expensive, so only when the cursor has stopped. */
  name(): void {
    this.#columns.forEach((column, position) => {
      column.setAttribute("aria-label", this.#options.nameOf(position));
    });
  }

  /** The edges of a row at a position within `content`; after `show`. */
  edgesOf(row: number, position: number): Edges {
    return (this.#geometry as TileGeometry).edgesOf(row, position);
  }

  /** The position at a point of the page, or null. */
  positionAt({ clientX, clientY }: Pick<MouseEvent, "clientX" | "clientY">): number | null {
    const box = this.content.getBoundingClientRect();
    return this.#geometry?.positionAt(clientX - box.left, clientY - box.top, this.#length) ?? null;
  }

  focusPosition(position: number): void {
    const next = Math.min(this.#length - 1, Math.max(0, position));
    const [before, now] = [this.#columns[this.#focus], this.#columns[next]];
    if (before) before.tabIndex = -1;
    this.#focus = next;
    if (!now) return;
    now.tabIndex = 0;
    now.setAttribute("aria-label", this.#options.nameOf(next));
    now.focus({ preventScroll: false });
  }

  #rebuild(layout: Layout, length: number): void {
    const { rows, lineSpace } = this.#options;
    const geometry = new TileGeometry(layout, rows, lineSpace?.(layout) ?? LINE_SPACE);
    const focused = this.content.contains(this.content.ownerDocument.activeElement);
    for (const old of this.content.querySelectorAll(":scope > .epochscope-tile-line")) old.remove();
    this.#geometry = geometry;
    this.#length = length;
    this.#places = [];
    this.#columns = [];
    const lines = Math.max(1, Math.ceil(length / layout.columns));
    const { style } = this.content;
    style.height = `${lines * geometry.lineHeight - geometry.lineSpace}px`;
    style.setProperty("--epochscope-small", `${layout.type.small}px`);
    style.setProperty("--epochscope-large", `${layout.type.large}px`);
    for (let line = 0; line < lines; line++) {
      const el = element(this.content, "tile-line");
      el.style.top = `${line * geometry.lineHeight}px`;
      rows.forEach((row, index) => {
        const label = element(el, "label");
        label.textContent = row.label;
        label.style.right = "auto";
        label.style.width = `${layout.gutter - 10}px`;
        label.style.top = `${geometry.rowTop(index) + geometry.rowHeight(index) / 2}px`;
        label.setAttribute("aria-hidden", "true");
      });
      for (let column = 0; column < layout.columns; column++) {
        const position = line * layout.columns + column;
        if (position < length) this.#addColumn(el, geometry, position);
      }
    }
    this.#focus = Math.min(this.#focus, Math.max(0, length - 1));
    const stop = this.#columns[this.#focus];
    if (stop) stop.tabIndex = 0;
    if (focused) stop?.focus({ preventScroll: true });
  }

  #addColumn(line: HTMLElement, geometry: TileGeometry, position: number): void {
    const { layout } = geometry;
    const { left, right } = columnSpan(layout, columnOf(layout, position));
    const column = element(line, "tile-column");
    column.dataset.position = String(position);
    column.setAttribute("role", "option");
    column.tabIndex = -1;
    column.style.left = `${layout.gutter + left}px`;
    column.style.width = `${right - left - layout.gap}px`;
    this.#columns.push(column);
    this.#places.push(
      this.#options.rows.map((row, index) => {
        const el = element(column, row.tile ? "tile" : "tile-glyph");
        el.dataset.row = row.name;
        el.style.height = `${geometry.rowHeight(index)}px`;
        el.style.marginBottom = `${geometry.spaceBelow(index)}px`;
        el.setAttribute("aria-hidden", "true");
        const text = el.appendChild(document.createTextNode(""));
        return { el, text, token: -2, tone: "", ring: false };
      }),
    );
  }

  #update(shown: ShownPlace, { token, tone = "plain", ring = false }: Place): void {
    if (token !== shown.token) {
      const glyph = this.#glyphs[token];
      shown.text.data = glyph?.text ?? "";
      shown.el.dataset.placeholder = glyph?.placeholder ?? "none";
      shown.token = token;
    }
    if (tone !== shown.tone) shown.el.dataset.tone = shown.tone = tone;
    if (ring !== shown.ring) {
      shown.ring = ring;
      shown.el.toggleAttribute("data-ring", ring);
    }
  }

  #listen(): void {
    const { signal } = this.#life;
    const { onPress, onKey } = this.#options;
    const positionOf = (event: Event): number | null => {
      const column = (event.target as Element).closest<HTMLElement>(".epochscope-tile-column");
      return column?.dataset.position === undefined ? null : Number(column.dataset.position);
    };
    this.content.addEventListener(
      "click",
      (event) => {
        const position = positionOf(event);
        if (position === null) return;
        this.focusPosition(position);
        onPress(position, event);
      },
      { signal },
    );
    this.content.addEventListener(
      "keydown",
      (event) => {
        const position = positionOf(event);
        if (position === null || event.altKey || event.ctrlKey || event.metaKey) return;
        if (!this.#handleKey(position, event, onPress, onKey)) return;
        event.preventDefault();
        event.stopPropagation(); // outside, the arrow keys step through the epochs
      },
      { signal },
    );
  }

  #handleKey(
    position: number,
    event: KeyboardEvent,
    onPress: TileOptions["onPress"],
    onKey: TileOptions["onKey"],
  ): boolean {
    if (onKey?.(position, event)) return true;
    const forward = this.#geometry?.layout.direction === "rtl" ? -1 : 1;
    const steps: Record<string, number> = { ArrowLeft: -forward, ArrowRight: forward };
    const step = steps[event.key];
    if (step !== undefined) this.focusPosition(position + step);
    else if (event.key === "Home") this.focusPosition(0);
    else if (event.key === "End") this.focusPosition(this.#length - 1);
    else if (event.key === "Enter" || event.key === " ") onPress(position, event);
    else return false;
    return true;
  }
}
