/** Below the boxes: the run that is replayed, and the runs that are compared. */
import { useEffect, useRef } from "preact/hooks";
import { browserScheduler } from "../../drawing/scheduler";
import { ComparisonStore } from "../../player/comparison";
import type { Parts } from "../../player/decode";
import { NO_KERNEL, receiveReplay } from "../../player/replay";
import { PlayerStore } from "../../player/store";
import type { Fetched } from "../../player/sweep";
import { fill } from "../../text/words";
import { Button } from "../button";
import { mountComparison } from "../comparison/mount";
import { mountPlayer } from "../player";
import { Swatch } from "../swatch";
import { distinctLabels, runLabel } from "./labels";
import { focusBox, type SweepView } from "./sweep-view";

export function Opened({ view }: { view: SweepView }) {
  const { opened, compared } = view.store;
  return (
    <>
      {opened.value !== null && <Replay view={view} run={opened.value} />}
      {compared.value.length > 0 && <Compared view={view} runs={compared.value} />}
    </>
  );
}

function Replay({ view, run }: { view: SweepView; run: number }) {
  const { store, words, lang } = view;
  const host = useRef<HTMLDivElement>(null);
  const fetched = store.recordings.value.get(run);
  const parts = fetched?.state === "ready" ? fetched.parts : null;
  const label = runLabel(words, store.state.value, run);
  useEffect(() => {
    if (host.current === null || parts === null) return;
    const player = new PlayerStore(NO_KERNEL, browserScheduler);
    receiveReplay(player, parts);
    player.toHead();
    const unmount = mountPlayer(host.current, player, { lang, chart: false, label });
    bringIntoView(host.current);
    return () => {
      unmount();
      player.dispose();
    };
  }, [parts, lang, label]);
  return (
    <div class="epochscope-sweep-opened" data-part="sweep-replay" lang={lang}>
      <div class="epochscope-sweep-opened-head">
        <h3 class="epochscope-heading">{label}</h3>
        <Button
          kind="quiet"
          action="sweep-close"
          icon="close"
          label={fill(words.sweep_close_run, { run: label })}
          onPress={({ currentTarget }) => {
            focusBox(currentTarget as Element, view, run);
            store.close();
          }}
        />
      </div>
      {parts === null ? <Message view={view} fetched={fetched} /> : <div class="epochscope-player" ref={host} />}
    </div>
  );
}

function Compared({ view, runs }: { view: SweepView; runs: readonly number[] }) {
  const { store, words, lang } = view;
  const host = useRef<HTMLDivElement>(null);
  /** The epoch to go on with if a run is added or removed. */
  const epoch = useRef<number | null>(null);
  const labels = distinctLabels(words, store.state.value, runs);
  const fetched = runs.map((run) => store.recordings.value.get(run));
  const ready = fetched.flatMap((each) => (each?.state === "ready" ? [each.parts] : []));
  const isReady = runs.length > 1 && ready.length === runs.length;
  useEffect(() => {
    if (host.current === null || !isReady) return;
    const { comparison, dispose } = replayed(ready, labels);
    if (epoch.current === null) comparison.stage.toHead();
    else comparison.stage.seek(epoch.current);
    const unmount = mountComparison(host.current, comparison, { lang, chart: false, label: words.sweep_compared });
    if (epoch.current === null) bringIntoView(host.current);
    return () => {
      epoch.current = comparison.stage.cursor.peek();
      unmount();
      dispose();
    };
  }, [isReady, lang, labels.join("\n"), ...ready]);
  return (
    <div class="epochscope-sweep-opened" data-part="sweep-comparison" lang={lang}>
      <div class="epochscope-sweep-opened-head">
        <h3 class="epochscope-heading">{words.sweep_compared}</h3>
        <ul class="epochscope-sweep-compared">
          {runs.map((run, i) => (
            <li key={run}>
              <Swatch run={i} /> <span>{labels[i]}</span>
              <Button
                kind="quiet"
                action={`sweep-remove-${run}`}
                icon="close"
                label={fill(words.sweep_remove_run, { run: labels[i] as string })}
                onPress={({ currentTarget }) => {
                  focusBox(currentTarget as Element, view, run);
                  store.toggleCompared(run);
                }}
              />
            </li>
          ))}
        </ul>
        <Button
          kind="quiet"
          action="sweep-close-comparison"
          icon="close"
          label={words.sweep_close_comparison}
          onPress={({ currentTarget }) => {
            focusBox(currentTarget as Element, view, runs.at(-1) as number);
            store.compared.value = [];
          }}
        />
      </div>
      {runs.length === 1 && <p class="epochscope-sweep-hint">{words.sweep_compare_more}</p>}
      {runs.length > 1 && !isReady && (
        <Message view={view} fetched={fetched.find((each) => each && each.state !== "ready")} />
      )}
      {isReady && <div class="epochscope-player" key={runs.join()} ref={host} />}
    </div>
  );
}

function replayed(parts: readonly Parts[], labels: readonly string[]) {
  const comparison = new ComparisonStore(
    parts.map(() => NO_KERNEL),
    labels,
    browserScheduler,
  );
  parts.forEach((each, run) => {
    receiveReplay(comparison.runs[run] as PlayerStore, each);
  });
  return { comparison, dispose: () => comparison.dispose() };
}

/** Why there is nothing to see yet, or at all. */
function Message({ view: { store, words }, fetched }: { view: SweepView; fetched: Fetched | undefined }) {
  const isLoading = fetched === undefined || fetched.state === "loading";
  const text = isLoading
    ? store.silent.value
      ? words.sweep_silent
      : words.sweep_loading
    : fetched.state === "refused"
      ? fetched.message
      : words.sweep_not_here;
  return (
    <p class="epochscope-sweep-hint" data-part="sweep-hint" role="status">
      {text}
    </p>
  );
}

function bringIntoView(el: Element): void {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  el.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
}
