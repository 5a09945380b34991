/** The secondary controls of a comparison. Those that change runs name them. */
import { useSignal } from "@preact/signals";
import type { ComparisonStore } from "../../player/comparison";
import type { Store } from "../../player/store";
import { fill, type Words } from "../../text/words";
import { BranchPanel, type BranchTexts } from "../branch-panel";
import { Button } from "../button";
import { LookButtons, Opener, ViewButtons } from "../toolbar-parts";
import { UntilPanel } from "../until-panel";
import type { ComparisonView } from "./comparison-view";
import { RunPicker } from "./run-picker";
import { canChange, nameOf, type Run } from "./runs";

interface Props {
  view: ComparisonView;
  runs: readonly Run[];
}

export function ComparisonToolbar({ view, runs }: Props) {
  const { comparison, words, panel, encoding } = view;
  const able = runs.filter(canChange);
  /** The index of the run that is continued or reset; null: all. */
  const choice = useSignal<number | null>(null);
  const one = able.find(({ index }) => index === choice.value);
  const chosen = one ? [one] : able;
  const changed = one ? changesOf(one.store) : changesOfAll(comparison);
  const named = nameOf(words, chosen, runs);
  const hasEpochs = chosen.some(({ store }) => store.head.value >= 0);
  const goal = Math.max(...able.map(({ store }) => store.status.value.goal));
  const epoch = Math.max(...chosen.map(({ store }) => store.cursor.value));
  const hint =
    chosen.length === 1 ? fill(words.runs_reset_one, { run: named }) : fill(words.runs_reset_hint, { runs: named });
  return (
    <div class="epochscope-toolbar">
      <div class="epochscope-toolbar-run">
        {able.length > 0 && (
          <>
            <Opener panel={panel} name="until" action="until" label={words.until} />
            {able.length > 1 && <Choice words={words} able={able} all={runs} choice={choice} />}
            {hasEpochs && (
              <Opener
                panel={panel}
                name="branch"
                action="continue"
                label={fill(words.runs_continue, { runs: named })}
              />
            )}
            <Button
              kind="quiet"
              action="reset"
              label={fill(words.runs_reset, { runs: named })}
              text
              hint={hint}
              disabled={!hasEpochs}
              onPress={changed.reset}
            />
          </>
        )}
      </div>
      <LookButtons
        words={words}
        panels={view.choices}
        encoding={encoding}
        asked={view.asked}
        hasCode={runs.some(({ store }) => store.code.value !== null)}
      >
        <RunPicker view={view} runs={runs} />
      </LookButtons>
      <ViewButtons view={view} stage={comparison.stage} />
      {panel.value === "until" && <UntilPanel view={view} stage={comparison.stage} goal={goal} />}
      {panel.value === "branch" && (
        <BranchPanel
          key={named}
          view={view}
          runs={chosen}
          texts={textsOf(words, chosen.length === 1, named, epoch)}
          branch={changed.branch}
          rewind={changed.rewind}
        />
      )}
    </div>
  );
}

interface Changes {
  reset: () => void;
  branch: (lr: number) => void;
  rewind: () => void;
}

const changesOf = (store: Store): Changes => ({
  reset: () => store.reset(),
  branch: (lr) => store.branch(lr),
  rewind: () => store.rewind(),
});

const changesOfAll = (comparison: ComparisonStore): Changes => ({
  reset: () => comparison.resetAll(),
  branch: (lr) => comparison.branchAll(lr),
  rewind: () => comparison.rewindAll(),
});

interface ChoiceProps {
  words: Words;
  able: readonly Run[];
  all: readonly Run[];
  choice: { value: number | null };
}

function Choice({ words, able, all, choice }: ChoiceProps) {
  return (
    <span class="epochscope-run-choice">
      <select
        class="epochscope-select"
        data-action="runs"
        aria-label={words.runs_choice}
        title={words.runs_choice}
        value={String(choice.value ?? "")}
        onChange={(event) => {
          const { value } = event.currentTarget;
          choice.value = value === "" ? null : Number(value);
        }}
      >
        <option value="">{nameOf(words, able, all)}</option>
        {able.map(({ index, label }) => (
          <option key={index} value={String(index)}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}

function textsOf(words: Words, isOne: boolean, runs: string, epoch: number): BranchTexts {
  return {
    title: fill(words.runs_continue_from, { runs, epoch }),
    branch: fill(words.runs_branch, { runs }),
    branchHint: isOne ? fill(words.runs_branch_one, { run: runs }) : fill(words.runs_branch_hint, { runs }),
    rewind: fill(words.runs_rewind, { runs }),
    rewindHint: isOne ? fill(words.runs_rewind_one, { run: runs }) : words.rewind_hint,
  };
}
