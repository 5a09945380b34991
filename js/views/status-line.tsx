/** The state of the run in a sentence, and a way on where there is one. */
import { useComputed } from "@preact/signals";
import { sentence } from "../text/status-message";
import { Button } from "./button";
import type { View } from "./view";

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
