/** Presentation mode: the card fills the screen and everything on it is larger. */
import type { View } from "./view";

/** The box that fills the screen: with the loss chart beside the player, both. */
const cardOf = (el: HTMLElement): HTMLElement => el.closest<HTMLElement>(".epochscope-with-chart") ?? el;

/** Keeps `view.large`, the page and the browser's full screen at one. */
export function present(el: HTMLElement, view: View, signal: AbortSignal): void {
  const { large } = view;
  const document = el.ownerDocument;
  const isFull = (card: HTMLElement): boolean =>
    (card.getRootNode() as Document | ShadowRoot).fullscreenElement === card;
  let was = false;

  const stop = large.subscribe((wanted) => {
    const card = cardOf(el);
    if (wanted === was) return;
    was = wanted;
    card.classList.toggle("epochscope-large", wanted);
    if (wanted) {
      // Where full screen is refused, the card at least fills the page.
      card.requestFullscreen?.().catch(() => {});
      el.querySelector<HTMLElement>(".epochscope-timeline")?.focus({ preventScroll: true });
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
