/** Continue from the current epoch: branch with another learning rate, rewind, or switch to another branch. */
import { useSignal } from "@preact/signals";
import { describeOldBranch, fill, rate } from "../text/words";
import { Button } from "./button";
import { Panel } from "./panel";
import type { View } from "./view";

/** The suggested learning rate, relative to the current one. */
const SUGGESTED_FACTOR = 0.3;

export function BranchPanel({ view }: { view: View }) {
  const { store, words } = view;
  const recording = store.recording.value;
  const epoch = store.cursor.value;
  const current = recording && epoch >= 0 && epoch < recording.epochs ? recording.lr(epoch) : null;
  const lr = useSignal(current === null ? "0.01" : rate(current * SUGGESTED_FACTOR));
  const chosen = Number(lr.value);
  const valid = chosen > 0 && Number.isFinite(chosen);
  const closeAnd = (action: () => void): void => {
    view.panel.value = null;
    action();
  };
  return (
    <Panel view={view} name="branch" title={fill(words.continue_from, { epoch })}>
      <form
        class="epochscope-choice-row"
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) closeAnd(() => store.branch(chosen));
        }}
      >
        <label>
          {words.learning_rate}{" "}
          <input
            class="epochscope-field"
            type="number"
            data-part="branch-lr"
            min="0"
            step="any"
            value={lr.value}
            onInput={(event) => {
              lr.value = event.currentTarget.value;
            }}
          />
        </label>
        <button
          type="submit"
          class="epochscope-button epochscope-button-filled"
          data-action="branch"
          aria-disabled={valid ? undefined : "true"}
        >
          {words.branch}
        </button>
        <p class="epochscope-choice-row-hint">{words.branch_hint}</p>
      </form>
      <div class="epochscope-choice-row">
        <p>{words.rewind_hint}</p>
        <Button
          kind="strong"
          action="rewind"
          label={words.rewind}
          text
          disabled={epoch >= store.head.value}
          onPress={() => closeAnd(() => store.rewind())}
        />
      </div>
      {recording && recording.oldBranches.length > 0 && (
        <ul class="epochscope-old-branches" data-part="old-branches" aria-label={words.other_branches}>
          {recording.oldBranches.map(({ id, start, losses, lr: branchLr }) => (
            <li key={id}>
              <span>{describeOldBranch(words, start, start + losses.length - 1, branchLr)}</span>
              <Button
                kind="strong"
                action="switch"
                label={words.switch}
                text
                onPress={() => closeAnd(() => store.switchTo(id))}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
