/** A summary for screen readers, announced when the cursor has stopped instead of at every epoch. */
import { useSignal, useSignalEffect } from "@preact/signals";

const ANNOUNCE_DELAY_MS = 700;

/** `summary` reads signals; null: there is nothing new to say. */
export function LiveRegion({ summary }: { summary: () => string | null }) {
  const said = useSignal("");
  useSignalEffect(() => {
    const now = summary();
    if (now === null) return;
    const timer = setTimeout(() => {
      said.value = now;
    }, ANNOUNCE_DELAY_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p class="epochscope-visually-hidden" data-part="summary" role="status" aria-live="polite">
      {said}
    </p>
  );
}
