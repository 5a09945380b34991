/** Run until: a number of epochs, all positions right, or a loss below a limit. */
import { useSignal } from "@preact/signals";
import type { Until } from "../player/types";
import { Panel } from "./panel";
import type { View } from "./view";

type Kind = "epochs" | "all_right" | "loss";

export function UntilPanel({ view }: { view: View }) {
  const { store, words } = view;
  const { goal } = store.status.peek();
  const recorded = store.head.peek() + 1;
  const kind = useSignal<Kind>("epochs");
  const epochs = useSignal(String(recorded < goal ? goal : recorded + 100));
  const loss = useSignal("0.5");
  const until = (): Until | null => {
    if (kind.value === "all_right") return { all_right: true };
    const number = Number(kind.value === "epochs" ? epochs.value : loss.value);
    if (kind.value === "epochs") return Number.isInteger(number) && number > recorded ? { epochs: number } : null;
    return number > 0 && Number.isFinite(number) ? { loss: number } : null;
  };
  const choice = (each: Kind, text: string) => (
    <label class="epochscope-choice">
      <input
        type="radio"
        name={`${view.cardId}-until`}
        checked={kind.value === each}
        onChange={() => {
          kind.value = each;
        }}
      />
      {text}
    </label>
  );
  const field = (each: Kind, label: string, value: typeof loss, step: string) => (
    <input
      class="epochscope-field"
      type="number"
      aria-label={label}
      min={each === "epochs" ? recorded + 1 : 0}
      step={step}
      value={value.value}
      onFocus={() => {
        kind.value = each;
      }}
      onInput={(event) => {
        value.value = event.currentTarget.value;
      }}
    />
  );
  return (
    <Panel view={view} name="until" title={words.until}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = until();
          if (!wanted) return;
          store.runUntil(wanted);
          view.panel.value = null;
        }}
      >
        <div class="epochscope-choices">
          {choice("epochs", words.untilEpochs)}
          {field("epochs", words.untilEpochs, epochs, "1")}
          {choice("all_right", words.untilAllRight)}
          <span />
          {choice("loss", words.untilLoss)}
          {field("loss", words.untilLoss, loss, "any")}
        </div>
        <div class="epochscope-panel-foot">
          <button
            type="submit"
            class="epochscope-button epochscope-button-filled"
            aria-disabled={until() ? undefined : "true"}
          >
            {words.run}
          </button>
        </div>
      </form>
    </Panel>
  );
}
