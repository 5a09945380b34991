/** All boxes of a sweep: a table of two options, or one after the other; selectors choose the values of more options. */
import { useComputed, useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { SweepBox, SweepState } from "../../player/sweep-data";
import { Box } from "./box";
import { RunCard } from "./card";
import { layoutOf, ROW_HEADING, rowsOf, shownBoxes } from "./layout";
import type { SweepView } from "./sweep-view";

export function Boxes({ view }: { view: SweepView }) {
  const { store, choices } = view;
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const el = host.current as HTMLDivElement;
    const resize = new ResizeObserver(() => {
      width.value = el.clientWidth;
    });
    resize.observe(el);
    width.value = el.clientWidth;
    return () => resize.disconnect();
  }, []);
  const sweep = store.state.value;
  const shown = shownBoxes(sweep.boxes, choices.value);
  return (
    <div class="epochscope-sweep-main" data-part="sweep-main">
      <Choices view={view} sweep={sweep} />
      <div ref={host}>{width.value > 0 && <Grid view={view} sweep={sweep} shown={shown} width={width.value} />}</div>
      <Legend view={view} />
    </div>
  );
}

interface GridProps {
  view: SweepView;
  sweep: SweepState;
  shown: readonly SweepBox[];
  width: number;
}

function Grid({ view, sweep, shown, width }: GridProps) {
  const { store } = view;
  const { axes } = sweep;
  const { columns, table, space } = layoutOf(axes, shown.length, width);
  const [rows, across] = axes;
  const tracks = `repeat(${columns}, minmax(0, ${axes.length > 0 ? 600 : 760}px))`;
  return (
    <div
      class="epochscope-sweep-boxes"
      data-part="sweep-boxes"
      data-table={table}
      style={{
        columnGap: `${space}px`,
        gridTemplateColumns: table ? `${ROW_HEADING}px ${tracks}` : tracks,
      }}
    >
      {table && <span aria-hidden="true" />}
      {table && across?.values.map((value) => <Heading key={value} part="column" text={value} />)}
      {rowsOf(shown, columns).map((row) => (
        <Fragment key={row[0]?.start}>
          {table && rows && <Heading part="row" text={rows.values[row[0]?.at[0] as number] as string} />}
          {row.map((box, i) => (
            <Box key={box.start} view={view} sweep={sweep} box={box} titled={!table} first={!table && i === 0} />
          ))}
          {row.some(({ start }) => store.isIn(start)) && <RunCard view={view} />}
        </Fragment>
      ))}
    </div>
  );
}

const Heading = ({ part, text }: { part: "row" | "column"; text: string }) => (
  <div class={`epochscope-sweep-${part}`} data-part={`sweep-${part}`} title={text} aria-hidden="true">
    {text}
  </div>
);

/** Choose the values of the options after the second one. */
function Choices({ view: { choices }, sweep: { axes } }: { view: SweepView; sweep: SweepState }) {
  if (axes.length < 3) return null;
  return (
    <div class="epochscope-sweep-choices" data-part="sweep-choices">
      {axes.slice(2).map(({ name, values }, i) => (
        <label key={name}>
          <span class="epochscope-visually-hidden">{name}</span>
          <span class="epochscope-list">
            <select
              class="epochscope-select"
              data-action={`sweep-axis-${i + 2}`}
              value={choices.value[i + 2] ?? 0}
              onChange={({ currentTarget }) => {
                choices.value = axes.map((_, at) =>
                  at === i + 2 ? currentTarget.selectedIndex : (choices.value[at] ?? 0),
                );
              }}
            >
              {values.map((value, at) => (
                <option key={value} value={at}>
                  {value}
                </option>
              ))}
            </select>
          </span>
        </label>
      ))}
    </div>
  );
}

/** What the lines, the crosses and the bars are. */
function Legend({ view: { store, words } }: { view: SweepView }) {
  const ended = useComputed(() => store.state.value.boxes.some(({ failed }) => failed > 0));
  return (
    <div class="epochscope-sweep-legend" data-part="sweep-legend">
      <span>↑ {words.loss_axis}</span>
      <span>→ {words.epoch}</span>
      <span>
        <i class="epochscope-sweep-key" /> {words.sweep_one_seed}
      </span>
      <span>
        <i class="epochscope-sweep-key epochscope-sweep-key-median" /> {words.sweep_median}
      </span>
      {ended.value && (
        <span>
          <i class="epochscope-sweep-cross epochscope-sweep-key-cross" /> {words.sweep_ended}
        </span>
      )}
      <span>{words.sweep_rates}</span>
      <span>{words.sweep_select}</span>
    </div>
  );
}
