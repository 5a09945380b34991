/** The form of a training from scratch. */
import { useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { fill } from "../../text/words";
import type { RunOptions } from "../../training/types";
import { Button } from "../../views/button";
import { CellChoice, Dice, NumberField, OutputChoice } from "./fields";
import type { FormState } from "./form-state";
import { MOST_RUNS } from "./own-runs";
import { anotherSeed, type Field } from "./settings";
import { useUniqueId } from "./unique-id";

interface FormProps {
  form: FormState;
  /** The number of runs that can be kept beside a new one; 0: there are none. */
  kept: () => number;
  isTrained: (options: RunOptions) => boolean;
  train: (options: RunOptions) => void;
  trainBeside: (options: RunOptions) => void;
  /** What the settings have in common with the recording, beside those of the form; null: nothing. */
  carried?: string | null;
  /** What they do not have in common with it, as a sentence; null: nothing. */
  differences?: string | null;
}

export function Form(props: FormProps) {
  const { form, kept, carried, differences } = props;
  const { words, values } = form;
  const id = useUniqueId();
  const host = useRef<HTMLFormElement>(null);
  const submit = (train: (options: RunOptions) => void): void => {
    form.said.value = null;
    const asked = form.submit();
    if ("options" in asked) train(asked.options);
    else fieldOf(host.current, asked.field)?.focus();
  };
  const beside = (options: RunOptions): void => {
    if (props.isTrained(options)) form.said.value = words.train_beside_same;
    else props.trainBeside(options);
  };
  const problem = useComputed(() => {
    const message = form.refusal.value;
    return message === null ? form.said.value : fill(words.refused, { message });
  });
  return (
    <form
      class="epochscope-page-form"
      data-part="page-form"
      aria-label={words.form}
      noValidate
      ref={host}
      onSubmit={(event) => {
        event.preventDefault();
        submit(props.train);
      }}
    >
      <TextField form={form} id={`${id}text`} submit={() => submit(props.train)}>
        <button
          type="submit"
          class="epochscope-button epochscope-button-filled epochscope-page-train"
          data-action="train"
          title={words.train_hint}
          aria-describedby={problem.value === null ? undefined : `${id}problem`}
        >
          {words.train}
        </button>
      </TextField>
      <div class="epochscope-page-settings">
        <CellChoice form={form} />
        <OutputChoice form={form} describedBy={`${id}output`} />
        <NumberField
          {...{ form, id: `${id}hidden`, name: "hidden", label: words.hidden_size, mode: "numeric" }}
          describedBy={`${id}output`}
        />
        <NumberField {...{ form, id: `${id}lr`, name: "lr", label: words.lr, mode: "decimal" }} />
        <NumberField
          {...{ form, id: `${id}seed`, name: "seed", label: words.seed, mode: "numeric", hint: words.seed_hint }}
        >
          <Button
            action="another-seed"
            kind="quiet"
            label={words.another_seed}
            before={<Dice />}
            onPress={() => {
              values.seed.value = String(anotherSeed(Number(values.seed.peek())));
            }}
          />
        </NumberField>
        <label class="epochscope-page-check epochscope-page-guess" title={words.guess_hint}>
          <input
            {...{ type: "checkbox", checked: form.guess.value }}
            data-part="page-guess"
            onChange={({ currentTarget }) => {
              form.guess.value = currentTarget.checked;
            }}
          />
          {words.guess}
        </label>
        {kept() > 0 && (
          <div class="epochscope-page-beside">
            <Button
              action="train-beside"
              kind="strong"
              label={words.train_beside}
              text
              hint={kept() < MOST_RUNS ? words.train_beside_hint : fill(words.train_beside_most, { most: MOST_RUNS })}
              disabled={kept() >= MOST_RUNS}
              onPress={() => submit(beside)}
            />
          </div>
        )}
      </div>
      <p class="epochscope-page-hint" id={`${id}output`}>
        {values.output.value ? words.output_with : words.output_without}
      </p>
      {carried && <p class="epochscope-page-hint">{fill(words.carried, { options: carried })}</p>}
      {differences && (
        <p class="epochscope-page-hint" data-part="page-differences">
          {differences}
        </p>
      )}
      <p
        class="epochscope-page-problem"
        id={`${id}problem`}
        data-part="page-problem"
        role="status"
        hidden={problem.value === null}
      >
        {problem}
      </p>
    </form>
  );
}

const fieldOf = (form: HTMLElement | null, field: Field): HTMLElement | null =>
  form?.querySelector<HTMLElement>(`[data-part=page-${field}]`) ?? null;

interface TextFieldProps {
  form: FormState;
  id: string;
  submit: () => void;
  children: preact.ComponentChildren;
}

function TextField({ form, id, submit, children }: TextFieldProps) {
  const { words, values } = form;
  const field = useRef<HTMLTextAreaElement>(null);
  const text = values.text.value;
  const problem = form.shownProblem("text");
  useLayoutEffect(() => grow(field.current), [text]);
  return (
    <div class="epochscope-page-write">
      <label for={id}>{words.text}</label>
      <div class="epochscope-page-text-row">
        <textarea
          {...{ id, ref: field, value: text, rows: 1, spellcheck: false, autocomplete: "off" }}
          class="epochscope-page-text"
          data-part="page-text"
          dir="auto"
          enterkeyhint="go"
          aria-invalid={problem === null ? undefined : "true"}
          aria-describedby={problem === null ? `${id}hint` : `${id}problem ${id}hint`}
          onInput={({ currentTarget }) => {
            values.text.value = currentTarget.value;
            form.said.value = null;
          }}
          onChange={() => form.leave("text")}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        {children}
      </div>
      {problem !== null && (
        <p class="epochscope-page-problem" id={`${id}problem`}>
          {problem}
        </p>
      )}
      <p class="epochscope-page-hint" id={`${id}hint`}>
        <span data-part="page-size">
          {fill(words.text_size, { characters: [...text].length, tokens: form.tokens.value })}
        </span>
        <span class="epochscope-page-keys"> · {words.text_keys}</span>
      </p>
    </div>
  );
}

/** Make a field as high as its text; the style sheet limits it. */
function grow(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}
