/** Run until: a number of epochs, all predictions correct, or a loss below a limit. */
import { type Signal, useSignal } from "@preact/signals";
import type { Stage } from "../player/stage";
import type { Until } from "../player/types";
import { grouped } from "../text/words";
import { Panel } from "./panel";
import type { View } from "./view";

type Kind = "epochs" | "all_correct" | "loss";

interface UntilPanelProps {
  view: Pick<View, "words" | "panel" | "cardId">;
  stage: Pick<Stage, "head" | "runUntil">;
  goal: number;
}

export function UntilPanel({ view, stage, goal }: UntilPanelProps) {
  const { words } = view;
  const recorded = stage.head.peek() + 1;
  const kind = useSignal<Kind>("epochs");
  const epochs = useSignal(grouped(recorded < goal ? goal : recorded + 100));
  const loss = useSignal("0.5");
  const until = (): Until | null => {
    if (kind.value === "all_correct") return { all_correct: true };
    const number = Number(kind.value === "epochs" ? epochs.value.replace(/[,\s]/g, "") : loss.value);
    if (kind.value === "epochs") return Number.isInteger(number) && number > recorded ? { epochs: number } : null;
    return number > 0 && Number.isFinite(number) ? { loss: number } : null;
  };
  const choice = (each: Kind) => (
    <label class="epochscope-choice">
      <input
        type="radio"
        name={`${view.cardId}-until`}
        data-action={`until-${each}`}
        checked={kind.value === each}
        onChange={() => {
          kind.value = each;
        }}
      />
      {words[`until_${each}`]}
    </label>
  );
  // A field of the type "number" cannot show grouped digits.
  const field = (each: "epochs" | "loss", value: Signal<string>) => (
    <input
      class="epochscope-field"
      {...(each === "epochs" ? { type: "text", inputMode: "numeric" } : { type: "number", min: 0, step: "any" })}
      data-part={`until-${each}`}
      aria-label={words[`until_${each}`]}
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
          const condition = until();
          if (!condition) return;
          stage.runUntil(condition);
          view.panel.value = null;
        }}
      >
        <div class="epochscope-choices">
          {choice("epochs")}
          {field("epochs", epochs)}
          {choice("all_correct")}
          <span />
          {choice("loss")}
          {field("loss", loss)}
        </div>
        <div class="epochscope-panel-foot">
          <button
            type="submit"
            class="epochscope-button epochscope-button-filled"
            data-action="run"
            aria-disabled={until() ? undefined : "true"}
          >
            {words.run}
          </button>
        </div>
      </form>
    </Panel>
  );
}
