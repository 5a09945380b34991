/** The settings of a training as a reader types them, and what is wrong with them. Pure functions. */
import type { CellKind } from "../../network/types";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import { tokensOf } from "../../training/alphabet";
import type { RunOptions } from "../../training/types";

export const CELLS: readonly CellKind[] = ["rnn", "lstm", "gru"];
export const MAX_HIDDEN = 1000;
export const MAX_SEED = 2 ** 32 - 1;

/** What the form asks for. */
export type Settings = Pick<RunOptions, "text" | "cell" | "hiddenSize" | "output" | "lr" | "seed">;
/** What it does not ask for: of a recording, as it was; see `DEFAULTS`. */
export type Carried = Omit<RunOptions, keyof Settings>;

/** The contents of the fields. */
export interface Values {
  text: string;
  cell: CellKind;
  /** ignored without an output layer */
  hidden: string;
  output: boolean;
  lr: string;
  seed: string;
}

export type Field = "text" | "hidden" | "lr" | "seed";
/** In the order of the form: the first one gets the focus. */
export const FIELDS: readonly Field[] = ["text", "hidden", "lr", "seed"];
/** A sentence for each field that cannot be used. */
export type Problems = Partial<Record<Field, string>>;

export const DEFAULTS: Carried = {
  layers: 1,
  nonlinearity: "tanh",
  bias: true,
  forgetBias: 0,
  dtype: "float32",
  embedding: null,
  optimizer: { kind: "adam" },
  window: null,
  epochs: 300,
};
/** The hidden size that is suggested with an output layer. */
const SUGGESTED_HIDDEN = 32;

export const valuesOf = (settings: Settings): Values => ({
  text: settings.text.replace(/\r\n?/g, "\n"), // as a field has it
  cell: settings.cell,
  hidden: String(settings.hiddenSize ?? SUGGESTED_HIDDEN),
  output: settings.output,
  lr: String(settings.lr),
  seed: String(settings.seed),
});

/** The number of different characters, which are the tokens. */
export const countTokens = (text: string): number => new Set(tokensOf(text)).size;

export function problemsOf({ text, hidden, output, lr, seed }: Values, words: PageWords): Problems {
  const problems: Problems = {};
  if (countTokens(text) < 2) problems.text = words.text_short;
  if (output && wholeNumber(hidden, 1, MAX_HIDDEN) === null) {
    problems.hidden = fill(words.hidden_wrong, { most: MAX_HIDDEN });
  }
  if (learningRate(lr) === null) problems.lr = words.lr_wrong;
  if (wholeNumber(seed, 0, MAX_SEED) === null) problems.seed = fill(words.seed_wrong, { most: MAX_SEED });
  return problems;
}

/** The options of a run with these values, of which none has a problem. */
export const optionsOf = ({ text, cell, hidden, output, lr, seed }: Values, carried: Carried): RunOptions => ({
  ...carried,
  ...{ text, cell, output },
  hiddenSize: output ? Number(hidden) : null,
  lr: Number(lr),
  seed: Number(seed),
});

/** A whole number in a range; null: the text is not one. */
export function wholeNumber(text: string, least: number, most: number): number | null {
  const number = Number(text);
  return /^\s*\d+\s*$/.test(text) && number >= least && number <= most ? number : null;
}

/** A number, 0 or more; null: the text is not one. */
export function learningRate(text: string): number | null {
  const number = Number(text);
  return text.trim() !== "" && number >= 0 && Number.isFinite(number) ? number : null;
}

/** A seed that is easy to write down, another one than `seed`. */
export function anotherSeed(seed: number, random: () => number = Math.random): number {
  const drawn = Math.floor(random() * 1000);
  return drawn === seed ? drawn + 1 : drawn;
}
