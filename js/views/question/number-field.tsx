/** A field for an epoch or a position within a range. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { fill } from "../../text/words";
import { type Asking, commit } from "./asking";

interface NumberFieldProps {
  asking: Asking;
  part: string;
  label: string;
  range: readonly [first: number, last: number];
  /** What is chosen now; read as a signal, since it can also be chosen elsewhere. */
  value: () => number | null;
  /** Why a number within the range cannot be chosen; null: it can. */
  problem?: (value: number) => string | null;
  /** A valid number was typed. */
  onType: (value: number) => void;
  /** Enter was pressed on a valid number. Defaults to committing. */
  onEnter?: (value: number) => void;
}

export function NumberField(props: NumberFieldProps) {
  const { asking, part, label, value, onType, onEnter } = props;
  const [first, last] = props.range;
  const range = { first, last };
  const field = useRef<HTMLInputElement>(null);
  const text = useSignal("");
  const { invalid } = asking.card;
  const problemOf = (typed: string): string | null => {
    const number = Number(typed);
    const isWithin = typed !== "" && Number.isInteger(number) && number >= first && number <= last;
    return isWithin ? (props.problem?.(number) ?? null) : fill(asking.words.ask_range, range);
  };
  const isValid = (typed: string): boolean => problemOf(typed) === null;
  useSignalEffect(() => {
    const now = value();
    if (now !== null && Number(text.peek()) === now) return;
    text.value = now === null ? "" : String(now);
    invalid.value = false;
  });
  const id = `${asking.views[0]?.cardId}-${part}`;
  return (
    <span class="epochscope-question-field">
      <label for={id}>{fill(label, range)}</label>
      <input
        {...{ id, ref: field, type: "number", min: first, max: last, step: 1 }}
        class="epochscope-field"
        data-part={part}
        aria-invalid={invalid.value ? "true" : undefined}
        aria-describedby={invalid.value ? `${id}-range` : undefined}
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
          // "" also stands for what is not a number.
          const isEmpty = text.value === "" && !currentTarget.validity.badInput && value() === null;
          invalid.value = !isValid(text.value) && !isEmpty;
          if (isValid(text.value)) onType(Number(text.value));
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          event.preventDefault();
          if (isValid(text.value) && onEnter) {
            onEnter(Number(text.value));
            text.value = "";
          } else if (!onEnter) commit(asking);
        }}
      />
      {invalid.value && (
        <span class="epochscope-message-problem" id={`${id}-range`}>
          {problemOf(text.value)}
        </span>
      )}
    </span>
  );
}
