/** The settings of a training in the fragment of the page's address, so that a link or a bookmark keeps them. */
import type { CellKind } from "../../network/types";
import { CELLS, countTokens, learningRate, MAX_HIDDEN, MAX_SEED, type Settings, wholeNumber } from "./settings";

export interface Read {
  settings: Settings;
  /** What the address says and cannot be used, e.g. "lr=fast". */
  wrong: string[];
}

/** Write settings as a fragment without its #. */
export function writeAddress({ text, cell, hiddenSize, output, lr, seed }: Settings): string {
  const entries = { text, cell, output: output ? "1" : "0", lr: String(lr), seed: String(seed) };
  const fields = new URLSearchParams(entries);
  if (hiddenSize !== null) fields.set("hidden", String(hiddenSize));
  return fields.toString();
}

/** Read a fragment, with or without its #; `otherwise`: the settings of what it does not say, or says wrongly. */
export function readAddress(fragment: string, otherwise: Settings): Read {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const wrong: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T | null, known: T): T => {
    const text = fields.get(name);
    if (text === null) return known;
    const value = parse(text);
    if (value === null) wrong.push(`${name}=${text}`);
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
  return { settings, wrong };
}

const cellOf = (text: string): CellKind | null => CELLS.find((cell) => cell === text.toLowerCase()) ?? null;

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

const flagOf = (text: string): boolean | null => FLAGS.get(text.toLowerCase()) ?? null;
