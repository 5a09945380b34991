/** Which epoch is shown while records of the one that the cursor wants are not in this page. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { RunState } from "./run-state";
import { isConnected } from "./status";
import type { Recording } from "./types";

/** The recordings of which records are missing; a run without epochs or one that has ended before is no obstacle. */
const incomplete = (runs: readonly RunState[]): readonly Recording[] =>
  runs.flatMap(({ recording }) => {
    const known = recording.peek();
    return known && known.stride > 1 ? [known] : [];
  });

/** The last epoch up to `epoch` that all recordings have. */
function latest(epoch: number, recordings: readonly Recording[]): number {
  let [before, at] = [epoch + 1, epoch];
  while (at < before) {
    before = at;
    for (const recording of recordings) {
      const last = recording.epochs - 1;
      if (at <= last || !recording.has(last)) at = Math.min(at, recording.latest(at));
    }
  }
  return at;
}

/** The first epoch from `epoch` on that all recordings have. */
function next(epoch: number, recordings: readonly Recording[]): number {
  let [before, at] = [epoch - 1, epoch];
  while (at > before) {
    before = at;
    for (const recording of recordings) if (at < recording.epochs) at = recording.next(at);
  }
  return at;
}

/**
 * The wanted epoch, once all runs have its records. Until then the epoch that was shown last, or the last one before the
 * wanted one, whichever is nearer: what is shown is always the epoch's own.
 */
export function shownEpoch(wanted: ReadonlySignal<number>, runs: readonly RunState[]): ReadonlySignal<number> {
  let shown = -1;
  return computed(() => {
    const epoch = wanted.value;
    for (const run of runs) {
      run.version.value;
      run.filled.value;
      run.recording.value;
    }
    const recordings = incomplete(runs);
    const before = recordings.length > 0 ? latest(epoch, recordings) : epoch;
    const isThere = runs.some(({ head }) => shown <= head.value) && latest(shown, recordings) === shown;
    const isNearer = shown > epoch && shown - epoch < epoch - before && isThere;
    if (!isNearer) shown = before;
    return shown;
  });
}

/**
 * Where a step of n epochs from the wanted one goes. In a page that cannot ask for records, to one that it has, from the
 * one on show: otherwise nothing would be seen of it.
 */
export function steppedTo(wanted: number, shown: number, n: number, runs: readonly RunState[]): number {
  const recordings = incomplete(runs);
  const canAsk = runs.some(({ connection }) => isConnected(connection.peek()));
  if (recordings.length === 0 || canAsk) return wanted + n;
  return n < 0 ? latest(Math.max(0, shown + n), recordings) : next(shown + n, recordings);
}
