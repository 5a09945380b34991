/** Pointer and keyboard focus on the text grid: selecting a position, and dragging through the epochs of the map. */
import { columnOf, columnSpan, epochAt, type Layout, lineOf, positionAt } from "../drawing/layout";
import { element } from "./element";
import { timelineOf } from "./focus";
import { canPick } from "./question/choices";
import type { GridLine, GridRows } from "./text-grid";
import type { View } from "./view";

export class GridPointer {
  readonly #host: HTMLElement;
  readonly #content: HTMLElement;
  readonly #marker: HTMLElement;
  readonly #view: View;
  readonly #rows: Pick<GridRows, "isAsked">;
  readonly #life = new AbortController();
  #tabStop: HTMLElement | undefined;
  /** The focus has moved to a position whose cell is not drawn yet. */
  #focusPending = false;
  /** The line whose map is dragged. */
  #draggedLine = 0;

  constructor(host: HTMLElement, content: HTMLElement, view: View, rows: Pick<GridRows, "isAsked">) {
    this.#host = host;
    this.#content = content;
    this.#view = view;
    this.#rows = rows;
    this.#marker = element(content, "marker");
    this.#marker.hidden = true;
    this.#listen();
  }

  destroy(): void {
    this.#life.abort();
  }

  /** Update tab stop, focus and marker after every drawing. */
  refresh(lines: ReadonlyMap<number, Pick<GridLine, "cell">>): void {
    const layout = this.#view.layout.peek();
    if (!layout) return;
    const focus = this.#view.store.focus.peek();
    const position = focus ?? Math.min(...lines.keys()) * layout.columns;
    this.#updateTabStop(lines.get(lineOf(layout, position))?.cell(position)?.option, focus !== null);
    this.#placeMarker(layout, this.#view.store.hover.peek() ?? focus);
  }

  #listen(): void {
    const { store } = this.#view;
    const content = this.#content;
    const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void) =>
      content.addEventListener(name, listener, { signal: this.#life.signal });
    const endDrag = (event: PointerEvent): void => {
      if (content.hasPointerCapture(event.pointerId)) store.dragging.value = false;
    };
    on("pointerdown", (event) => this.#onPointerDown(event));
    on("pointermove", (event) => this.#onPointerMove(event));
    on("pointerup", endDrag);
    on("pointercancel", endDrag);
    on("click", (event) => this.#onClick(event));
    on("pointerleave", () => {
      store.hover.value = null;
    });
    on("focusin", (event) => {
      const cell = (event.target as Element).closest<HTMLElement>(".epochscope-cell");
      if (cell?.dataset.position !== undefined) store.focus.value = Number(cell.dataset.position);
    });
    on("focusout", (event) => {
      if (!this.#focusPending && !content.contains(event.relatedTarget as Node | null)) store.focus.value = null;
    });
    on("keydown", (event) => this.#onKey(event));
  }

  #onPointerDown(event: PointerEvent): void {
    const point = this.#pointOf(event);
    if (!point || event.button !== 0) return;
    event.preventDefault();
    if (!(event.target as Element).closest(".epochscope-map")) {
      const position = positionAt(point.layout, point.x, point.y);
      if (position !== null) this.#focusPosition(position);
      return;
    }
    const { store } = this.#view;
    this.#draggedLine = Math.floor(point.y / point.layout.lineHeight);
    this.#content.setPointerCapture(event.pointerId);
    store.dragging.value = true;
    store.hover.value = null;
    this.#scrub(event);
  }

  #onPointerMove(event: PointerEvent): void {
    const { store } = this.#view;
    if (store.dragging.peek()) {
      if (this.#content.hasPointerCapture(event.pointerId)) this.#scrub(event);
    } else if (event.pointerType !== "touch") {
      const point = this.#pointOf(event);
      store.hover.value = point && positionAt(point.layout, point.x, point.y);
    }
  }

  /** What is asked for may be a position; not a click, which ends a drag. */
  #onClick(event: MouseEvent): void {
    const point = this.#pointOf(event);
    if (!point || (event.target as Element).closest(".epochscope-map")) return;
    const position = positionAt(point.layout, point.x, point.y);
    if (position !== null) this.#pick(position);
  }

  /** Answer a question with a position. Returns whether it can be. */
  #pick(position: number): boolean {
    const { asked, store } = this.#view;
    const [question, recording] = [asked.question.peek(), store.recording.peek()];
    if (!question || !recording || !asked.picksPositions.peek() || !this.#rows.isAsked(question.run)) return false;
    if (canPick(question, recording, position)) asked.pickPosition(position);
    return true;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && !this.#view.large.peek()) {
      timelineOf(this.#host)?.focus();
      return;
    }
    const [layout, focus] = [this.#view.layout.peek(), this.#view.store.focus.peek()];
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || focus === null || !layout) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter" && this.#pick(focus)) {
      event.preventDefault();
      event.stopPropagation(); // elsewhere, Enter commits what is chosen
    }
    if (!step) return;
    event.preventDefault();
    event.stopPropagation(); // in the grid the arrow keys select a position, elsewhere they step through the epochs
    const next = focus + (layout.direction === "ltr" ? step : -step);
    this.#focusPosition(Math.min(layout.positions - 1, Math.max(0, next)));
  }

  /** The point of an event, px from the left edge of the columns and the top of the first line. */
  #pointOf(event: MouseEvent): { layout: Layout; x: number; y: number } | null {
    const layout = this.#view.layout.peek();
    if (!layout) return null;
    const box = this.#content.getBoundingClientRect();
    return { layout, x: event.clientX - box.left - layout.gutter, y: event.clientY - box.top };
  }

  #scrub(event: PointerEvent): void {
    const { store, axisEpochs } = this.#view;
    const [point, recording] = [this.#pointOf(event), store.recording.peek()];
    if (!point || !recording) return;
    const { map, lineHeight } = point.layout;
    const epoch = epochAt(point.y - this.#draggedLine * lineHeight - map.top, axisEpochs.peek(), map.height);
    store.seek(Math.min(epoch, recording.epochs - 1));
  }

  /** Move the focus to a position: after the next drawing, when its cell exists. */
  #focusPosition(position: number): void {
    this.#focusPending = true;
    this.#view.store.focus.value = position;
    this.#scrollTo(position);
  }

  #scrollTo(position: number): void {
    const [layout, host] = [this.#view.layout.peek(), this.#host];
    if (!layout) return;
    const top = lineOf(layout, position) * layout.lineHeight;
    const bottom = top + layout.map.top + layout.map.height;
    if (top < host.scrollTop) host.scrollTop = top;
    else if (bottom > host.scrollTop + host.clientHeight) host.scrollTop = bottom - host.clientHeight;
  }

  #updateTabStop(stop: HTMLElement | undefined, focused: boolean): void {
    if (stop !== this.#tabStop) {
      if (this.#tabStop) {
        this.#tabStop.tabIndex = -1;
        this.#tabStop.setAttribute("aria-selected", "false");
        this.#tabStop.removeAttribute("aria-describedby");
      }
      if (stop) stop.tabIndex = 0;
      this.#tabStop = stop;
    }
    stop?.setAttribute("aria-selected", String(focused));
    if (focused) stop?.setAttribute("aria-describedby", this.#view.cardId);
    else stop?.removeAttribute("aria-describedby");
    if (this.#focusPending && stop) {
      stop.focus({ preventScroll: true });
      this.#focusPending = false;
    }
  }

  #placeMarker(layout: Layout, position: number | null): void {
    this.#marker.hidden = position === null || position >= layout.positions;
    if (position === null) return;
    const { left, right } = columnSpan(layout, columnOf(layout, position));
    const { style } = this.#marker;
    style.left = `${layout.gutter + left - 2}px`;
    style.width = `${right - left - layout.gap + 4}px`;
    style.top = `${lineOf(layout, position) * layout.lineHeight}px`;
    style.height = `${layout.map.top + layout.map.height}px`;
  }
}
