/** Beside the position that is pointed at: its likeliest tokens, its own loss, and since when it is right. */
import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { columnOf, columnX, type Layout, lineOf } from "../drawing/layout";
import type { Recording } from "../player/types";
import { loss3, percent, type Words } from "../text/words";
import { Token } from "./token";
import type { View } from "./view";

/** Space between the column and the card, px. */
const APART = 10;

export function PositionCard({ view }: { view: View }) {
  const { store, layout } = view;
  const position = useComputed(() => {
    const pointed = store.hover.value ?? store.focus.value;
    const known = store.recording.value?.positions ?? 0;
    return store.dragging.value || pointed === null || pointed >= known ? null : pointed;
  });
  const recording = store.recording.value;
  store.version.value;
  if (position.value === null || !recording || !layout.value) return null;
  const epoch = Math.min(store.cursor.value, recording.epochs - 1);
  return (
    <Beside layout={layout.value} scroll={view.scroll.value} position={position.value} id={view.cardId}>
      <Facts recording={recording} epoch={epoch} position={position.value} words={view.words} />
    </Beside>
  );
}

interface BesideProps {
  layout: Layout;
  scroll: number;
  position: number;
  id: string;
  children: ComponentChildren;
}

/** Places the card right of the column, or left of it where there is no room, and always within the stage's frame. */
function Beside({ layout, scroll, position, id, children }: BesideProps) {
  const host = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const column = columnOf(layout, position);
  useLayoutEffect(() => {
    const card = host.current as HTMLDivElement;
    const frame = card.parentElement as HTMLElement;
    const stage = frame.querySelector(".epochscope-stage") as HTMLElement;
    const origin = stage.offsetLeft + stage.clientLeft + Number.parseFloat(getComputedStyle(stage).paddingLeft);
    const right = origin + layout.gutter + columnX(layout, column + 1) + APART;
    const leftOf = origin + layout.gutter + columnX(layout, column) - APART - card.offsetWidth;
    const fits = right + card.offsetWidth <= frame.clientWidth - 4;
    const left = fits ? right : Math.max(4, leftOf);
    const wanted = lineOf(layout, position) * layout.lineHeight - scroll + layout.bars.top + 2;
    const top = Math.max(0, Math.min(wanted, frame.clientHeight - card.offsetHeight - 2));
    if (left !== place.left || top !== place.top) setPlace({ left, top });
  });
  return (
    <div class="epochscope-card" id={id} ref={host} style={{ left: `${place.left}px`, top: `${place.top}px` }}>
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
  const { alphabet, top, positions } = recording;
  const target = recording.targets[position] as number;
  const learned = recording.learnedAt(position);
  const ranks = epoch < 0 ? [] : Array.from({ length: top }, (_, rank) => recording.token(epoch, position, rank));
  return (
    <>
      <p class="epochscope-card-title">
        <span>
          <Token token={alphabet[recording.inputs[position] as number]} /> → <Token token={alphabet[target]} />
        </span>
        <span>{words.position(position + 1, positions)}</span>
      </p>
      {ranks.map((index, rank) => (
        <Guess
          key={rank}
          token={alphabet[index]}
          index={index}
          share={recording.probability(epoch, position, rank)}
          kind={index === target ? "target" : rank === 0 ? "wrong" : "other"}
        />
      ))}
      {epoch >= 0 && !ranks.includes(target) && (
        <>
          <p class="epochscope-card-gap" aria-hidden="true">
            ⋯
          </p>
          <Guess token={alphabet[target]} index={target} share={recording.pTarget(epoch, position)} kind="target" />
        </>
      )}
      <div class="epochscope-card-facts">
        {epoch >= 0 && <Fact name={words.ownLoss} value={loss3(recording.positionLoss(epoch, position))} />}
        <Fact name={words.learned} value={learned < 0 ? words.notLearned : words.learnedAt(learned)} />
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
  share: number;
  kind: "target" | "wrong" | "other";
}

const Guess = ({ token, index, share, kind }: GuessProps) => (
  <p class={`epochscope-guess epochscope-guess-${kind}`}>
    <span class="epochscope-guess-index">{index}</span>
    <Token token={token} />
    <span class="epochscope-guess-track">
      <span class="epochscope-guess-bar" style={{ width: `${Math.max(0.5, share * 100)}%` }} />
    </span>
    <span class="epochscope-guess-share">{percent(share)}</span>
  </p>
);
