/** The fields of the form below its text. */
import type { ComponentChildren } from "preact";
import type { FormState } from "./form-state";
import { CELLS, type Field } from "./settings";
import { useUniqueId } from "./unique-id";

export function CellChoice({ form: { words, values } }: { form: FormState }) {
  const name = useUniqueId();
  return (
    <fieldset class="epochscope-page-field epochscope-page-cells" data-part="page-cell">
      <legend>{words.cell}</legend>
      <div class="epochscope-page-segments">
        {CELLS.map((cell) => (
          <label key={cell}>
            <input
              {...{ type: "radio", name, value: cell, checked: values.cell.value === cell }}
              onChange={() => {
                values.cell.value = cell;
              }}
            />
            <span>{cell.toUpperCase()}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function OutputChoice({ form: { words, values }, describedBy }: { form: FormState; describedBy: string }) {
  return (
    <label class="epochscope-page-check">
      <input
        {...{ type: "checkbox", checked: values.output.value }}
        data-part="page-output"
        aria-describedby={describedBy}
        onChange={({ currentTarget }) => {
          values.output.value = currentTarget.checked;
        }}
      />
      {words.output}
    </label>
  );
}

interface NumberFieldProps {
  form: FormState;
  id: string;
  name: Exclude<Field, "text">;
  label: string;
  mode: "numeric" | "decimal";
  hint?: string;
  /** The id of what explains the field further. */
  describedBy?: string;
  children?: ComponentChildren;
}

export function NumberField({ form, id, name, label, mode, hint, describedBy, children }: NumberFieldProps) {
  const { values } = form;
  const isFixed = name === "hidden" && !values.output.value;
  const problem = isFixed ? null : form.shownProblem(name);
  return (
    <div class="epochscope-page-field">
      <label for={id}>{label}</label>
      <div class="epochscope-page-number">
        <input
          {...{ id, type: "text", inputMode: mode, autocomplete: "off", disabled: isFixed }}
          class="epochscope-field"
          data-part={`page-${name}`}
          value={isFixed ? String(form.tokens.value) : values[name].value}
          aria-invalid={problem === null ? undefined : "true"}
          aria-describedby={problem === null ? describedBy : `${id}problem`}
          title={hint}
          onInput={({ currentTarget }) => {
            values[name].value = currentTarget.value;
          }}
          onChange={() => form.leave(name)}
        />
        {children}
      </div>
      {problem !== null && (
        <p class="epochscope-page-problem" id={`${id}problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

export const Dice = () => (
  <svg class="epochscope-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <rect x="2" y="2" width="12" height="12" rx="2.6" fill="none" stroke="currentColor" stroke-width="1.5" />
    <path
      d="M5.3 5.3h.01M10.7 5.3h.01M8 8h.01M5.3 10.7h.01M10.7 10.7h.01"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
    />
  </svg>
);
