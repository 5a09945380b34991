/** The selected run: how it ended, and what can be done with it. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { MOST_COMPARED } from "../../player/sweep";
import type { SweepRun } from "../../player/sweep-data";
import { fill } from "../../text/words";
import { Button } from "../button";
import { describeRun } from "./describe";
import { runLabel } from "./labels";
import { focusBox, type SweepView } from "./sweep-view";

export function RunCard({ view }: { view: SweepView }) {
  const { store, words } = view;
  const [sweep, run] = [store.state.value, store.selected.value];
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => host.current?.scrollIntoView({ block: "nearest" }), [run]);
  if (run === null) return null;
  const isCompared = store.compared.value.includes(run);
  const canOpen = store.canOpen(run);
  const isFull = !isCompared && store.compared.value.length >= MOST_COMPARED;
  const deselect = (from: Element): void => {
    focusBox(from, view, run);
    store.selected.value = null;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a legend
    <div
      class="epochscope-sweep-card"
      data-part="sweep-card"
      role="group"
      aria-label={words.sweep_selected}
      ref={host}
      onKeyDown={({ key, currentTarget }) => {
        if (key === "Escape") deselect(currentTarget);
      }}
    >
      <p>
        <strong>{runLabel(words, sweep, run)}</strong>
        {`: ${describeRun(words, sweep.runs[run] as SweepRun, sweep.positions)}`}
      </p>
      <div class="epochscope-sweep-card-buttons">
        <Button
          kind="filled"
          action="sweep-open"
          label={words.sweep_open}
          hint={canOpen ? words.sweep_open_hint : words.sweep_no_recording}
          text
          disabled={!canOpen}
          onPress={() => store.open(run)}
        />
        <Button
          kind="strong"
          action={isCompared ? "sweep-remove" : "sweep-add"}
          label={isCompared ? words.sweep_remove : words.sweep_add}
          hint={
            isFull ? fill(words.sweep_full, { count: MOST_COMPARED }) : canOpen ? undefined : words.sweep_no_recording
          }
          text
          disabled={!isCompared && (!canOpen || isFull)}
          onPress={() => store.toggleCompared(run)}
        />
      </div>
      <Button
        kind="quiet"
        action="sweep-deselect"
        icon="close"
        label={words.close}
        onPress={({ currentTarget }) => deselect(currentTarget as Element)}
      />
    </div>
  );
}
