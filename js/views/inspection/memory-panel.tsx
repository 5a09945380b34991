/** Cut the network's memory, or put the memory of one position in the place of another. */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Icon, type IconName } from "../icons";
import type { View } from "../view";
import type { MemoryChoices } from "./choices";
import { Memory } from "./memory";
import { CutRows } from "./memory-cut";
import { MoveRows } from "./memory-move";
import { CutResultText, MoveResultText } from "./memory-results";
import { Section } from "./section";

const ANNOUNCE_DELAY_MS = 700;

interface Props {
  view: View;
  memory: Memory;
}

export function MemoryPanel({ view }: { view: View }) {
  const { words, inspection } = view;
  const memory = useMemo(() => new Memory(view), [view]);
  useEffect(() => memory.open(), [memory]);
  const computable = useComputed(() => inspection.pass.value !== null);
  const hint = view.inspection.hasCell.value ? words.memory_state_hc : words.memory_state_h;
  return (
    <Section view={view} name="memory" title={words.memory} hint={computable.value && hint}>
      {computable.value && (
        <>
          {view.inspection.hasCell.value && <PartChoice view={view} />}
          <Part
            name="cut"
            icon="scissors"
            title={words.memory_cut}
            hint={words.memory_cut_hint}
            rows={CutRows}
            watch={watchCut}
            {...{ view, memory }}
          >
            <CutResultText view={view} memory={memory} />
          </Part>
          <Part
            name="move"
            icon="move"
            title={words.memory_move}
            hint={words.memory_move_hint}
            rows={MoveRows}
            watch={watchMove}
            {...{ view, memory }}
          >
            <MoveResultText view={view} memory={memory} />
          </Part>
        </>
      )}
    </Section>
  );
}

interface PartProps extends Props {
  name: "cut" | "move";
  icon: IconName;
  title: string;
  hint: string;
  rows: new (host: HTMLElement, view: View, memory: Memory) => { destroy(): void };
  /** Read what the reader can change: the result is then announced, unlike that of another epoch. */
  watch(view: View, choices: MemoryChoices): unknown;
  /** What it comes to at the epoch on show. */
  children: ComponentChildren;
}

function Part({ view, memory, name, icon, title, hint, rows: Rows, watch, children }: PartProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const rows = new Rows(host.current as HTMLDivElement, view, memory);
    return () => rows.destroy();
  }, [view, memory, Rows]);
  const result = useRef<HTMLDivElement>(null);
  const announced = useSignal("");
  useSignalEffect(() => {
    watch(view, memory.choices);
    if (!memory.choices.chosen) return;
    const timer = setTimeout(() => {
      announced.value = result.current?.querySelector("p")?.textContent ?? "";
    }, ANNOUNCE_DELAY_MS);
    return () => clearTimeout(timer);
  });
  return (
    <section
      class="epochscope-memory-part"
      data-part={`memory-${name}`}
      data-dense={view.layout.value?.dense}
      aria-label={title}
    >
      <p class="epochscope-memory-head">
        <Icon name={icon} />
        <strong>{title}</strong>
        <span>{hint}</span>
      </p>
      <div class="epochscope-memory-rows" ref={host} />
      <div class="epochscope-memory-result" data-part={`memory-${name}-result`} ref={result}>
        {children}
      </div>
      <p class="epochscope-visually-hidden" data-part={`memory-${name}-announced`} role="status">
        {announced}
      </p>
    </section>
  );
}

const watchCut = ({ inspection: { part } }: View, { cut }: MemoryChoices) => [part.value, cut.value];
const watchMove = ({ inspection: { part } }: View, { move, carried }: MemoryChoices) => [
  part.value,
  move.value,
  carried.value,
];

/** Which part of the state of an LSTM. */
function PartChoice({ view }: { view: View }) {
  const { words } = view;
  const parts = [
    ["all", words.memory_all],
    ["h", words.memory_h],
    ["c", words.memory_c],
  ] as const;
  return (
    <fieldset class="epochscope-memory-what" data-part="memory-what">
      <legend>{words.memory_what}</legend>
      {parts.map(([what, label]) => (
        <label key={what}>
          <input
            type="radio"
            name={`${view.cardId}-memory-what`}
            value={what}
            checked={view.inspection.choices.memory.part.value === what}
            onChange={() => {
              view.inspection.choices.memory.part.value = what;
            }}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
