/** How many steps back 1 % of the gradient arrives, epoch by epoch: a line for each run. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { epochAt, epochOffset } from "../../drawing/layout";
import type { ReachCurve } from "./reach-history";

export interface ReachSeries {
  /** Written at the end of the line, if there are several. */
  readonly label: string;
  /** As CSS writes it. */
  readonly color: string;
  /** As `stroke-dasharray` has it; "" for a solid line. */
  readonly dash: string;
  readonly values: ReachCurve;
}

interface Props {
  series: readonly ReachSeries[];
  axisEpochs: number;
  cursor: number;
  /** What the chart shows, for screen readers. */
  label: string;
  /** Of the axis of epochs. */
  axis: string;
  /** The end of the axis. */
  end: string;
  /** From the edge to the axis, px; and height of the chart. */
  gutter: number;
  height: number;
  onSeek: (epoch: number) => void;
}

/** Space around the axes, px. */
const [TOP, RIGHT, BOTTOM] = [8, 12, 20];
const LEAST_STEPS = 5;
/** Up to so many known epochs have a dot each, as the line between them says nothing. */
const SPARSE = 40;

export function ReachCurveChart({ series, axisEpochs, cursor, label, axis, end, gutter, height, onSeek }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const resize = new ResizeObserver(([entry]) => {
      width.value = entry?.contentRect.width ?? 0;
    });
    resize.observe(host.current as HTMLDivElement);
    return () => resize.disconnect();
  }, [width]);
  const length = Math.max(0, width.value - gutter - RIGHT);
  const bottom = height - BOTTOM;
  const most = highest(series);
  const xOf = (epoch: number): number => gutter + epochOffset(epoch, axisEpochs, length);
  const yOf = (steps: number): number => bottom - (steps / most) * (bottom - TOP);
  const seek = (event: PointerEvent): void => {
    const left = (host.current as HTMLDivElement).getBoundingClientRect().left + gutter;
    onSeek(epochAt(event.clientX - left, axisEpochs, length));
  };
  const at = Math.max(0, cursor);
  return (
    <div
      class="epochscope-reach-chart"
      data-part="reach-chart"
      ref={host}
      style={{ height: `${height}px` }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event);
      }}
    >
      {length > 0 && (
        <svg role="img" aria-label={label} width={width.value} height={height}>
          {ticks(most).map((steps) => (
            <g key={steps} class="epochscope-reach-tick">
              <line x1={gutter} x2={gutter + length} y1={yOf(steps)} y2={yOf(steps)} />
              <text x={gutter - 10} y={yOf(steps) + 4} text-anchor="end">
                {steps}
              </text>
            </g>
          ))}
          <text x={gutter - 10} y={height - 4} text-anchor="end">
            {axis}
          </text>
          <text x={gutter} y={height - 4}>
            0
          </text>
          <text x={gutter + length} y={height - 4} text-anchor="end">
            {end}
          </text>
          {series.map(({ label: name, color, dash, values }) => (
            <path
              key={name}
              class="epochscope-reach-line"
              data-part="reach-line"
              d={pathOf(values, xOf, yOf)}
              style={{ stroke: color, strokeDasharray: dash }}
            />
          ))}
          {series.map(({ label: name, color, values }) =>
            values.length > SPARSE
              ? null
              : values.map(([epoch, steps]) =>
                  Number.isNaN(steps) ? null : (
                    <circle key={`${name} ${epoch}`} cx={xOf(epoch)} cy={yOf(steps)} r={2.5} style={{ fill: color }} />
                  ),
                ),
          )}
          <line class="epochscope-reach-cursor" data-part="reach-cursor" x1={xOf(at)} x2={xOf(at)} y1={0} y2={bottom} />
          {series.map(({ label: name, color, values }) => {
            const steps = stepsAt(values, at);
            if (Number.isNaN(steps)) return null;
            return (
              <circle
                key={name}
                class="epochscope-reach-dot"
                cx={xOf(at)}
                cy={yOf(steps)}
                r={4}
                style={{ fill: color }}
              />
            );
          })}
          {series.length > 1 &&
            namesOf(series, yOf).map(({ name, color, y }) => (
              <text
                key={name}
                class="epochscope-reach-name"
                x={gutter + length - 4}
                y={y}
                text-anchor="end"
                style={{ fill: color }}
              >
                {name}
              </text>
            ))}
        </svg>
      )}
    </div>
  );
}

/** The number of steps at a known epoch; NaN if it is not known. */
export const stepsAt = (values: ReachCurve, epoch: number): number =>
  values.find(([known]) => known === epoch)?.[1] ?? Number.NaN;

/** The end of the axis: of all values, so that it does not change with the cursor. */
function highest(series: readonly ReachSeries[]): number {
  let most = LEAST_STEPS;
  for (const { values } of series) for (const [, steps] of values) if (steps > most) most = steps;
  return Math.ceil(most / LEAST_STEPS) * LEAST_STEPS;
}

const ticks = (most: number): number[] => {
  const step = most <= 20 ? 5 : 10;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
};

/** A line through the known epochs, with a gap where there is no gradient. */
function pathOf(values: ReachCurve, xOf: (epoch: number) => number, yOf: (steps: number) => number): string {
  let [path, drawing] = ["", false];
  for (const [epoch, steps] of values) {
    const known = !Number.isNaN(steps);
    if (known) path += `${drawing ? "L" : "M"}${xOf(epoch).toFixed(1)} ${yOf(steps).toFixed(1)}`;
    drawing = known;
  }
  return path;
}

/** The names at the ends of the lines, moved apart. */
function namesOf(series: readonly ReachSeries[], yOf: (steps: number) => number) {
  const names = series.flatMap(({ label, color, values }) => {
    const last = values.findLast(([, steps]) => !Number.isNaN(steps));
    return last ? [{ name: label, color, y: yOf(last[1]) - 5 }] : [];
  });
  names.sort((a, b) => b.y - a.y);
  for (const [index, name] of names.entries()) {
    const below = names[index - 1];
    if (below) name.y = Math.min(name.y, below.y - 13);
  }
  return names;
}
