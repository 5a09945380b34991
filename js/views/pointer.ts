/** Pointer and focus on the stage: which position is meant, and dragging through the epochs of the map. */
import { columnOf, columnX, epochAt, type Layout, lineOf, positionAt } from "../drawing/layout";
import type { Line } from "./text-line";
import { spanOf, type View } from "./view";

interface Parts {
  host: HTMLElement;
  content: HTMLElement;
  marker: HTMLElement;
  view: View;
}

export function pointStage({ host, content, marker, view }: Parts) {
  const { store } = view;
  const life = new AbortController();
  const { signal } = life;
  let tabStop: HTMLElement | undefined;
  let wanted = false; // the focus has moved, but its cell is not drawn yet

  const place = (event: PointerEvent): { layout: Layout; x: number; y: number } | null => {
    const layout = view.layout.peek();
    if (!layout) return null;
    const box = content.getBoundingClientRect();
    return { layout, x: event.clientX - box.left - layout.gutter, y: event.clientY - box.top };
  };

  const scrub = (event: PointerEvent): void => {
    const at = place(event);
    const recording = store.recording.peek();
    if (!at || !recording) return;
    const { map, lineHeight } = at.layout;
    const span = spanOf(store);
    store.seek(Math.min(epochAt(at.y - dragged * lineHeight - map.top, span, map.height), recording.epochs - 1));
  };
  let dragged = 0;

  content.addEventListener(
    "pointerdown",
    (event) => {
      const at = place(event);
      if (!at || event.button !== 0) return;
      event.preventDefault();
      if (!(event.target as Element).closest(".epochscope-map")) {
        const position = positionAt(at.layout, at.x, at.y);
        if (position !== null) moveTo(position);
        return;
      }
      dragged = Math.floor(at.y / at.layout.lineHeight);
      content.setPointerCapture(event.pointerId);
      store.dragging.value = true;
      store.hover.value = null;
      scrub(event);
    },
    { signal },
  );
  content.addEventListener(
    "pointermove",
    (event) => {
      if (store.dragging.peek() && content.hasPointerCapture(event.pointerId)) {
        scrub(event);
      } else if (!store.dragging.peek() && event.pointerType !== "touch") {
        const at = place(event);
        store.hover.value = at && positionAt(at.layout, at.x, at.y);
      }
    },
    { signal },
  );
  const drop = (event: PointerEvent): void => {
    if (content.hasPointerCapture(event.pointerId)) store.dragging.value = false;
  };
  content.addEventListener("pointerup", drop, { signal });
  content.addEventListener("pointercancel", drop, { signal });
  host.addEventListener("pointerleave", () => (store.hover.value = null), { signal });

  content.addEventListener(
    "focusin",
    (event) => {
      const position = (event.target as Element).closest<HTMLElement>(".epochscope-cell")?.dataset.position;
      if (position !== undefined) store.focus.value = Number(position);
    },
    { signal },
  );
  content.addEventListener(
    "focusout",
    (event) => {
      if (!wanted && !content.contains(event.relatedTarget as Node | null)) store.focus.value = null;
    },
    { signal },
  );
  content.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && !view.large.peek()) {
        host.closest(".epochscope-root")?.querySelector<HTMLElement>(".epochscope-timeline")?.focus();
        return;
      }
      const focus = store.focus.peek();
      const recording = store.recording.peek();
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (focus === null || !recording || !move || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey)
        return;
      event.preventDefault();
      event.stopPropagation(); // here left and right choose a position, elsewhere they step through the epochs
      moveTo(Math.min(recording.positions - 1, Math.max(0, focus + move)));
    },
    { signal },
  );

  /** Gives a position the focus: at the next drawing, when its cell is sure to be there. */
  function moveTo(position: number): void {
    wanted = true;
    store.focus.value = position;
    reveal(position);
  }

  function reveal(position: number): void {
    const layout = view.layout.peek();
    if (!layout) return;
    const top = lineOf(layout, position) * layout.lineHeight;
    const bottom = top + layout.map.top + layout.map.height;
    if (top < host.scrollTop) host.scrollTop = top;
    else if (bottom > host.scrollTop + host.clientHeight) host.scrollTop = bottom - host.clientHeight;
  }

  return {
    /** After every drawing: one cell is the tab stop, it has the focus if it should, and the marker is in place. */
    refresh(lines: ReadonlyMap<number, Line>): void {
      const layout = view.layout.peek();
      if (!layout) return;
      const focus = store.focus.peek();
      const cell = (position: number): HTMLElement | undefined =>
        lines.get(lineOf(layout, position))?.cell(position)?.option;
      const firstLine = Math.min(...lines.keys());
      const stop = cell(focus ?? firstLine * layout.columns);
      if (stop !== tabStop) {
        if (tabStop) {
          tabStop.tabIndex = -1;
          tabStop.setAttribute("aria-selected", "false");
          tabStop.removeAttribute("aria-describedby");
        }
        if (stop) stop.tabIndex = 0;
        tabStop = stop;
      }
      stop?.setAttribute("aria-selected", String(focus !== null));
      if (focus !== null) stop?.setAttribute("aria-describedby", view.cardId);
      else stop?.removeAttribute("aria-describedby");
      if (wanted && stop) {
        stop.focus({ preventScroll: true });
        wanted = false;
      }
      const shown = store.hover.peek() ?? focus;
      marker.hidden = shown === null || shown >= layout.positions;
      if (shown !== null) {
        const column = columnOf(layout, shown);
        const left = columnX(layout, column);
        marker.style.left = `${layout.gutter + left - 2}px`;
        marker.style.width = `${columnX(layout, column + 1) - left - layout.gap + 4}px`;
        marker.style.top = `${lineOf(layout, shown) * layout.lineHeight}px`;
        marker.style.height = `${layout.map.top + layout.map.height}px`;
      }
    },
    destroy: () => life.abort(),
  };
}
