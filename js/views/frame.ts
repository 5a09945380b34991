/** One update per animation frame, however many reasons there are. */
import { effect, untracked } from "@preact/signals";

/**
 * Run `draw` in the next animation frame, and again in the frame after any signal changed that `watch` reads.
 * Returns how to ask for a frame and how to stop.
 */
export function onFrame(watch: () => void, draw: () => void): { request: () => void; stop: () => void } {
  let pending = 0;
  const request = (): void => {
    pending ||= requestAnimationFrame(() => {
      pending = 0;
      untracked(draw);
    });
  };
  const stopWatching = effect(() => {
    watch();
    request();
  });
  return {
    request,
    stop() {
      stopWatching();
      cancelAnimationFrame(pending);
    },
  };
}
