/** Presentation mode: the player fills the screen, enlarged. */
import { focusTimeline } from "./focus";
import type { View } from "./view";

/** The element that fills the screen: the player, or the box of player and loss chart. */
const cardOf = (el: HTMLElement): HTMLElement => el.closest<HTMLElement>(".epochscope-with-chart") ?? el;

/** Keep `view.large`, the page and the browser's full-screen mode in sync. */
export function present(el: HTMLElement, view: Pick<View, "large">, signal: AbortSignal): void {
  const { large } = view;
  const document = el.ownerDocument;
  const isFull = (card: HTMLElement): boolean =>
    (card.getRootNode() as Document | ShadowRoot).fullscreenElement === card;
  let before = false;

  const stop = large.subscribe((isLarge) => {
    const card = cardOf(el);
    if (isLarge === before) return;
    before = isLarge;
    card.classList.toggle("epochscope-large", isLarge);
    if (isLarge) {
      // If full screen is refused, the card still fills the page.
      card.requestFullscreen?.().catch(() => {});
      focusTimeline(el.querySelector(".epochscope-root") ?? el);
    } else if (isFull(card)) {
      void document.exitFullscreen();
    }
  });
  document.addEventListener(
    "fullscreenchange",
    () => {
      if (!isFull(cardOf(el)) && large.peek()) large.value = false;
    },
    { signal },
  );
  el.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && large.peek()) large.value = false;
    },
    { signal },
  );
  signal.addEventListener("abort", () => {
    stop();
    cardOf(el).classList.remove("epochscope-large");
  });
}
