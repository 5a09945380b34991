/** The text of a comparison with a row of predictions for each run; runs with other texts have a grid of their own. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { createTextGrid, type GridRows } from "../text-grid";
import type { View } from "../view";
import { ComparisonCard } from "./card";
import type { ComparisonView } from "./comparison-view";
import { createComparisonLine } from "./line";
import { ComparisonMaps } from "./maps";
import type { Run } from "./runs";

/** Width of the names of the runs, px: of a character of a label, of what else is there, and bounds. */
const CHARACTER = 6.6;
const BESIDE = 40;
const [NARROWEST, WIDEST, SHARE] = [90, 210, 0.26];
/** Labels of fewer characters may all be capitals. */
const SHORTEST = 5;
/** A longer text has low rows, in which the number of correct predictions is beside the label. */
const LONG = 100;

export function ComparisonGrid({ view }: { view: ComparisonView }) {
  return (
    <div class="epochscope-main" data-part="main">
      {view.groups.value.map((group) => (
        <GroupGrid key={group.runs.map(({ index }) => index).join(" ")} view={view} runs={group.runs} />
      ))}
      <ComparisonMaps view={view} />
    </div>
  );
}

function GroupGrid({ view, runs }: { view: ComparisonView; runs: readonly Run[] }) {
  const host = useRef<HTMLDivElement>(null);
  const [first, ...others] = runs.map(({ index }) => view.views[index] as View) as [View, ...View[]];
  useEffect(() => {
    const grid = createTextGrid(host.current as HTMLDivElement, first, rowsOf(view, runs));
    const stop = effect(() => {
      for (const other of others) {
        other.layout.value = first.layout.value;
        other.scroll.value = first.scroll.value;
      }
    });
    return () => {
      stop();
      grid.destroy();
    };
  }, [view, runs.length]);
  return (
    <div class="epochscope-compared-grid">
      <div class="epochscope-grid" data-part="grid" ref={host} />
      <ComparisonCard view={first} runs={runs} />
    </div>
  );
}

function rowsOf({ comparison: { stage } }: ComparisonView, runs: readonly Run[]): GridRows {
  const longest = Math.max(SHORTEST, ...runs.map(({ label }) => label.length));
  const score = (): number => {
    const { positions = 0 } = runs[0]?.store.recording.peek() ?? {};
    return positions > LONG ? CHARACTER * (2 * String(positions).length + 2) : 0;
  };
  return {
    watch() {
      stage.cursor.value;
      for (const { store } of runs) {
        store.version.value;
        store.recording.value;
      }
    },
    epoch: () => stage.cursor.peek(),
    layout: (width) => ({
      rows: runs.length,
      gutter: Math.max(NARROWEST, Math.min(WIDEST, width * SHARE, longest * CHARACTER + BESIDE + score())),
    }),
    madeFor: () => runs.flatMap(({ store }) => [store.recording.peek(), store.recording.peek()?.revision]),
    isAsked: (run) => run === null || runs.some(({ index }) => index === run),
    createLine: (parent, context) => createComparisonLine(parent, context, runs),
    sized() {}, // the maps below may be wider
  };
}
