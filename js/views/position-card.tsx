/** A card next to the selected position: its most probable tokens, its loss, and since when it is correct. */
import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { columnOf, columnSpan, type Layout, lineOf } from "../drawing/layout";
import type { Store } from "../player/store";
import type { Recording } from "../player/types";
import { describePlace } from "../text/places";
import { fill, loss3, percent, type Words } from "../text/words";
import { Token } from "./token";
import type { View } from "./view";

/** Space between column and card, px. */
const SPACE = 10;

export function PositionCard({ view }: { view: View }) {
  const { store, layout } = view;
  const position = useComputed(() => selectedPosition(store));
  const recording = store.recording.value;
  store.version.value;
  if (position.value === null || !recording || !layout.value) return null;
  const epoch = Math.min(store.cursor.value, recording.epochs - 1);
  return (
    <NextToColumn layout={layout.value} scroll={view.scroll.value} position={position.value} id={view.cardId}>
      <Facts recording={recording} epoch={epoch} position={position.value} words={view.words} />
    </NextToColumn>
  );
}

/** The position under the pointer, or with the focus; null: none, or a pointer drags the cursor. */
export function selectedPosition({ hover, focus, dragging, recording }: Store): number | null {
  const selected = hover.value ?? focus.value;
  const positions = recording.value?.positions ?? 0;
  return dragging.value || selected === null || selected >= positions ? null : selected;
}

interface PlaceProps {
  layout: Layout;
  scroll: number;
  position: number;
  id: string;
  children: ComponentChildren;
}

/** Place the card right of the column, or left of it if there is no room, always within the frame of the grid. */
export function NextToColumn({ layout, scroll, position, id, children }: PlaceProps) {
  const host = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const column = columnSpan(layout, columnOf(layout, position));
  useLayoutEffect(() => {
    const card = host.current as HTMLDivElement;
    const frame = card.parentElement as HTMLElement;
    const grid = frame.querySelector(".epochscope-grid") as HTMLElement;
    const padding = Number.parseFloat(getComputedStyle(grid).paddingLeft);
    const origin = grid.offsetLeft + grid.clientLeft + padding + layout.gutter;
    const rightOf = origin + column.right + SPACE;
    const leftOf = origin + column.left - SPACE - card.offsetWidth;
    const left = rightOf + card.offsetWidth <= frame.clientWidth - 4 ? rightOf : Math.max(4, leftOf);
    const preferred = lineOf(layout, position) * layout.lineHeight - scroll + layout.bars.top + 2;
    const top = Math.max(0, Math.min(preferred, frame.clientHeight - card.offsetHeight - 2));
    if (left !== place.left || top !== place.top) setPlace({ left, top });
  });
  const style = { left: `${place.left}px`, top: `${place.top}px` };
  return (
    <div class="epochscope-card" data-part="card" id={id} ref={host} style={style}>
      {children}
    </div>
  );
}

interface FactsProps {
  recording: Recording;
  epoch: number;
  position: number;
  words: Words;
}

function Facts({ recording, epoch, position, words }: FactsProps) {
  const { alphabet, topk, positions } = recording;
  const counted = recording.isCounted(position);
  const target = recording.targets[position] as number;
  const learnedAt = recording.learnedAt(position);
  const ranks = epoch < 0 ? [] : Array.from({ length: topk }, (_, rank) => recording.token(epoch, position, rank));
  return (
    <>
      <p class="epochscope-card-title">
        <span>
          <Token token={alphabet[recording.inputs[position] as number]} />
          {counted && (
            <>
              {" "}
              → <Token token={alphabet[target]} />
            </>
          )}
        </span>
        <span>{fill(words.position_of, { position: position + 1, positions: positions })}</span>
      </p>
      {ranks.map((index, rank) => (
        <Guess
          key={rank}
          token={alphabet[index]}
          index={index}
          probability={recording.probability(epoch, position, rank)}
          kind={index === target ? "target" : rank === 0 && counted ? "wrong" : "other"}
        />
      ))}
      {epoch >= 0 && counted && !ranks.includes(target) && (
        <>
          <p class="epochscope-card-gap" aria-hidden="true">
            ⋯
          </p>
          <Guess
            token={alphabet[target]}
            index={target}
            probability={recording.pTarget(epoch, position)}
            kind="target"
          />
        </>
      )}
      <div class="epochscope-card-facts">
        {!counted && <p data-part="card-ignored">{words.ignored}</p>}
        {counted && epoch >= 0 && (
          <Fact name={words.loss_here} value={loss3(recording.positionLoss(epoch, position))} />
        )}
        {counted && learnedAt !== null && (
          <Fact
            name={words.correct_since}
            value={
              learnedAt < 0
                ? words.not_yet
                : fill(words.since_epoch, { at: describePlace(words, recording, learnedAt) })
            }
          />
        )}
      </div>
    </>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <p class="epochscope-fact">
    <span>{name}</span> <span>{value}</span>
  </p>
);

interface GuessProps {
  token: string | undefined;
  index: number;
  probability: number;
  kind: "target" | "wrong" | "other";
}

const Guess = ({ token, index, probability, kind }: GuessProps) => (
  <p class={`epochscope-guess epochscope-guess-${kind}`} data-part="guess" data-kind={kind}>
    <span class="epochscope-guess-index">{index}</span>
    <Token token={token} />
    <span class="epochscope-guess-track">
      <span class="epochscope-guess-bar" style={{ width: `${Math.max(0.5, probability * 100)}%` }} />
    </span>
    <span class="epochscope-guess-probability">{percent(probability)}</span>
  </p>
);
