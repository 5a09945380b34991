/** Time as a browser has it. */
import type { Scheduler } from "../player/playback";

export const browser: Scheduler = {
  now: () => performance.now(),
  frame(callback) {
    const id = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(id);
  },
  after(ms, callback) {
    const id = setTimeout(callback, ms);
    return () => clearTimeout(id);
  },
};

/** Before the next picture; a hidden page draws none, so there after a while. For Preact's `debounceRendering`. */
export function oncePerFrame(callback: () => void): void {
  const run = () => {
    cancelFrame();
    cancelTimer();
    callback();
  };
  const cancelFrame = browser.frame(run);
  const cancelTimer = browser.after(200, run);
}
