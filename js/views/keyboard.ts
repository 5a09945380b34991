/** Keyboard shortcuts of the player. Fields, lists and the text grid handle their own keys first. */
import type { Store } from "../player/store";
import type { InspectionChoices } from "./inspection/choices";

/** Epochs per key press with Shift. */
const SHIFT_STEP = 10;

/** Handle a key. Returns whether it is a shortcut of the player. */
export function press(store: Store, event: KeyboardEvent): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const n = event.shiftKey ? SHIFT_STEP : 1;
  switch (event.key) {
    case " ":
      store.toggle();
      return true;
    case "ArrowRight":
    case "ArrowDown":
    case "PageDown":
      store.step(n);
      return true;
    case "ArrowLeft":
    case "ArrowUp":
    case "PageUp":
      store.step(-n);
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

/** Go to the next or the previous event of the timeline. */
function toEvent(store: Store, forward: boolean): boolean {
  const cursor = store.cursor.peek();
  const epochs = (store.recording.peek()?.events ?? []).map((event) => event.epoch);
  const next = forward ? epochs.find((epoch) => epoch > cursor) : epochs.filter((epoch) => epoch < cursor).at(-1);
  if (next !== undefined) store.seek(next);
  return true;
}

/** Whether a key event is the letter: on a keyboard with another script the key in its place. */
export const isLetter = (event: KeyboardEvent, letter: string): boolean =>
  event.key.toLowerCase() === letter || (event.key > "\u007f" && event.code === `Key${letter.toUpperCase()}`);

/** Open or close the panel that a key stands for. Returns whether there is one. */
function toggle(choices: InspectionChoices, event: KeyboardEvent): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !isLetter(event, "a")) return false;
  if (!event.repeat) choices.toggle("free_run");
  return true;
}

const HANDLES_KEYS = "input, select, textarea, [contenteditable]";

type KeyTargets = { store: Store; inspection: { choices: InspectionChoices } };

export function listen(el: HTMLElement, { store, inspection: { choices } }: KeyTargets, signal: AbortSignal): void {
  el.addEventListener(
    "keydown",
    (event) => {
      const target = event.target as Element;
      if (target.closest(HANDLES_KEYS)) return event.stopPropagation();
      if ((event.key === " " || event.key === "Enter") && target.closest("button, summary")) {
        return event.stopPropagation(); // only press the focused button
      }
      if (press(store, event) || toggle(choices, event)) {
        event.preventDefault();
        event.stopPropagation(); // notebooks have single-key shortcuts too
      }
    },
    { signal },
  );
}
