/** A card next to the selected position: what each run predicts there, and with which probability. */
import { useComputed } from "@preact/signals";
import { fill, percent } from "../../text/words";
import { NextToColumn, selectedPosition } from "../position-card";
import { Swatch } from "../swatch";
import { Token } from "../token";
import type { View } from "../view";
import type { Run } from "./runs";

export function ComparisonCard({ view, runs }: { view: View; runs: readonly Run[] }) {
  const { store, layout, words } = view;
  const position = useComputed(() => selectedPosition(store));
  const [recording, at] = [store.recording.value, position.value];
  if (at === null || !recording || !layout.value) return null;
  const { alphabet, positions } = recording;
  const counted = recording.isCounted(at);
  return (
    <NextToColumn layout={layout.value} scroll={view.scroll.value} position={at} id={view.cardId}>
      <p class="epochscope-card-title">
        <span>
          <Token token={alphabet[recording.inputs[at] as number]} />
          {counted && (
            <>
              {" "}
              → <Token token={alphabet[recording.targets[at] as number]} />
            </>
          )}
        </span>
        <span>{fill(words.position_of, { position: at + 1, positions })}</span>
      </p>
      {!counted && <p data-part="card-ignored">{words.ignored}</p>}
      {runs.map((run) => (
        <Guess key={run.index} run={run} position={at} />
      ))}
    </NextToColumn>
  );
}

function Guess({ run: { index, label, store }, position }: { run: Run; position: number }) {
  store.version.value;
  const [recording, epoch] = [store.recording.value, store.cursor.value];
  if (!recording || epoch < 0) return null;
  const isWrong = recording.isCounted(position) && !recording.isCorrect(epoch, position);
  const probability = recording.probability(epoch, position);
  return (
    <p class={`epochscope-guess epochscope-guess-${isWrong ? "wrong" : "target"}`} data-part="guess">
      <span class="epochscope-guess-run" title={label}>
        <Swatch run={index} /> <span>{label}</span>
      </span>
      <Token token={recording.alphabet[recording.token(epoch, position)]} />
      <span class="epochscope-guess-track">
        <span class="epochscope-guess-bar" style={{ width: `${Math.max(0.5, probability * 100)}%` }} />
      </span>
      <span class="epochscope-guess-probability">{percent(probability)}</span>
    </p>
  );
}
