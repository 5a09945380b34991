/** The quieter tools below the transport. */
import { BranchPanel } from "./branch-panel";
import { Button } from "./button";
import { UntilPanel } from "./until-panel";
import type { PanelName, View } from "./view";

export function Tools({ view }: { view: View }) {
  const { store, words, panel, encoding, large } = view;
  const canTrain = store.canTrain.value;
  const hasEpochs = store.head.value >= 0;
  const ownRun = canTrain && store.status.value.source === "trainer"; // a monitor's loop is its owner's
  const opener = (name: PanelName, text: string) => (
    <Button
      kind="quiet"
      label={text}
      text={text}
      expanded={panel.value === name}
      onPress={() => {
        panel.value = panel.value === name ? null : name;
      }}
    />
  );
  return (
    <div class="epochscope-tools">
      <div class="epochscope-tools-run">
        {ownRun && opener("until", words.until)}
        {ownRun && hasEpochs && opener("branch", words.goOn)}
        {ownRun && (
          <Button
            kind="quiet"
            label={words.reset}
            text={words.reset}
            hint={words.resetHint}
            disabled={!hasEpochs}
            onPress={() => store.reset()}
          />
        )}
        <Button
          kind="quiet"
          label={words.encoding}
          text={words.encoding}
          hint={words.encodingHint}
          expanded={encoding.value}
          onPress={() => {
            encoding.value = !encoding.value;
          }}
        />
      </div>
      <div class="epochscope-tools-view">
        {view.charted && (
          <span class="epochscope-tools-chart">
            <Button
              kind="quiet"
              label={words.logarithmic}
              text={words.logarithmic}
              hint={words.logarithmicHint}
              pressed={store.logarithmic.value}
              onPress={() => {
                store.logarithmic.value = !store.logarithmic.value;
              }}
            />
          </span>
        )}
        <Button
          kind="quiet"
          icon="loop"
          label={words.loop}
          pressed={store.loop.value}
          onPress={() => {
            store.loop.value = !store.loop.value;
          }}
        />
        <Button
          kind="quiet"
          icon={large.value ? "leave" : "present"}
          label={large.value ? words.leave : words.present}
          hint={large.value ? words.leave : words.presentHint}
          pressed={large.value}
          onPress={() => {
            large.value = !large.value;
          }}
        />
      </div>
      {panel.value === "until" && <UntilPanel view={view} />}
      {panel.value === "branch" && <BranchPanel view={view} />}
    </div>
  );
}
