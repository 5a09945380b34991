/** The settings of a training in the fragment of the page's address, so that a link or a bookmark keeps them. */
import type { CellKind } from "../../network/types";
import { CELLS, countTokens, learningRate, MAX_HIDDEN, MAX_SEED, type Settings, wholeNumber } from "./settings";

export interface Read {
  settings: Settings;
  /** What the address says and cannot be used, e.g. "lr=fast". */
  wrong: string[];
}

/** The most parts of an address that are called wrong, and the most characters of each. */
const [MAX_WRONG, MAX_SHOWN] = [12, 60];

/** Other names of the fields, as Python's `Trainer` has them. */
const PYTHON_NAMES: ReadonlyMap<string, string> = new Map([
  ["hidden_size", "hidden"],
  ["readout", "output"],
]);
/** What no setting is: what a link of `spec_url` says besides, and the theme of a page in a frame. */
const NO_SETTINGS: ReadonlySet<string> = new Set(["epochscope", "check", "made", "theme"]);
/** What a link may say since a page does nothing else: its name and value. */
const ALWAYS: ReadonlySet<string> = new Set(["epochs=300", "optimizer=adam", "num_layers=1", "device=cpu"]);

/** Write settings as a fragment without its #. */
export function writeAddress({ text, cell, hiddenSize, output, lr, seed }: Settings): string {
  const entries = { text, cell, output: output ? "1" : "0", lr: String(lr), seed: String(seed) };
  const fields = new URLSearchParams(entries);
  if (hiddenSize !== null) fields.set("hidden", String(hiddenSize));
  return fields.toString();
}

/**
 * Read a fragment, with or without its #, also one that `spec_url` in Python has made.
 * `otherwise`: the settings of what it does not say, or says wrongly.
 */
export function readAddress(fragment: string, otherwise: Settings): Read {
  const fields = new Map<string, string>();
  const wrong: string[] = [];
  const refuse = (name: string, text: string): void => {
    if (wrong.length < MAX_WRONG) wrong.push(shortened(`${name}=${text}`));
  };
  for (const [name, text] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    const known = PYTHON_NAMES.get(name) ?? name;
    if (!fields.has(known)) fields.set(known, text); // as `URLSearchParams.get`
  }
  const read = <T>(name: string, parse: (text: string) => T | null, known: T): T => {
    const text = fields.get(name);
    if (text === undefined) return known;
    fields.delete(name);
    const value = parse(text);
    if (value === null) refuse(name, text);
    return value ?? known;
  };
  const settings: Settings = {
    text: read("text", (text) => (countTokens(text) >= 2 ? text : null), otherwise.text),
    cell: read("cell", cellOf, otherwise.cell),
    output: read("output", flagOf, otherwise.output),
    hiddenSize: read("hidden", (text) => wholeNumber(text, 1, MAX_HIDDEN), otherwise.hiddenSize),
    lr: read("lr", learningRate, otherwise.lr),
    seed: read("seed", (text) => wholeNumber(text, 0, MAX_SEED), otherwise.seed),
  };
  for (const [name, text] of fields) {
    if (!NO_SETTINGS.has(name) && !ALWAYS.has(`${name}=${text}`)) refuse(name, text);
  }
  return { settings, wrong };
}

const shortened = (text: string): string => {
  const characters = [...text];
  return characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN - 1).join("")}…` : text;
};

const cellOf = (text: string): CellKind | null => CELLS.find((cell) => cell === text.toLowerCase()) ?? null;

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

const flagOf = (text: string): boolean | null => FLAGS.get(text.toLowerCase()) ?? null;
