/** The model, and score and loss at the current epoch. */
import { useComputed } from "@preact/signals";
import { describeIgnored, describeLoss, describeModel, describeScore, fill, loss3 } from "../text/words";
import { ProbeBar } from "./probe-bar";
import type { View } from "./view";

export function Header({ view }: { view: View }) {
  const { store, words } = view;
  const shown = useComputed(() => {
    store.version.value;
    const recording = store.recording.value;
    return recording && { recording, epoch: Math.min(store.cursor.value, recording.epochs - 1) };
  });
  const name = useComputed(() => shown.value?.recording.metadata.model ?? "");
  const details = useComputed(() => {
    if (!shown.value) return "";
    const { recording, epoch } = shown.value;
    const lr = epoch >= 0 ? recording.lr(epoch) : (recording.metadata.lr ?? Number.NaN);
    return describeModel(words, recording.metadata, Number.isFinite(lr) ? lr : null, recording.epochs);
  });
  const score = useComputed(() => {
    if (!shown.value || shown.value.epoch < 0) return words.nothing_recorded;
    const { recording, epoch } = shown.value;
    return describeScore(words, recording.correctCount(epoch), recording.countedPositions);
  });
  const ignored = useComputed(() => shown.value && describeIgnored(words, shown.value.recording));
  const loss = useComputed(() => {
    if (!shown.value || shown.value.epoch < 0) return "";
    return ` · ${describeLoss(words, shown.value.recording.loss(shown.value.epoch))}`;
  });
  const logged = useComputed(() => {
    if (!shown.value || shown.value.epoch < 0) return "";
    const { recording, epoch } = shown.value;
    if (!recording.hasLoggedLoss(epoch)) return "";
    return fill(words.logged_loss_value, { loss: loss3(recording.loggedLoss(epoch)) });
  });
  return (
    <header class="epochscope-header" data-part="header">
      <p class="epochscope-model" data-part="model">
        <strong>{name}</strong> <span>{details}</span>
      </p>
      <p class="epochscope-score" data-part="score">
        {score}
        {ignored.value && (
          <span data-part="ignored" title={words.ignored}>
            {" · "}
            <i class="epochscope-hatched" />
            {ignored}
          </span>
        )}
        {loss}
        {logged.value && (
          <>
            {" · "}
            <span data-part="logged-loss">{logged}</span>
          </>
        )}
      </p>
      <ProbeBar view={view} />
    </header>
  );
}
