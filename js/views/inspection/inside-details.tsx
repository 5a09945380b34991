/** One unit at one position: its gates, its equation with numbers, and the scores. */
import { equations, letterOf, signed } from "../../drawing/equation";
import { fill } from "../../text/words";
import { Token } from "../token";
import type { View } from "../view";
import { UnitName } from "./inside-labels";
import { gatesOf, type Shown } from "./inside-model";

interface Props {
  view: View;
  shown: Shown;
}

export function InsideDetails({ view, shown }: Props) {
  const { words } = view;
  const { step, cell, layer, network } = shown;
  const nonlinearity = network.shape.layers[layer]?.nonlinearity ?? "tanh";
  const before = (state: "c" | "h"): string => fill(words.state_before, { state });
  return (
    <div class="epochscope-inside-details" data-part="inside-details">
      <div class="epochscope-inside-unit">
        <h4>
          <UnitName view={view} shown={shown} />, <Place view={view} shown={shown} />
        </h4>
        <dl class="epochscope-inside-gates" data-part="inside-gates">
          {cell === "rnn" ? (
            <>
              <Quantity name={words.from_input} letter="a" value={step.fromInput} limit={4} />
              <Quantity name={words.from_state} letter="b" value={step.fromHidden} limit={4} />
            </>
          ) : (
            gatesOf(cell).map((gate) => (
              <Quantity
                key={gate}
                name={words[`map_${gate}`]}
                letter={letterOf(cell, gate)}
                value={step.gates[gate] ?? Number.NaN}
                limit={gate === "candidate" ? 1 : null}
              />
            ))
          )}
        </dl>
      </div>
      <div class="epochscope-inside-equations" data-part="inside-equations">
        {equations(cell, nonlinearity, step, before).map(({ formula, numbers, result }) => (
          <div key={formula} class="epochscope-inside-equation">
            <var>{formula}</var>
            <span data-part="equation-numbers">= {numbers}</span>
            <b data-part="equation-result">= {result}</b>
          </div>
        ))}
        {shown.named && <Scores view={view} shown={shown} />}
      </div>
    </div>
  );
}

/** The position, what is read there, and the target. */
function Place({ view, shown }: Props) {
  const { words } = view;
  const { position, pass, passage, recording } = shown;
  const counted = !passage.own && recording.isCounted(position);
  return (
    <>
      {fill(words.position_number, { position: position + 1 })}: {words.input}{" "}
      <Token token={recording.alphabet[pass.tokens[position] as number]} />
      {counted && (
        <>
          , {words.target} <Token token={recording.alphabet[recording.targets[position] as number]} />
        </>
      )}
    </>
  );
}

interface QuantityProps {
  name: string;
  letter: string;
  value: number;
  /** Of a bar that begins in the middle; null: it begins at 0. */
  limit: number | null;
}

function Quantity({ name, letter, value, limit }: QuantityProps) {
  const share = Number.isNaN(value) ? 0 : Math.min(1, Math.max(limit === null ? 0 : -1, value / (limit ?? 1)));
  const half = limit === null ? 1 : 0.5;
  const start = limit === null ? 0 : share < 0 ? 0.5 + share / 2 : 0.5;
  return (
    <div class="epochscope-inside-quantity" data-quantity={letter}>
      <dt>
        {name} <var>{letter}</var>
      </dt>
      <dd>
        <span class="epochscope-inside-track" data-signed={limit === null ? undefined : ""}>
          <i
            class="epochscope-inside-bar"
            data-down={share < 0 ? "" : undefined}
            style={{ left: `${100 * start}%`, width: `${100 * Math.abs(share) * half}%` }}
          />
        </span>
        <span class="epochscope-inside-number">{signed(value)}</span>
      </dd>
    </div>
  );
}

/** The scores of the unit's token and of the target: the hidden state itself. */
function Scores({ view, shown }: Props) {
  const { words } = view;
  const { recording, passage, position, trace, unit } = shown;
  const score = (token: number) => (
    <>
      <Token token={recording.alphabet[token]} /> <b>{signed(trace.hidden[position * trace.size + token] as number)}</b>
    </>
  );
  const target = !passage.own && recording.isCounted(position) ? (recording.targets[position] as number) : null;
  return (
    <p class="epochscope-inside-scores" data-part="inside-scores">
      {words.score_of} {score(unit)}
      {target !== null && target !== unit && (
        <>
          , {words.target} {score(target)}
        </>
      )}
    </p>
  );
}
