/** The state of the run in a sentence, a way on where there is one, and the tools. */
import { useComputed } from "@preact/signals";
import type { Store } from "../types";
import type { Words } from "../words";
import { Button } from "./button";
import type { View } from "./view";

export interface Sentence {
  readonly text: string;
  readonly tone: "plain" | "trouble";
  /** The epoch to go back to after a failure. */
  readonly backTo?: number;
}

/** What is to be said of the run. Reads signals. */
export function sentence(store: Store, words: Words): Sentence {
  store.version.value;
  const [recording, cursor, head] = [store.recording.value, store.cursor.value, store.head.value];
  const { state, reason, message, source } = store.status.value;
  const [mode, connection] = [store.mode.value, store.connection.value];
  const plain = (text: string): Sentence => ({ text, tone: "plain" });

  if (state === "failed" && reason === "error") return { text: words.error(message ?? ""), tone: "trouble" };
  if (state === "failed" && cursor === head) {
    const failed = recording?.events.findLast((event) => event.kind === "non_finite")?.epoch ?? head;
    return { text: words.diverged(failed), tone: "trouble", backTo: Math.max(0, lastGood(store, failed)) };
  }
  if (connection === "gone") return { text: words.gone, tone: "trouble" };
  if (connection === "waiting") return { text: words.waiting, tone: "trouble" };
  if (mode === "replaying") return plain(words.replaying);
  const event = mode === "rest" && recording?.events.findLast((each) => each.epoch === cursor);
  if (event) return plain(words.atEvent(cursor, words.event(event)));
  if (head < 0)
    return plain(connection === "none" ? words.empty : source === "monitor" ? words.readyMonitor : words.ready);
  if (state === "training") return plain(mode === "training" ? words.training : words.trainingAhead(head));
  if (cursor < head) return plain(words.behind(head));
  if (state === "finished") return plain(words.finished(head + 1));
  if (connection === "none") return plain(words.replayOnly);
  return plain(words.pausedAt(head));
}

/** A good way before the failure: the last epoch with a loss that is not above the run's first. */
function lastGood(store: Store, failed: number): number {
  const recording = store.recording.peek();
  if (!recording) return 0;
  for (let epoch = failed - 1; epoch > 0; epoch--) {
    if (Number.isFinite(recording.loss(epoch)) && recording.loss(epoch) <= recording.loss(0)) return epoch;
  }
  return 0;
}

export function StateLine({ view }: { view: View }) {
  const { store, words } = view;
  const now = useComputed(() => sentence(store, words));
  const { text, tone, backTo } = now.value;
  return (
    <div class="epochscope-state">
      <p class={`epochscope-sentence epochscope-sentence-${tone}`}>{text}</p>
      {backTo !== undefined && store.canTrain.value && (
        <Button
          kind="strong"
          label={words.goBack(backTo)}
          text={words.goBack(backTo)}
          onPress={() => {
            store.seek(backTo);
            store.rewind();
          }}
        />
      )}
    </div>
  );
}
