/** A summary for screen readers, announced when the cursor has stopped instead of at every epoch. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { describeEpoch } from "../text/words";
import type { View } from "./view";

const ANNOUNCE_DELAY_MS = 700;

export function LiveRegion({ view }: { view: View }) {
  const { store, words } = view;
  const summary = useSignal("");
  useSignalEffect(() => {
    const [recording, epoch, mode] = [store.recording.value, store.cursor.value, store.mode.value];
    if (mode !== "stopped" || !recording || epoch < 0 || epoch >= recording.epochs) return;
    const timer = setTimeout(() => {
      summary.value = describeEpoch(words, recording, epoch);
    }, ANNOUNCE_DELAY_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p class="epochscope-visually-hidden" data-part="summary" role="status" aria-live="polite">
      {summary}
    </p>
  );
}
