/** At most one update per animation frame. */
import { effect, untracked } from "@preact/signals";

/**
 * Call `draw` in the next animation frame, and in the frame after any change of a signal that `watch` reads. Returns
 * functions to request a frame and to stop.
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
