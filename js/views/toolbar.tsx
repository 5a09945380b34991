/** The secondary controls below the transport. */
import { BranchPanel } from "./branch-panel";
import { Button } from "./button";
import { UntilPanel } from "./until-panel";
import type { PanelName, View } from "./view";

export function Toolbar({ view }: { view: View }) {
  const { store, words, panel, encoding, inspection, large } = view;
  const hasEpochs = store.head.value >= 0;
  const isTrainer = store.canTrain.value && store.status.value.source === "trainer"; // not a user's own loop
  const inspectors = [
    ["free_run", words.free_run, words.free_run_hint],
    ["memory", words.memory, words.memory_hint],
    ["inside", words.inside, words.inside_hint],
    ["network", words.network, words.network_hint],
  ] as const;
  const opener = (action: string, name: PanelName, label: string) => (
    <Button
      kind="quiet"
      action={action}
      label={label}
      text
      expanded={panel.value === name}
      onPress={() => {
        panel.value = panel.value === name ? null : name;
      }}
    />
  );
  return (
    <div class="epochscope-toolbar">
      <div class="epochscope-toolbar-run">
        {isTrainer && opener("until", "until", words.until)}
        {isTrainer && hasEpochs && opener("continue", "branch", words.continue_here)}
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
      <fieldset class="epochscope-toolbar-look" aria-label={words.look_inside}>
        <span class="epochscope-toolbar-label" aria-hidden="true">
          {words.look_inside}
        </span>
        {inspectors.map(([name, label, hint]) => (
          <Button
            key={name}
            kind="quiet"
            action={name.replace("_", "-")}
            label={label}
            text
            hint={hint}
            expanded={inspection.open.value.has(name)}
            onPress={() => inspection.toggle(name)}
          />
        ))}
        <Button
          kind="quiet"
          action="encoding"
          label={words.encoding}
          text
          hint={words.encoding_hint}
          expanded={encoding.value}
          onPress={() => {
            encoding.value = !encoding.value;
          }}
        />
      </fieldset>
      <div class="epochscope-toolbar-view">
        {view.charted && (
          <span class="epochscope-toolbar-chart">
            <Button
              kind="quiet"
              action="log"
              label={words.log_scale}
              text
              hint={words.log_scale_hint}
              pressed={store.logScale.value}
              onPress={() => {
                store.logScale.value = !store.logScale.value;
              }}
            />
          </span>
        )}
        <Button
          kind="quiet"
          action="loop"
          icon="loop"
          label={words.loop}
          pressed={store.loop.value}
          onPress={() => {
            store.loop.value = !store.loop.value;
          }}
        />
        <Button
          kind="quiet"
          action="present"
          icon={large.value ? "leave" : "present"}
          label={large.value ? words.exit_full_screen : words.present}
          hint={large.value ? words.exit_full_screen : words.present_hint}
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
