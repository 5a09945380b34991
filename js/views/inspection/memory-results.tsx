/** What a cut or a moved memory comes to at the epoch on show, as sentences. */
import { fill } from "../../text/words";
import { Button } from "../button";
import type { View } from "../view";
import type { Memory, MoveResult } from "./memory";
import type { CutResult } from "./memory-effects";
import { Quote, Sentence } from "./memory-sentence";

interface Props {
  view: View;
  memory: Memory;
}

export function CutResultText({ view, memory }: Props) {
  const { words } = view;
  const result = memory.cut.value;
  const window = view.inspection.passage.value?.window ?? null;
  if (!result) return null;
  const part = view.inspection.part.value === "all" ? words.memory_part_all : view.inspection.part.value;
  return (
    <>
      <p data-part="memory-cut-sentence">
        <CutChanges view={view} result={result} />
      </p>
      <Button
        kind="strong"
        action="uncut"
        label={words.memory_uncut_action}
        text
        disabled={result.after === null}
        onPress={() => memory.choices.cutAfter(null)}
      />
      <p class="epochscope-memory-quiet">
        {fill(words.memory_weights_same, { part })}{" "}
        {window !== null && `${fill(words.memory_windows, { tokens: window, reach: window - 1 })} `}
        <Beginning view={view} result={result} />
      </p>
    </>
  );
}

function CutChanges({ view, result }: { view: View; result: CutResult }) {
  const { words } = view;
  const { after, changed, predictions } = result;
  if (after === null) return <>{words.memory_uncut_hint}</>;
  const count = predictions.length - after - 1;
  if (count === 0) return <>{words.memory_cut_end}</>;
  if (changed === 0)
    return <>{view.inspection.part.value === "all" ? words.memory_cut_none : words.memory_cut_none_part}</>;
  const said = <Quote view={view} tokens={predictions.subarray(after + 1)} />;
  return (
    <>
      <strong>{fill(changed === 1 ? words.memory_cut_count_one : words.memory_cut_count, { changed, count })}</strong>{" "}
      <Sentence template={words.memory_cut_says} parts={{ said }} />
    </>
  );
}

/** If the token after the cut is the first of the text: the network does again what it did there. */
function Beginning({ view, result: { after, changed, predictions } }: { view: View; result: CutResult }) {
  const tokens = view.inspection.passage.value?.tokens;
  if (!tokens || after === null || changed === 0 || view.inspection.part.value !== "all") return null;
  if (tokens[after + 1] !== tokens[0]) return null;
  const [token, said] = [tokens.subarray(0, 1), predictions.subarray(after + 1, after + 2)].map((quoted) => (
    <Quote key="text" view={view} tokens={quoted} />
  ));
  return <Sentence template={view.words.memory_cut_begins} parts={{ token, said }} />;
}

export function MoveResultText({ view, memory }: Props) {
  const result = memory.moved.value;
  const window = view.inspection.passage.value?.window ?? null;
  if (!result) return null;
  return (
    <>
      <p data-part="memory-move-sentence">
        <MoveChanges view={view} memory={memory} result={result} />
      </p>
      <p class="epochscope-memory-quiet">
        <SameToken view={view} result={result} />
        {window !== null && ` ${fill(view.words.memory_windows_move, { tokens: window })}`}
      </p>
    </>
  );
}

function MoveChanges({ view, memory, result: { source, to, before, predictions } }: Props & { result: MoveResult }) {
  const { words, inspection } = view;
  const read = inspection.passage.value?.tokens.subarray(0, source + 1) ?? [];
  const past = <Quote view={view} tokens={read} last />;
  const [said, own] = [predictions, before].map((text) => <Quote key="text" view={view} tokens={text} />);
  if (memory.choices.carried.value !== null && source === to)
    return <Sentence template={words.memory_carried} parts={{ source: past }} />;
  if (source === to) return <Sentence template={words.memory_moved_self} parts={{ own }} />;
  const template = { all: words.memory_moved_all, h: words.memory_moved_h, c: words.memory_moved_c };
  return (
    <>
      <strong>
        <Sentence template={template[view.inspection.part.value]} parts={{ source: past, said }} />
      </strong>{" "}
      <span class="epochscope-memory-own">
        <Sentence template={words.memory_moved_own} parts={{ own }} />
      </span>
    </>
  );
}

/** If both positions read the same token, nothing but the memory can make a difference. */
function SameToken({ view, result: { source, to, predictions, before } }: { view: View; result: MoveResult }) {
  const tokens = view.inspection.passage.value?.tokens;
  if (!tokens || source === to || tokens[source] !== tokens[to] || predictions[0] === before[0]) return null;
  const token = <Quote view={view} tokens={tokens.subarray(to, to + 1)} />;
  return <Sentence template={view.words.memory_moved_same} parts={{ token }} />;
}
