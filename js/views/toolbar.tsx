/** The secondary controls below the transport. */
import { fill, type Words } from "../text/words";
import { BranchPanel, type BranchTexts } from "./branch-panel";
import { Button } from "./button";
import { LookButtons, Opener, ViewButtons } from "./toolbar-parts";
import { UntilPanel } from "./until-panel";
import type { View } from "./view";

export function Toolbar({ view }: { view: View }) {
  const { store, words, panel, encoding, inspection } = view;
  const hasEpochs = store.head.value >= 0;
  const isTrainer = store.canTrain.value && store.status.value.source === "trainer"; // not a user's own loop
  return (
    <div class="epochscope-toolbar">
      <div class="epochscope-toolbar-run">
        {isTrainer && <Opener panel={panel} name="until" action="until" label={words.until} />}
        {isTrainer && hasEpochs && <Opener panel={panel} name="branch" action="continue" label={words.continue_here} />}
        {isTrainer && (
          <Button
            kind="quiet"
            action="reset"
            label={words.reset}
            text
            hint={words.reset_hint}
            disabled={!hasEpochs}
            onPress={() => store.reset()}
          />
        )}
      </div>
      <LookButtons
        words={words}
        panels={inspection.choices}
        encoding={encoding}
        asked={view.asked}
        hasCode={store.code.value !== null}
      />
      <ViewButtons view={view} stage={store} />
      {panel.value === "until" && <UntilPanel view={view} stage={store} goal={store.status.peek().goal} />}
      {panel.value === "branch" && (
        <BranchPanel
          view={view}
          runs={[{ store, label: "" }]}
          texts={textsOf(words, store.cursor.value)}
          branch={(lr) => store.branch(lr)}
          rewind={() => store.rewind()}
        />
      )}
    </div>
  );
}

const textsOf = (words: Words, epoch: number): BranchTexts => ({
  title: fill(words.continue_from, { epoch }),
  branch: words.branch,
  branchHint: words.branch_hint,
  rewind: words.rewind,
  rewindHint: words.rewind_hint,
});
