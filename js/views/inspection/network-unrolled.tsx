/**
 * The network unrolled in the columns of the text grid: one box per part and column on a band that stands for the one
 * set of weights. The drawing is made once; while the cursor moves, only the tokens change.
 */
import { useEffect, useRef } from "preact/hooks";
import {
  cutBar,
  feedbackArrows,
  flowArrows,
  middleOf,
  stateArrows,
  stateHeights,
  type Unrolled,
} from "../../drawing/unrolled";
import type { Part } from "../../network/parts";
import { fill, grouped, type Words } from "../../text/words";
import type { View } from "../view";
import { nameOf } from "./network-counts";
import { showTokens } from "./network-tokens";

export interface Modes {
  readonly window: number | null;
  /** Number of given tokens in a free run; null: every input is given. */
  readonly given: number | null;
  /** The position after which the state is set to zero. */
  readonly cut: number | null;
}

interface PictureProps extends Modes {
  view: View;
  unrolled: Unrolled;
  /** null: it is not known what the model consists of. */
  parts: readonly Part[] | null;
  /** Says the same as the picture. */
  label: string;
}

export function UnrolledPicture({ view, unrolled, parts, label, window, given, cut }: PictureProps) {
  const host = useRef<SVGSVGElement>(null);
  useEffect(() => showTokens(host.current as SVGSVGElement, view, unrolled.first), [view, unrolled]);
  const { words } = view;
  const { layout, width, height } = unrolled;
  const bands = parts ?? [null];
  return (
    // biome-ignore lint/a11y/useSemanticElements: no element of SVG is a group with a name
    <svg
      class="epochscope-unrolled"
      data-part="unrolled"
      role="group"
      aria-label={label}
      style={{
        width: `${width}px`,
        height: `${height}px`,
        "--epochscope-small": `${layout.type.small}px`,
        "--epochscope-large": `${layout.type.large}px`,
        fontSize: `${unrolled.type}px`,
      }}
      ref={host}
    >
      {bands.map((part, index) => (
        <PartBand key={index} words={words} unrolled={unrolled} index={index} part={part} window={window} cut={cut} />
      ))}
      <path class="epochscope-net-arrow" d={flowArrows(unrolled)} />
      {cut !== null && <path class="epochscope-net-cut" data-part="net-cut" d={cutBar(unrolled, cut)} />}
      <Tokens words={words} unrolled={unrolled} />
      {given !== null && (
        <path class="epochscope-net-feedback" data-part="net-feedback" d={feedbackArrows(unrolled, given)} />
      )}
    </svg>
  );
}

interface BandProps {
  words: Words;
  unrolled: Unrolled;
  index: number;
  part: Part | null;
  window: number | null;
  cut: number | null;
}

/** One part of the network: its name, the band of its weights and its boxes, which light up together. */
function PartBand({ words, unrolled, index, part, window, cut }: BandProps) {
  const { boxes, name, parts, type, width } = unrolled;
  const { top, height } = parts[index] as { top: number; height: number };
  const label = part
    ? fill(words.network_part, { name: nameOf(words, part), count: part.count })
    : words.network_shared_model;
  const title = part ? nameOf(words, part) : words.network_model;
  const vectors = part?.kind === "lstm" ? 2 : 1;
  const recurrent = part !== null && part.kind !== "embedding" && part.kind !== "output";
  const arrows = recurrent ? stateArrows(unrolled, index, { vectors, window, cut }) : null;
  const middle = middleOf(name);
  const first = boxes[0];
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it gets the focus only to be highlighted
    <g class="epochscope-net-part" data-part="net-part" tabindex={0} role="img" aria-label={label}>
      <rect class="epochscope-net-band" x="0" y={top} width={width} height={height} rx="5" />
      <rect class="epochscope-net-name" x="0" y={top} width={name.right} height={height} rx="5" />
      <text
        class="epochscope-net-kind"
        x={middle}
        y={top + height / 2 + type * (part ? -0.25 : 0.4)}
        {...(title.length > 8 && { textLength: name.right - 8, lengthAdjust: "spacingAndGlyphs" })}
      >
        {title}
      </text>
      {part && (
        <text class="epochscope-net-count" x={middle} y={top + height / 2 + type}>
          {grouped(part.count)}
        </text>
      )}
      {boxes.map(({ left, right }, column) => (
        <rect
          key={column}
          class="epochscope-net-cell"
          data-part="net-cell"
          x={left}
          y={top + 4}
          width={right - left}
          height={height - 8}
          rx="3"
        />
      ))}
      {arrows && <path class="epochscope-net-arrow" data-part="net-state" d={arrows.chain} />}
      {arrows?.own && <path class="epochscope-net-arrow epochscope-net-own" data-part="net-own" d={arrows.own} />}
      {recurrent && first && first.right - first.left >= 9
        ? stateHeights({ top, height }, vectors).map((y, vector) => (
            <text key={y} class="epochscope-net-vector" x={middleOf(first)} y={y + 3}>
              {vectors === 2 && vector === 0 ? "c" : "h"}
            </text>
          ))
        : null}
    </g>
  );
}

/** The names of the rows, and places for the tokens. */
function Tokens({ words, unrolled }: { words: Words; unrolled: Unrolled }) {
  const { boxes, layout, input, prediction, target, type } = unrolled;
  const rows = [
    ["input", words.input, input, 0],
    ["prediction", words.prediction, prediction, 2],
    ["target", words.target, target, 0],
  ] as const;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can have the focus
    <g aria-hidden="true">
      {rows.map(([row, label, { top, height }, around]) => (
        <g key={row} data-row={row}>
          <text class="epochscope-net-label" x={layout.gutter - 10} y={top + height / 2 + 0.35 * type}>
            {label}
          </text>
          {boxes.map(({ left, right }, column) => (
            <g key={column} class="epochscope-net-place" data-part={`net-${row}`}>
              <rect x={left - around} y={top + 1} width={right - left + 2 * around} height={height - 2} rx="3" />
              <text x={(left + right) / 2} y={top + height / 2} />
            </g>
          ))}
        </g>
      ))}
    </g>
  );
}
