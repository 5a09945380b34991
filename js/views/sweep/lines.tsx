/** The losses of the runs of a box as lines: thin ones, the median, and those that are pointed at, selected or compared. */
import { DASHES, runColor } from "../../drawing/run-style";
import { curvePoints, type LossRange, type Point, pathOf, UNITS } from "../../drawing/sweep-plot";
import type { SweepCurves, SweepState } from "../../player/sweep-data";

export interface BoxLines {
  /** The curves of these runs, in their order. */
  readonly runs: readonly number[];
  readonly points: readonly (readonly Point[])[];
  readonly all: string;
  readonly median: string;
  /** Where runs ended early. */
  readonly crosses: readonly Point[];
}

/** `runs`: those of the box. */
export function linesOf(
  { runs: states, epochs: axisEpochs }: SweepState,
  curves: SweepCurves,
  range: LossRange,
  box: number,
  runs: readonly number[],
): BoxLines {
  const epochsOf = (run: number): number => states[run]?.epochs ?? 0;
  const points = runs.map((run) => curvePoints(curves.runs[run] ?? NOTHING, epochsOf(run), axisEpochs, range));
  const longest = Math.max(0, ...runs.map(epochsOf));
  const ended = points.flatMap((line, i) => {
    const state = states[runs[i] as number]?.state;
    const last = line.at(-1);
    return last && (state === "diverged" || state === "failed") ? [last] : [];
  });
  return {
    ...{ runs, points },
    all: pathOf(points),
    median: pathOf([curvePoints(curves.medians[box] ?? NOTHING, longest, axisEpochs, range)]),
    crosses: ended,
  };
}

/** So many lines are drawn finer. */
const MANY = 40;

const NOTHING = new Float32Array();

interface LinesProps {
  lines: BoxLines;
  /** Heights of the grid lines, 0..1. */
  grid: readonly number[];
  hovered: number | null;
  selected: number | null;
  compared: readonly number[];
}

export function Lines({
  lines: { runs, points, all, median, crosses },
  grid,
  hovered,
  selected,
  compared,
}: LinesProps) {
  const path = (run: number | null): string => {
    const at = run === null ? -1 : runs.indexOf(run);
    return at < 0 ? "" : pathOf([points[at] as Point[]]);
  };
  return (
    <>
      <svg
        class="epochscope-sweep-lines"
        viewBox={`0 0 ${UNITS} ${UNITS}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <path class="epochscope-sweep-gridline" d={grid.map((y) => `M0 ${y * UNITS}H${UNITS}`).join("")} />
        <path class="epochscope-sweep-line" data-part="sweep-lines" data-many={runs.length > MANY} d={all} />
        <path class="epochscope-sweep-line-median" data-part="sweep-median" d={median} />
        {compared.map((run, i) => (
          <g key={run}>
            <path class="epochscope-sweep-line-casing" d={path(run)} />
            <path
              class="epochscope-sweep-line-compared"
              d={path(run)}
              stroke={runColor(i)}
              stroke-dasharray={DASHES[i] || undefined}
            />
          </g>
        ))}
        {[hovered === selected ? null : hovered, selected].map((run, i) => (
          <g key={i} data-part={i === 0 ? "sweep-hovered" : "sweep-selected"} data-run={run ?? undefined}>
            <path class="epochscope-sweep-line-casing" d={path(run)} />
            <path class={`epochscope-sweep-line-${i === 0 ? "hovered" : "selected"}`} d={path(run)} />
          </g>
        ))}
      </svg>
      {crosses.map(([x, y], i) => (
        <i key={i} class="epochscope-sweep-cross" style={{ left: `${100 * x}%`, top: `${100 * y}%` }} />
      ))}
    </>
  );
}
