/** The maps as one grid for pointer, keyboard and screen readers: units are its rows, positions its columns. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signed } from "../../drawing/equation";
import { columnsWidth } from "../../drawing/layout";
import { fill, spoken, type Words } from "../../text/words";
import type { View } from "../view";
import { PAD } from "./inside-draw";
import { unitName } from "./inside-labels";
import { type InsideModel, type Selection, type Shown, valuesOf } from "./inside-model";

const ANNOUNCE_DELAY_MS = 400;

interface Props {
  view: View;
  model: InsideModel;
  shown: Shown;
  rowHeight: number;
  children: ComponentChildren;
}

export function InsideKeys({ view, model, shown, rowHeight, children }: Props) {
  const { store, words } = view;
  const { rows, unit, position, pass, passage, layout } = shown;
  const text = describeCell(words, shown);
  const id = `${view.cardId}-inside-cell`;
  const announced = useSignal("");
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      announced.value = text;
    }, ANNOUNCE_DELAY_MS);
    return () => clearTimeout(timer);
  }, [text, announced]);
  const select = (selection: Selection): void => {
    model.choices.select(selection.unit, selection.position);
    if (!passage.own) store.focus.value = selection.position;
  };
  const point = (event: PointerEvent): void => {
    const cell = cellAt(event, shown, rowHeight);
    model.choices.pointed.value = cell;
    if (!passage.own) store.hover.value = cell?.position ?? null;
    if (cell && event.buttons & 1) select(cell);
  };
  const leave = (): void => {
    model.choices.pointed.value = null;
    store.hover.value = null;
  };
  return (
    <div
      class="epochscope-inside-maps"
      data-part="inside-maps"
      style={{ width: `${layout.gutter + columnsWidth(layout, layout.columns) + PAD}px` }}
      onPointerDown={(event) => {
        const cell = event.button === 0 ? cellAt(event, shown, rowHeight) : null;
        if (!cell) return;
        event.preventDefault();
        grid.current?.focus({ preventScroll: true });
        select(cell);
      }}
      onPointerMove={(event) => {
        if (event.pointerType !== "touch") point(event);
      }}
      onPointerLeave={leave}
    >
      {children}
      {/* biome-ignore lint/a11y/useSemanticElements: a table cannot be drawn on canvases */}
      <div
        ref={grid}
        class="epochscope-inside-grid"
        data-part="inside-grid"
        role="grid"
        tabIndex={0}
        aria-label={words.inside_grid}
        aria-rowcount={rows.length}
        aria-colcount={pass.length}
        aria-activedescendant={id}
        onBlur={() => {
          store.focus.value = null;
        }}
        onKeyDown={(event) => {
          const next = neighbour(event, shown, model.choices.selected.peek());
          if (!next) return;
          event.preventDefault();
          event.stopPropagation(); // outside, these keys step through the epochs
          leave();
          select(next);
        }}
      >
        {/* biome-ignore lint/a11y: the grid has the focus and names this cell as active */}
        <div class="epochscope-visually-hidden" role="row" aria-rowindex={rows.indexOf(unit) + 1}>
          {/* biome-ignore lint/a11y: as above */}
          <div id={id} role="gridcell" aria-colindex={position + 1} aria-selected="true" data-part="inside-cell">
            {text}
          </div>
        </div>
      </div>
      <p class="epochscope-visually-hidden" role="status" aria-live="polite">
        {announced}
      </p>
    </div>
  );
}

/** The selection after a key; null: the key is not for the maps. */
function neighbour(event: KeyboardEvent, shown: Shown, selected: Selection | null): Selection | null {
  const { rows, pass, layout } = shown;
  // What is selected, not what is shown: there may be several keys in one frame.
  const unit = selected && rows.includes(selected.unit) ? selected.unit : shown.unit;
  const position = Math.min(selected?.position ?? shown.position, pass.length - 1);
  if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return null;
  const forward = layout.direction === "rtl" ? -1 : 1;
  const last = pass.length - 1;
  const positions: Record<string, number> = {
    ArrowLeft: position - forward,
    ArrowRight: position + forward,
    Home: 0,
    End: last,
  };
  const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };
  const [to, step] = [positions[event.key], steps[event.key]];
  if (to !== undefined) return { unit, position: Math.min(last, Math.max(0, to)) };
  if (step === undefined) return null;
  const row = Math.min(rows.length - 1, Math.max(0, rows.indexOf(unit) + step));
  return { unit: rows[row] as number, position };
}

/** The unit and position at a point; on the curve, the selected unit. */
function cellAt(event: PointerEvent, shown: Shown, rowHeight: number): Selection | null {
  const canvas = (event.target as Element).closest("canvas");
  if (!canvas) return null;
  const { layout, first, count, rows, unit } = shown;
  const box = canvas.getBoundingClientRect();
  const x = event.clientX - box.left - PAD;
  const fromStart = layout.direction === "ltr" ? x : columnsWidth(layout, layout.columns) - x;
  const column = Math.floor(fromStart / layout.pitch);
  if (column < 0 || column >= count) return null;
  if (canvas.dataset.map === "curve") return { unit, position: first + column };
  const row = Math.min(rows.length - 1, Math.max(0, Math.floor((event.clientY - box.top - PAD) / rowHeight)));
  return { unit: rows[row] as number, position: first + column };
}

/** The selected cell of all maps, for screen readers. */
function describeCell(words: Words, shown: Shown): string {
  const { position, unit, trace, available, pass, recording } = shown;
  const input = spoken(recording.alphabet[pass.tokens[position] as number] ?? "", words);
  const place = `${fill(words.position_number, { position: position + 1 })}, ${words.input} ${input}`;
  const values = available.map((name) => {
    const value = valuesOf(name, trace)?.[position * trace.size + unit] ?? Number.NaN;
    return `${words[`map_${name}`]} ${signed(value)}`;
  });
  return `${unitName(words, shown, true)}, ${place}: ${values.join(", ")}`;
}
