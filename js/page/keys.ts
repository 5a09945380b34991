/** Keyboard shortcuts of an exported page: they work without focus. */

/** Keys that scroll a page taller than its window; there they work only if the player has the focus. */
const SCROLLING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);

/** What scrolls. */
export type Root = Pick<Element, "scrollHeight" | "clientHeight">;

/**
 * Handle keys of the whole page; the player stops the propagation of keys that it or its controls handle. `act` returns
 * whether a key is a shortcut.
 */
export function listenOnPage(
  body: EventTarget,
  root: Root,
  act: (event: KeyboardEvent) => boolean,
  signal: AbortSignal,
): void {
  const listen = (event: Event) => {
    const { key } = event as KeyboardEvent;
    if (SCROLLING.has(key) && root.scrollHeight > root.clientHeight) return;
    if (act(event as KeyboardEvent)) event.preventDefault();
  };
  body.addEventListener("keydown", listen, { signal });
}
