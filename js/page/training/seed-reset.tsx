/** Start the runs again with other initial weights. */
import { useSignal } from "@preact/signals";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import { MAX_SEED, wholeNumber } from "./settings";
import { useUniqueId } from "./unique-id";

interface SeedResetProps {
  words: PageWords;
  /** The seed that is suggested. */
  seed: number;
  start: (seed: number) => void;
}

export function SeedReset({ words, seed, start }: SeedResetProps) {
  const id = useUniqueId();
  const typed = useSignal(String(seed));
  const chosen = wholeNumber(typed.value, 0, MAX_SEED);
  /** Take what was typed last: it may not be drawn yet. */
  const submit = (): void => {
    const now = wholeNumber(typed.peek(), 0, MAX_SEED);
    if (now === null) return;
    start(now);
    typed.value = String(now < MAX_SEED ? now + 1 : 0);
  };
  return (
    <form
      class="epochscope-page-seed-reset"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <button
        type="submit"
        class="epochscope-button epochscope-button-strong"
        data-action="reset-seed"
        title={words.reset_seed_hint}
        aria-disabled={chosen === null ? "true" : undefined}
      >
        {words.reset_seed}
      </button>
      <label for={id}>{words.reset_seed_field}</label>
      <input
        {...{ id, type: "text", inputMode: "numeric", autocomplete: "off", value: typed.value }}
        class="epochscope-field"
        data-part="page-reset-seed"
        aria-invalid={chosen === null ? "true" : undefined}
        aria-describedby={chosen === null ? `${id}problem` : undefined}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
        }}
      />
      {chosen === null && (
        <span class="epochscope-page-problem" id={`${id}problem`}>
          {fill(words.seed_wrong, { most: String(MAX_SEED) })}
        </span>
      )}
    </form>
  );
}
