/** The network: its kind among the recurrent networks, this very one unrolled, and its weights counted. */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { architectureOf } from "../../drawing/architectures";
import { lineOf, visibleLines } from "../../drawing/layout";
import { unroll } from "../../drawing/unrolled";
import { partsOf, recordedShape } from "../../network/parts";
import type { Recording } from "../../player/types";
import { fill, type Words } from "../../text/words";
import type { View } from "../view";
import { Architectures } from "./network-architectures";
import { Counts } from "./network-counts";
import { type Modes, UnrolledPicture } from "./network-unrolled";
import { Section } from "./section";

export function NetworkPanel({ view }: { view: View }) {
  const { store, words, inspection } = view;
  /** The line that is drawn: that of the focused position, or the first visible one. */
  const line = useComputed(() => {
    const [layout, focus] = [view.layout.value, store.focus.value];
    if (!layout) return 0;
    return focus === null ? visibleLines(layout, view.scroll.value + 1, 1)[0] : lineOf(layout, focus);
  });
  const [recording, layout] = [store.recording.value, view.layout.value];
  const checked = store.weights.network.value;
  const shape = recording && (checked ?? recordedShape(recording.metadata, recording.alphabet.length));
  const parts = useMemo(() => shape && partsOf(shape), [JSON.stringify(shape)]);
  const rows = parts?.length ?? 1;
  const unrolled = useMemo(() => layout && unroll(layout, line.value, rows), [layout, line.value, rows]);
  if (!recording || !unrolled) return null;
  const cut = inspection.isOn("memory") && !inspection.isOn("free_run") ? inspection.choices.memory.cut.value : null;
  const part = inspection.part.value;
  const modes: Modes = {
    window: inspection.isOn("free_run") ? null : (recording.metadata.window ?? null), // a free run is one long chain
    given: inspection.isOn("free_run") ? Math.max(1, inspection.choices.given.value) : null,
    cut: part === "all" ? cut : null, // otherwise the rest of the state is carried on
  };
  const count = parts?.reduce((sum, part) => sum + part.count, 0);
  const place = { first: unrolled.first + 1, last: unrolled.first + unrolled.count };
  const shared = describeShared(words, recording, count);
  const picture = fill(parts ? words.network_picture : words.network_picture_model, place);
  const notes = describeModes(words, recording, modes);
  if (cut !== null && part !== "all") notes.push(fill(words.network_cut_part, { position: cut + 1, part }));
  return (
    <Section view={view} name="network" title={words.network} hint={parts && words.network_idea}>
      <Architectures words={words} ours={architectureOf(recording)} tokens={recording.separator !== ""} />
      <p class="epochscope-net-shared" data-part="net-shared">
        {shared}
      </p>
      <UnrolledPicture
        key={`${line.value} ${rows}`}
        view={view}
        unrolled={unrolled}
        parts={parts}
        label={[picture, shared, ...notes].join(" ")}
        {...modes}
      />
      {notes.map((note) => (
        <p key={note} class="epochscope-net-note" data-part="net-note">
          {note}
        </p>
      ))}
      {shape && parts && <Counts words={words} shape={shape} parts={parts} />}
      {!parts && <Unknown view={view} recording={recording} />}
    </Section>
  );
}

/** That the same weights are used at every position; `count` of them, if that is known. */
function describeShared(words: Words, { positions }: Recording, count: number | undefined): string {
  if (count === undefined) return fill(words.network_shared_model, { positions });
  return fill(words.network_shared, { positions, count });
}

/** What is special about this picture. */
function describeModes(words: Words, { positions }: Recording, { window, given, cut }: Modes): string[] {
  const notes: string[] = [];
  if (window !== null && window < positions)
    notes.push(fill(words.network_windows, { window, count: positions - window + 1, next: window + 1 }));
  if (given !== null && given < positions) notes.push(fill(words.network_free_run, { position: given + 1 }));
  if (cut !== null) notes.push(fill(words.network_cut, { position: cut + 1 }));
  return notes;
}

/** What is not known about the network, and how to make it known. */
function Unknown({ view, recording }: { view: View; recording: Recording }) {
  const { words, store } = view;
  const isMonitor = recording.metadata.source === "monitor" || store.status.value.source === "monitor";
  const refusal = store.weights.refusal.value;
  return (
    <p class="epochscope-net-note" data-part="net-unknown">
      {refusal ?? words.network_unknown} {isMonitor && !refusal && words.network_unknown_monitor}{" "}
      {!refusal && words.network_unknown_module}
    </p>
  );
}
