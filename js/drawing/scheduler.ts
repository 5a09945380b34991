/** Time and frames of the browser. */

/** Both `frame` and `after` return a function that cancels the callback. */
export interface Scheduler {
  now(): number;
  /** Call before the next frame is drawn; not called while the page is hidden. */
  frame(callback: (now: number) => void): () => void;
  after(ms: number, callback: () => void): () => void;
}

export const browserScheduler: Scheduler = {
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

/** Call before the next frame; after 200 ms in a hidden page, which draws none. For Preact's `debounceRendering`. */
export function oncePerFrame(callback: () => void): void {
  const run = () => {
    cancelFrame();
    cancelTimer();
    callback();
  };
  const cancelFrame = browserScheduler.frame(run);
  const cancelTimer = browserScheduler.after(200, run);
}
