/** What is trained, and how well it does at the epoch on show. */
import { useComputed } from "@preact/signals";
import type { View } from "./view";

export function Header({ view }: { view: View }) {
  const { store, words } = view;
  const model = useComputed(() => {
    store.version.value;
    const recording = store.recording.value;
    if (!recording) return { name: "", details: "" };
    const { about, epochs } = recording;
    const epoch = Math.min(store.cursor.value, epochs - 1);
    const lr = epoch >= 0 ? recording.lr(epoch) : (about.lr ?? Number.NaN);
    return { name: about.model ?? "", details: words.model(about, Number.isFinite(lr) ? lr : null) };
  });
  const name = useComputed(() => model.value.name);
  const details = useComputed(() => model.value.details);
  const at = useComputed(() => {
    store.version.value;
    const recording = store.recording.value;
    const epoch = recording ? Math.min(store.cursor.value, recording.epochs - 1) : -1;
    return recording && epoch >= 0 ? { recording, epoch } : null;
  });
  const score = useComputed(() => {
    if (!at.value) return words.nothing;
    const { recording, epoch } = at.value;
    return words.score(recording.rightCount(epoch), recording.positions);
  });
  const loss = useComputed(() => (at.value ? words.loss(at.value.recording.loss(at.value.epoch)) : ""));
  const dot = useComputed(() => (at.value ? " · " : ""));
  return (
    <header class="epochscope-header">
      <p class="epochscope-model">
        <strong>{name}</strong> <span>{details}</span>
      </p>
      <p class="epochscope-score">
        <span>{score}</span>
        {dot}
        <span>{loss}</span>
      </p>
    </header>
  );
}
