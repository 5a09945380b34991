/** The network reads its own predictions, next to the text. */
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Recording } from "../../player/types";
import { fill } from "../../text/words";
import { Button } from "../button";
import type { View } from "../view";
import { describeAll, describeCorrections, describeOutcome, describeStory } from "./free-run-names";
import { FreeRunRows, type Shown } from "./free-run-rows";
import { Section } from "./section";

const ANNOUNCE_DELAY_MS = 700;

interface Props {
  view: View;
  shown: ReadonlySignal<Shown | null>;
}

export function FreeRunPanel({ view }: { view: View }) {
  const { words, inspection } = view;
  const shown = useComputed((): Shown | null => {
    const [passage, text, story] = [inspection.passage.value, inspection.text.value, inspection.story.value];
    if (!passage || inspection.pass.value === null) return null;
    return { passage, run: text && story && { text, story } };
  });
  /** Whose rows are shown; changes rarely, unlike `shown`. */
  const kind = useComputed(() => (shown.value === null ? null : shown.value.run ? "text" : "own"));
  if (kind.value === null) return <Section view={view} name="free_run" title={words.free_run} />;
  const own = kind.value === "own";
  return (
    <Section
      view={view}
      name="free_run"
      title={words.free_run}
      hint={own ? words.free_run_hint_own : words.free_run_hint_text}
      result={own ? undefined : <Result view={view} shown={shown} />}
    >
      <Rows key={kind.value} view={view} shown={shown} own={own} />
      {!own && <Foot view={view} shown={shown} />}
      <Announcement view={view} shown={shown} />
    </Section>
  );
}

function Rows({ view, shown, own }: Props & { own: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const rows = new FreeRunRows(host.current as HTMLDivElement, view, shown, own);
    return () => rows.destroy();
  }, [view, shown, own]);
  return <div ref={host} />;
}

function Result({ view, shown }: Props) {
  const text = useComputed(() => {
    const story = shown.value?.run?.story;
    return story ? describeStory(view.words, story) : "";
  });
  return <strong data-part="free-run-result">{text}</strong>;
}

/** What follows, the corrections, and what holds for this text only. */
function Foot({ view, shown }: Props) {
  const { words, inspection, store } = view;
  const corrections = useComputed(() => {
    const story = shown.value?.run?.story;
    return story ? describeCorrections(words, story) : "";
  });
  const outcome = useComputed(() => {
    const story = shown.value?.run?.story;
    return story ? describeOutcome(words, story) : "";
  });
  const parted = useComputed(() => {
    const run = shown.value?.run;
    return run ? run.story.parting < run.story.inputs.length : false;
  });
  const recording = store.recording.value;
  const passage = inspection.passage.value;
  if (!recording || !passage) return null;
  const [length, { positions }] = [passage.tokens.length, recording];
  return (
    <div class="epochscope-free-run-foot" data-part="free-run-foot">
      {corrections.value !== "" && (
        <span class="epochscope-free-run-corrections">
          <span data-part="free-run-corrections">{corrections}</span>
          <Button
            kind="strong"
            action="clear-corrections"
            label={words.free_run_clear}
            text
            onPress={() => {
              inspection.choices.corrections.value = new Set();
            }}
          />
        </span>
      )}
      <span class="epochscope-free-run-outcome" data-part="free-run-outcome" data-parted={parted}>
        {outcome}
      </span>
      {length < positions && <span>{fill(words.free_run_beginning, { shown: length, positions })}</span>}
      {passage.window !== null && <span>{fill(words.free_run_hint_windows, { tokens: passage.window })}</span>}
      {recording.countedPositions < positions && <span>{words.free_run_hint_ignored}</span>}
    </div>
  );
}

/** The result for screen readers, once the cursor has stopped. */
function Announcement({ view, shown }: Props) {
  const { words, store } = view;
  const said = useSignal("");
  useSignalEffect(() => {
    const [now, mode] = [shown.value, store.mode.value];
    if (mode !== "stopped" || !now) return;
    const timer = setTimeout(() => {
      said.value = now.run
        ? describeAll(words, now.run.story)
        : fill(words.free_run_goes_on, { text: continuation(now, store.recording.peek()) });
    }, ANNOUNCE_DELAY_MS);
    return () => clearTimeout(timer);
  });
  return (
    <p class="epochscope-visually-hidden" data-part="free-run-announced" role="status">
      {said}
    </p>
  );
}

/** What the network says after the reader's own words. */
function continuation({ passage: { given, said } }: Shown, recording: Recording | null): string {
  const tokens = Array.from(said?.subarray(given - 1) ?? [], (index) => recording?.alphabet[index] ?? "");
  return tokens.join(recording?.separator ?? "");
}
