/** The status of a comparison, and after a divergence a button that rewinds the run. */
import { useComputed } from "@preact/signals";
import { fill } from "../../text/words";
import { Button } from "../button";
import type { ComparisonView } from "./comparison-view";
import type { Run } from "./runs";
import { comparisonMessage } from "./status";

export function ComparisonStatus({ view, runs }: { view: ComparisonView; runs: readonly Run[] }) {
  const { comparison, words } = view;
  const message = useComputed(() => comparisonMessage(comparison.stage, runs, words));
  const { text, tone, rewind } = message.value;
  return (
    <div class="epochscope-status">
      <p class={`epochscope-message epochscope-message-${tone}`} data-part="status" data-tone={tone}>
        {text}
      </p>
      {rewind && (
        <Button
          kind="strong"
          action="rewind-to"
          label={fill(words.runs_rewind_to, { runs: rewind.run.label, epoch: rewind.epoch })}
          text
          onPress={() => {
            comparison.stage.seek(rewind.epoch);
            rewind.run.store.rewind();
          }}
        />
      )}
    </div>
  );
}
