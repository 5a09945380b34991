/** Keys of the whole player; what a field, a list or the position list does with a key itself goes first. */
import type { Store } from "../player/types";

const TEN = 10;

/** Carries out a key. Returns whether it was one of ours. */
export function press(store: Store, event: KeyboardEvent): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const far = event.shiftKey ? TEN : 1;
  switch (event.key) {
    case " ":
      store.toggle();
      return true;
    case "ArrowRight":
    case "ArrowDown":
    case "PageDown":
      store.step(far);
      return true;
    case "ArrowLeft":
    case "ArrowUp":
    case "PageUp":
      store.step(-far);
      return true;
    case "Home":
      store.toStart();
      return true;
    case "End":
    case ".":
      store.toHead();
      return true;
    case "[":
    case "]":
      return toEvent(store, event.key === "]");
    default:
      return false;
  }
}

/** To the next or the previous event of the timeline. */
function toEvent(store: Store, forward: boolean): boolean {
  const cursor = store.cursor.peek();
  const epochs = (store.recording.peek()?.events ?? []).map((event) => event.epoch);
  const next = forward ? epochs.find((epoch) => epoch > cursor) : epochs.filter((epoch) => epoch < cursor).at(-1);
  if (next !== undefined) store.seek(next);
  return true;
}

const KEEPS_KEYS = "input, select, textarea, [contenteditable]";

export function listen(el: HTMLElement, store: Store, signal: AbortSignal): void {
  el.addEventListener(
    "keydown",
    (event) => {
      const target = event.target as Element;
      if (target.closest(KEEPS_KEYS)) return event.stopPropagation();
      if ((event.key === " " || event.key === "Enter") && target.closest("button, summary")) {
        return event.stopPropagation(); // a focused button is pressed, nothing else
      }
      if (press(store, event)) {
        event.preventDefault();
        event.stopPropagation(); // notebooks have single-key commands of their own
      }
    },
    { signal },
  );
}
