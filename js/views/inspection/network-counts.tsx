/** What the parts of a network are, and how the number of its weights comes about. */
import { Fragment } from "preact";
import type { Part, Term } from "../../network/parts";
import type { NetworkShape } from "../../network/types";
import { fill, grouped, type Words } from "../../text/words";

/** The name of a part: "LSTM", of several layers "LSTM 2". */
export function nameOf(words: Words, { kind, layer }: Part): string {
  if (kind === "embedding") return words.part_embedding;
  if (kind === "output") return words.part_output;
  return layer === null ? kind.toUpperCase() : `${kind.toUpperCase()} ${layer}`;
}

interface CountsProps {
  words: Words;
  shape: NetworkShape;
  parts: readonly Part[];
}

export function Counts({ words, shape, parts }: CountsProps) {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const input = shape.embedding === null ? words.part_one_hot : words.part_index;
  return (
    <dl class="epochscope-counts" data-part="counts">
      <dt>{words.input}</dt>
      <dd>{fill(input, { size: shape.tokens })}</dd>
      {parts.map((part) => (
        <Count key={nameOf(words, part)} words={words} part={part} />
      ))}
      {shape.output === null && (
        <>
          <dt>{words.part_output}</dt>
          <dd>{fill(words.part_no_output, { size: shape.tokens })}</dd>
        </>
      )}
      {parts.length > 1 && (
        <>
          <dt>{words.part_total}</dt>
          <dd>
            <span>
              {parts.map(({ count }) => grouped(count)).join(" + ")} = <b>{grouped(total)}</b>
            </span>
          </dd>
        </>
      )}
    </dl>
  );
}

function Count({ words, part }: { words: Words; part: Part }) {
  const state = { lstm: words.part_state_hc, gru: words.part_state_h, rnn: words.part_state_h };
  const { kind, times, terms, count, size } = part;
  const summands = terms.map((term, index) => (
    <Fragment key={term.kind}>
      {index > 0 && <span> + </span>}
      <Factor words={words} term={term} />
    </Fragment>
  ));
  return (
    <>
      <dt>{nameOf(words, part)}</dt>
      <dd>
        <span class="epochscope-formula">
          {times > 1 && (
            <>
              <Captioned value={String(times)} caption={words.term_gates} />
              <span> × ( </span>
            </>
          )}
          {summands}
          {times > 1 && <span> ) </span>}
          <span>
            = <b>{grouped(count)}</b>
          </span>
        </span>
        {kind !== "embedding" && kind !== "output" && (
          <span class="epochscope-net-state">{fill(state[kind], { size })}</span>
        )}
      </dd>
    </>
  );
}

const Factor = ({ words, term: { kind, factors } }: { words: Words; term: Term }) => (
  <Captioned value={factors.map(grouped).join("·")} caption={words[`term_${kind}`]} />
);

/** A number with what it counts below. */
const Captioned = ({ value, caption }: { value: string; caption: string }) => (
  <span class="epochscope-term">
    {value} <small>{caption}</small>
  </span>
);
