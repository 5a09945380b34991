/** Keyboard shortcuts of the player. Fields, lists and the text grid handle their own keys first. */
import type { QuestionStore } from "../player/question-store";
import type { Store } from "../player/store";
import type { InspectionChoices } from "./inspection/choices";
import { type Asking, answerWithKey, isClosed } from "./question/asking";
import type { Transported } from "./transport";

/** Epochs per key press with Shift. */
const SHIFT_STEP = 10;

/** What the keys move. */
type Keyed = Pick<Transported, "wanted" | "toggle" | "step" | "seek" | "toStart" | "toHead">;

/** Handle a key; `events`: the epochs of the events. Returns whether it is a shortcut of the player. */
export function press(stage: Keyed, event: KeyboardEvent, events: () => readonly number[]): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const n = event.shiftKey ? SHIFT_STEP : 1;
  switch (event.key) {
    case " ":
      stage.toggle();
      return true;
    case "ArrowRight":
    case "ArrowDown":
    case "PageDown":
      stage.step(n);
      return true;
    case "ArrowLeft":
    case "ArrowUp":
    case "PageUp":
      stage.step(-n);
      return true;
    case "Home":
      stage.toStart();
      return true;
    case "End":
    case ".":
      stage.toHead();
      return true;
    case "[":
    case "]":
      return toEvent(stage, events(), event.key === "]");
    default:
      return false;
  }
}

/** The epochs of the events of a run. */
export const eventEpochs = ({ recording }: Pick<Store, "recording">): readonly number[] =>
  (recording.peek()?.events ?? []).map(({ epoch }) => epoch);

/** Go to the next or the previous event of the timeline. */
function toEvent(stage: Keyed, epochs: readonly number[], forward: boolean): boolean {
  const from = stage.wanted.peek(); // the record of an event may not be in this page
  const next = forward ? epochs.find((epoch) => epoch > from) : epochs.filter((epoch) => epoch < from).at(-1);
  if (next !== undefined) stage.seek(next);
  return true;
}

/** Whether a key event is the letter: on a keyboard with another script the key in its place. */
export const isLetter = (event: KeyboardEvent, letter: string): boolean =>
  event.key.toLowerCase() === letter || (event.key > "\u007f" && event.code === `Key${letter.toUpperCase()}`);

/** The digit that a key stands for, 0 if it stands for none. */
export function digitOf({ code, key }: Pick<KeyboardEvent, "code" | "key">): number {
  // With Shift, the key of a digit writes something else.
  const [, digit] = /^(?:Digit|Numpad)(\d)$/.exec(code) ?? /^(\d)$/.exec(key) ?? [];
  return Number(digit ?? 0);
}

/** Open or close the panel that a key stands for. Returns whether there is one. */
export function toggle(choices: InspectionChoices, asked: QuestionStore, event: KeyboardEvent): boolean {
  if (
    isClosed(asked, "free_run") ||
    event.altKey ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    !isLetter(event, "a")
  )
    return false;
  if (!event.repeat) choices.toggle("free_run");
  return true;
}

const HANDLES_KEYS = "input, select, textarea, [contenteditable]";

/** Handle the keys of an element. `act` returns whether a key is a shortcut. */
export function listenTo(el: HTMLElement, act: (event: KeyboardEvent) => boolean, signal: AbortSignal): void {
  el.addEventListener(
    "keydown",
    (event) => {
      const target = event.target as Element;
      if (target.closest(HANDLES_KEYS)) return event.stopPropagation();
      if ((event.key === " " || event.key === "Enter") && target.closest("button, summary")) {
        return event.stopPropagation(); // only press the focused button
      }
      if (act(event)) {
        event.preventDefault();
        event.stopPropagation(); // notebooks have single-key shortcuts too
      }
    },
    { signal },
  );
}

export function listen(el: HTMLElement, store: Store, asking: Asking, signal: AbortSignal): void {
  const events = () => eventEpochs(store);
  const { asked, choices } = asking;
  const act = (event: KeyboardEvent) =>
    answerWithKey(asking, event) || press(store, event, events) || toggle(choices, asked, event);
  listenTo(el, act, signal);
}
