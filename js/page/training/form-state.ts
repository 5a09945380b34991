/** The state of the form: the contents of its fields, and the run that they describe. */
import { batch, computed, type Signal, signal } from "@preact/signals";
import type { PageWords } from "../../text/page-words";
import type { RunOptions } from "../../training/types";
import {
  type Carried,
  countTokens,
  FIELDS,
  type Field,
  optionsOf,
  type Problems,
  problemsOf,
  type Settings,
  type Values,
  valuesOf,
} from "./settings";

type Signals = { readonly [Name in keyof Values]: Signal<Values[Name]> };

/** Why a page does not train a run, as a sentence; null: it does. */
type Refuse = (options: RunOptions, words: PageWords) => string | null;

export class FormState {
  readonly words: PageWords;
  readonly carried: Carried;
  readonly values: Signals;
  /** What is said under the form, e.g. why a setting is not trained beside; null: nothing. */
  readonly said = signal<string | null>(null);
  /** Whether the reader answers a question before a training. */
  readonly guess = signal(false);
  readonly tokens = computed(() => countTokens(this.values.text.value));
  readonly problems = computed<Problems>(() => problemsOf(this.#current(), this.words));
  /** The run; null: a field cannot be used. */
  readonly options = computed<RunOptions | null>(() =>
    Object.keys(this.problems.value).length > 0 ? null : optionsOf(this.#current(), this.carried),
  );
  readonly refusal = computed<string | null>(() =>
    this.options.value === null ? null : this.#refuse(this.options.value, this.words),
  );
  /** The fields whose problems are shown: those that were left, and all once training was asked for. */
  readonly left = signal<ReadonlySet<Field>>(new Set());
  readonly #refuse: Refuse;

  constructor(settings: Settings, carried: Carried, words: PageWords, refuse: Refuse) {
    const { text, cell, hidden, output, lr, seed } = valuesOf(settings);
    this.values = {
      ...{ text: signal(text), cell: signal(cell), hidden: signal(hidden) },
      ...{ output: signal(output), lr: signal(lr), seed: signal(seed) },
    };
    this.carried = carried;
    this.words = words;
    this.#refuse = refuse;
  }

  set(settings: Settings): void {
    const values = valuesOf(settings);
    batch(() => {
      for (const name of Object.keys(values) as (keyof Values)[]) this.values[name].value = values[name] as never;
      this.said.value = null;
      this.left.value = new Set();
    });
  }

  leave(...fields: readonly Field[]): void {
    this.left.value = new Set([...this.left.peek(), ...fields]);
  }

  /** The problem that is shown at a field. Reads signals. */
  shownProblem(field: Field): string | null {
    return this.left.value.has(field) ? (this.problems.value[field] ?? null) : null;
  }

  /** The run to train; otherwise the problems are shown, and the first field that has one is returned. */
  submit(): { options: RunOptions } | { field: Field } {
    this.leave(...FIELDS);
    const [options, problems] = [this.options.peek(), this.problems.peek()];
    if (options === null) return { field: FIELDS.find((field) => problems[field] !== undefined) ?? "text" };
    return this.refusal.peek() === null ? { options } : { field: "text" };
  }

  /** Reads signals. */
  #current(): Values {
    const { text, cell, hidden, output, lr, seed } = this.values;
    return {
      ...{ text: text.value, cell: cell.value, hidden: hidden.value },
      ...{ output: output.value, lr: lr.value, seed: seed.value },
    };
  }
}
