/** One polite summary for screen readers, said when the cursor has come to rest and not for every epoch. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { View } from "./view";

const REST_MS = 700;

export function Live({ view }: { view: View }) {
  const { store, words } = view;
  const said = useSignal("");
  useSignalEffect(() => {
    const [recording, epoch, mode] = [store.recording.value, store.cursor.value, store.mode.value];
    if (mode !== "rest" || !recording || epoch < 0 || epoch >= recording.epochs) return;
    const timer = setTimeout(() => {
      said.value = words.summary(epoch, recording.rightCount(epoch), recording.positions, recording.loss(epoch));
    }, REST_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p class="epochscope-unseen" role="status" aria-live="polite">
      {said}
    </p>
  );
}
