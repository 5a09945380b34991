/** The player's keys on a page that shows nothing else: they need no focus. */
import type { Store } from "../types";
import { press } from "../views/keyboard";

/** Keys that move a page which is taller than its window: there they are the page's, unless the player has the focus. */
const SCROLLING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);

/** Keys that the player itself took, or left to a button or a field, do not come up to here. */
export function listenOnPage(body: HTMLElement, store: Store, signal: AbortSignal): void {
  const listen = (event: KeyboardEvent) => {
    const { scrollHeight, clientHeight } = document.documentElement;
    if (SCROLLING.has(event.key) && scrollHeight > clientHeight) return;
    if (press(store, event)) event.preventDefault();
  };
  body.addEventListener("keydown", listen, { signal });
}
