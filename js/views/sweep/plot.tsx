/** The plot of a box: one tab stop, in which the runs are the options of a list. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { lossY, nearestCurve } from "../../drawing/sweep-plot";
import { runsBySeed, type SweepBox, type SweepRun, type SweepState } from "../../player/sweep-data";
import { grouped, loss3, type Words } from "../../text/words";
import { describeRun } from "./describe";
import { pressInBox } from "./keys";
import { seedLabel } from "./labels";
import { Lines, linesOf } from "./lines";
import { boxId, optionId, type SweepView } from "./sweep-view";

interface PlotProps {
  view: SweepView;
  sweep: SweepState;
  box: SweepBox;
  /** The name of the plot. */
  label: string;
}

export function Plot({ view, sweep, box, label }: PlotProps) {
  const { store, words } = view;
  const hovered = useSignal<number | null>(null);
  const range = view.range.value;
  const ends = sweep.runs.slice(box.start, box.start + sweep.seeds.length);
  // A run does not change once it is done: only what has arrived since is drawn again.
  const shape = ends.map(({ state, epochs }) => `${state.charAt(0)}${epochs}`).join();
  const runs = useMemo(() => runsBySeed(sweep, box), [sweep.seeds.length, box.start]);
  const lines = useMemo(
    () => linesOf(sweep, store.curves.peek(), range, sweep.boxes.indexOf(box), runs),
    [shape, range.low, range.high, range.log, sweep.epochs, runs],
  );
  const options = useMemo(() => <Options view={view} sweep={sweep} runs={runs} />, [shape, runs, store.selected.value]);
  const selected = store.isIn(box.start) ? store.selected.value : null;
  const [pointed, compared] = [hovered.value ?? selected, store.compared.value];

  const nearest = (event: MouseEvent): number | null => {
    const area = (event.currentTarget as Element).querySelector(".epochscope-sweep-lines")?.getBoundingClientRect();
    if (!area) return null;
    const pointer = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height] as const;
    return lines.runs[nearestCurve(lines.points, pointer, [area.width, area.height])] ?? null;
  };
  return (
    <div
      class="epochscope-sweep-plot"
      data-part="sweep-plot"
      data-selected={selected !== null}
      id={boxId(view, box.start)}
      role="listbox"
      tabIndex={0}
      aria-label={label || words.sweep}
      aria-description={words.sweep_keys}
      aria-activedescendant={selected === null ? undefined : optionId(view, selected)}
      onKeyDown={(event) => {
        if (!pressInBox(store, runs, event)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerMove={(event) => {
        hovered.value = event.pointerType === "touch" ? null : nearest(event);
      }}
      onPointerLeave={() => {
        hovered.value = null;
      }}
      onClick={(event) => {
        // What is highlighted: the position of a click is rounded, so another line may be nearer to it.
        const run = hovered.value ?? nearest(event);
        if (run !== null) store.selected.value = run;
      }}
      onDblClick={() => {
        if (selected !== null) store.open(selected);
      }}
    >
      <Lines
        lines={lines}
        grid={range.ticks.map((tick) => lossY(tick, range))}
        {...{ hovered: hovered.value, selected, compared }}
      />
      {range.ticks.map((tick) => (
        <span
          key={tick}
          class="epochscope-sweep-tick"
          style={{ top: `${100 * lossY(tick, range)}%` }}
          aria-hidden="true"
        >
          {String(tick)}
        </span>
      ))}
      <span class="epochscope-sweep-end" aria-hidden="true">
        <span>0</span>
        <span>{grouped(sweep.epochs)}</span>
      </span>
      {box.done === 0 && (
        <span class="epochscope-sweep-waiting" data-part="sweep-waiting">
          {words.sweep_waiting}
        </span>
      )}
      {pointed !== null && (
        <span class="epochscope-sweep-pointed" data-part="sweep-pointed" aria-hidden="true">
          {describePointed(words, sweep, pointed)}
        </span>
      )}
      {options}
    </div>
  );
}

/** The runs for screen readers. */
function Options({ view, sweep, runs }: { view: SweepView; sweep: SweepState; runs: readonly number[] }) {
  const { store, words } = view;
  return (
    <div class="epochscope-visually-hidden" role="presentation">
      {runs.map((run) => (
        <div
          key={run}
          id={optionId(view, run)}
          role="option"
          tabIndex={-1}
          data-part="sweep-option"
          aria-selected={store.selected.value === run}
        >
          {`${seedLabel(words, sweep, run)}: ${describeRun(words, sweep.runs[run] as SweepRun, sweep.positions)}`}
        </div>
      ))}
    </div>
  );
}

/** The seed, and how many predictions are correct at the end and with which loss. */
function describePointed(words: Words, sweep: SweepState, run: number): string {
  const { state, correct, loss } = sweep.runs[run] as SweepRun;
  const seed = seedLabel(words, sweep, run);
  return state === "trained" ? `${seed} · ${correct}/${sweep.positions} · ${loss3(loss ?? Number.NaN)}` : seed;
}
