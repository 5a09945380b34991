/** What is written around the maps: tokens of the columns, names of the rows, headings with their scales. */
import { useMemo } from "preact/hooks";
import { columnSpan } from "../../drawing/layout";
import { expanded } from "../../drawing/state-map";
import { fill, spoken, type Words } from "../../text/words";
import { Token } from "../token";
import type { View } from "../view";
import { isSigned, type MapName, type Shown } from "./inside-model";

interface Props {
  view: View;
  shown: Shown;
}

/** The input, and the prediction, at every position of the line. */
export function TokenRows({ view, shown }: Props) {
  const { words } = view;
  const { layout, first, count, pass, passage, recording } = shown;
  const style = { height: `${Math.round(layout.type.small * 1.5)}px`, fontSize: `${layout.type.small}px` };
  const targetOf = (position: number): number =>
    !passage.own && recording.isCounted(position) ? (recording.targets[position] as number) : -1;
  const row = (label: string, name: string, tokenOf: (position: number) => number) => (
    <div class="epochscope-inside-tokens" data-row={name} style={style}>
      <span class="epochscope-label" style={{ right: "auto", width: `${layout.gutter - 10}px` }}>
        {label}
      </span>
      {Array.from({ length: count }, (_, column) => {
        const position = first + column;
        const { left, right } = columnSpan(layout, column);
        const [token, target] = [tokenOf(position), targetOf(position)];
        const wrong = name === "prediction" && target >= 0 && token !== target;
        return (
          <span
            key={position}
            class={`epochscope-inside-token${wrong ? " epochscope-inside-wrong" : ""}`}
            data-selected={position === shown.position ? "" : undefined}
            data-given={name === "input" && passage.own && position < passage.given ? "" : undefined}
            style={{ left: `${layout.gutter + left}px`, width: `${right - left - layout.gap}px` }}
          >
            <Token token={recording.alphabet[token]} />
          </span>
        );
      })}
    </div>
  );
  return (
    <div aria-hidden="true" data-part="inside-tokens">
      {row(words.input, "input", (position) => pass.tokens[position] as number)}
      {row(words.prediction, "prediction", (position) => pass.predictions[position] as number)}
    </div>
  );
}

/** The names of the rows: tokens, or numbers from 1. */
export function RowLabels({ shown, height }: { shown: Shown; height: number }) {
  const { rows, named, recording, layout, unit } = shown;
  const { alphabet } = recording;
  return useMemo(
    () => (
      <ol
        class="epochscope-inside-rows"
        aria-hidden="true"
        style={{ width: `${layout.gutter}px`, fontSize: `${Math.min(12 * (layout.gutter / 67), height)}px` }}
      >
        {rows.map((one) => (
          <li
            key={one}
            data-selected={one === unit ? "" : undefined}
            style={{ height: `${height}px`, lineHeight: `${height}px` }}
          >
            {named ? <Token token={alphabet[one]} /> : one + 1}
          </li>
        ))}
      </ol>
    ),
    [rows, named, alphabet, layout, unit, height],
  );
}

/** "unit “i”", for the eye and, with `say`, for screen readers. */
export const unitName = (words: Words, { named, recording, unit }: Shown, say = false): string => {
  const token = recording.alphabet[unit] ?? "";
  return named
    ? fill(words.unit_token, { token: say ? spoken(token, words) : token })
    : fill(words.unit, { unit: unit + 1 });
};

/** The name of the unit whose curve is drawn. */
export function UnitName({ view, shown }: Props) {
  const { words } = view;
  const { named, recording, unit } = shown;
  if (!named) return <>{fill(words.unit, { unit: unit + 1 })}</>;
  const [before, after] = words.unit_token.split("{token}");
  return (
    <>
      {before}
      <Token token={recording.alphabet[unit]} />
      {after}
    </>
  );
}

/** Above the curve. */
export function UnitHeading({ view, shown }: Props) {
  const { words } = view;
  return (
    <div class="epochscope-inside-heading" style={{ paddingInlineStart: headingStart(shown) }}>
      <h4>
        <UnitName view={view} shown={shown} /> {words.through_text}
      </h4>
      <span class="epochscope-inside-key" data-curve="hidden">
        {words.map_hidden} −1 … 1
      </span>
      {shown.trace.cell && (
        <span class="epochscope-inside-key" data-curve="cell">
          {words.map_cell} ±{shown.unitLimit.toFixed(1)}
        </span>
      )}
    </div>
  );
}

/** Above a map: what it is, and what its colours mean. */
export function MapHeading({ view, shown, name }: Props & { name: MapName }) {
  const { words } = view;
  const scores = shown.passage.own ? words.state_hidden_scores : words.state_hidden_logits;
  const about = name === "hidden" && shown.named ? scores : words[`about_${name}`];
  const limit = name === "cell" ? shown.cellLimit.toFixed(1) : "1";
  return (
    <div class="epochscope-inside-heading" style={{ paddingInlineStart: headingStart(shown) }}>
      <h4>{words[`state_${name}`]}</h4>
      <span class="epochscope-inside-scale" data-signed={isSigned(name) ? "" : undefined}>
        {isSigned(name) ? `−${limit}` : "0"}
        <i style={name === "cell" ? { background: cellGradient(shown.cellLimit) } : undefined} />
        {limit}
      </span>
      <span class="epochscope-inside-about">{about}</span>
    </div>
  );
}

/** The colours of cell states, which are not linear, on a linear axis. */
function cellGradient(limit: number): string {
  const side = (color: string, sign: number): string[] =>
    [1, 0.75, 0.5, 0.25].map((place) => {
      const at = 50 + sign * 50 * expanded(place, limit);
      const mixed = `color-mix(in oklab, var(--epochscope-${color}) ${100 * place}%, var(--epochscope-state-zero))`;
      return `${mixed} ${at.toFixed(1)}%`;
    });
  const stops = [...side("state-down", -1), "var(--epochscope-state-zero) 50%", ...side("state-up", 1).reverse()];
  return `linear-gradient(to right in oklab, ${stops.join(", ")})`;
}

const headingStart = ({ layout }: Shown): string => `${layout.direction === "ltr" ? layout.gutter : 0}px`;
