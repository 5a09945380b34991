/** Focus on the timeline without a focus ring: after a mouse click no ring is shown until a key is pressed. */

/** The timeline of the player that contains `el`. */
export const timelineOf = (el: Element): HTMLElement | null =>
  el.closest(".epochscope-root")?.querySelector<HTMLElement>(".epochscope-timeline") ?? null;

/** Move the focus to the timeline of the player that contains `from`. */
export function focusTimeline(from: Element): void {
  const timeline = timelineOf(from);
  if (!timeline) return;
  timeline.dataset.focus = "pointer";
  timeline.focus({ preventScroll: true });
}

/** Hide the focus ring of `timeline` after a click, and show it again at the next key. */
export function hideRingOnClick(timeline: HTMLElement, signal: AbortSignal): void {
  const show = () => delete timeline.dataset.focus;
  timeline.addEventListener(
    "pointerdown",
    () => {
      timeline.dataset.focus = "pointer";
    },
    { signal },
  );
  timeline.addEventListener("keydown", show, { signal });
  timeline.addEventListener("blur", show, { signal });
}
