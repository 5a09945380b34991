/** Continue from the current epoch: branch with another learning rate, rewind, or switch to another branch. */
import { useSignal } from "@preact/signals";
import type { Store } from "../player/store";
import { describeOldBranch, rate } from "../text/words";
import { Button } from "./button";
import { Panel } from "./panel";
import type { View } from "./view";

/** The suggested learning rate, relative to the current one. */
const SUGGESTED_FACTOR = 0.3;

export interface BranchTexts {
  readonly title: string;
  readonly branch: string;
  readonly branchHint: string;
  readonly rewind: string;
  readonly rewindHint: string;
}

export interface Continued {
  readonly store: Store;
  /** Before its branches; "" if there is only one run. */
  readonly label: string;
}

interface BranchPanelProps {
  view: Pick<View, "words" | "panel">;
  /** The runs that are continued, each from its current epoch. */
  runs: readonly Continued[];
  texts: BranchTexts;
  branch: (lr: number) => void;
  rewind: () => void;
}

export function BranchPanel({ view, runs, texts, branch, rewind }: BranchPanelProps) {
  const { words } = view;
  const lr = useSignal(suggestedRate(runs));
  const chosen = Number(lr.value);
  const valid = chosen > 0 && Number.isFinite(chosen);
  const closeAnd = (action: () => void): void => {
    view.panel.value = null;
    action();
  };
  const branches = runs.flatMap(({ store, label }) =>
    (store.recording.value?.oldBranches ?? []).map((branch) => ({ ...branch, store, label })),
  );
  return (
    <Panel view={view} name="branch" title={texts.title}>
      <form
        class="epochscope-choice-row"
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) closeAnd(() => branch(chosen));
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
          {texts.branch}
        </button>
        <p class="epochscope-choice-row-hint">{texts.branchHint}</p>
      </form>
      <div class="epochscope-choice-row">
        <p>{texts.rewindHint}</p>
        <Button
          kind="strong"
          action="rewind"
          label={texts.rewind}
          text
          disabled={runs.every(({ store }) => store.cursor.value >= store.head.value)}
          onPress={() => closeAnd(rewind)}
        />
      </div>
      {branches.length > 0 && (
        <ul class="epochscope-old-branches" data-part="old-branches" aria-label={words.other_branches}>
          {branches.map(({ id, start, losses, lr: branchLr, store, label }) => (
            <li key={`${label} ${id}`}>
              <span>
                {label && `${label}: `}
                {describeOldBranch(words, start, start + losses.length - 1, branchLr)}
              </span>
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

/** A part of the learning rate at the current epoch of the first run that has one. */
function suggestedRate(runs: readonly Continued[]): string {
  for (const { store } of runs) {
    const [recording, epoch] = [store.recording.peek(), store.cursor.peek()];
    if (recording && epoch >= 0 && epoch < recording.epochs) return rate(recording.lr(epoch) * SUGGESTED_FACTOR);
  }
  return "0.01";
}
