/** The runs that failed, with their messages; those with the same message together. */
import { useComputed } from "@preact/signals";
import { fill } from "../../text/words";
import { Button } from "../button";
import { type Failure, failuresOf } from "./describe";
import { runLabel } from "./labels";
import type { SweepView } from "./sweep-view";

export function Failures({ view }: { view: SweepView }) {
  const failures = useComputed(() => failuresOf(view.store.state.value)).value;
  if (failures.length === 0) return null;
  return (
    <div class="epochscope-sweep-failures" data-part="sweep-failures">
      <h4 class="epochscope-heading">{view.words.sweep_failures}</h4>
      <ul>
        {failures.map((failure) => (
          <li key={failure.message}>
            <Group view={view} failure={failure} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Group({ view, failure: { message, runs } }: { view: SweepView; failure: Failure }) {
  const { words, store } = view;
  const buttons = runs.map((run) => (
    <Button
      key={run}
      kind="quiet"
      action={`failed-${run}`}
      label={runLabel(words, store.state.value, run)}
      text
      onPress={() => {
        store.selected.value = run;
      }}
    />
  ));
  const said = <span class="epochscope-sweep-message">{message}</span>;
  if (runs.length === 1)
    return (
      <>
        {buttons} {said}
      </>
    );
  return (
    <details>
      <summary>
        <strong>{fill(words.sweep_runs, { count: runs.length })}</strong> {said}
      </summary>
      <div class="epochscope-sweep-failed">{buttons}</div>
    </details>
  );
}
