/** The player's keys on a page that shows nothing else: they need no focus. */
import type { Store } from "../player/types";
import { press } from "../views/keyboard";

/** Keys that move a page which is taller than its window: there they are the page's, unless the player has the focus. */
const SCROLLING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);

type Root = Pick<Element, "scrollHeight" | "clientHeight">;

/** Keys that the player itself took, or left to a button or a field, do not come up to here. */
export function listenOnPage(body: EventTarget, root: Root, store: Store, signal: AbortSignal): void {
  const listen = (event: Event) => {
    const { key } = event as KeyboardEvent;
    if (SCROLLING.has(key) && root.scrollHeight > root.clientHeight) return;
    if (press(store, event as KeyboardEvent)) event.preventDefault();
  };
  body.addEventListener("keydown", listen, { signal });
}
