/** The status message, and after a divergence a button that rewinds. */
import { useComputed } from "@preact/signals";
import { statusMessage } from "../text/status-message";
import { fill } from "../text/words";
import { Button } from "./button";
import type { View } from "./view";

export function StatusLine({ view }: { view: View }) {
  const { store, words } = view;
  const message = useComputed(() => statusMessage(store, words));
  const { text, tone, rewindTo } = message.value;
  return (
    <div class="epochscope-status">
      <p class={`epochscope-message epochscope-message-${tone}`} data-part="status" data-tone={tone}>
        {text}
      </p>
      {rewindTo !== undefined && store.canTrain.value && (
        <Button
          kind="strong"
          action="rewind-to"
          label={fill(words.rewind_to, { epoch: rewindTo })}
          text
          onPress={() => {
            store.seek(rewindTo);
            store.rewind();
          }}
        />
      )}
    </div>
  );
}
