/** Short names of the runs that a page trains, made of what tells them apart. */
import { fill, languages, rate, type Words } from "../../text/words";
import type { RunOptions } from "../../training/types";

/** The most characters of a text that tells runs apart. */
const MAX_TEXT = 12;

/** What may tell a run apart, in the order in which it is named; null: not the choice of the reader. */
type Description = readonly (string | null)[];

/** A name for each run: what differs between runs, and the cell unless it says nothing; a number if nothing differs. */
export function labelsOf(runs: readonly RunOptions[], words: Words): string[] {
  let names = runs.map(({ cell }) => cell.toUpperCase());
  const described = runs.map((run) => describe(run, words));
  described[0]?.forEach((_, key) => {
    names = addWhatDiffers(names, described, key);
  });
  if (new Set(names).size < names.length) {
    // A seed says little, so it is named only where it must be.
    const seeds = runs.map(({ seed }): Description => [fill(words.seed, { seed: String(seed) })]);
    names = addWhatDiffers(names, seeds, 0);
  }
  return numbered(withoutCommonCell(names, runs));
}

/** Names are shown in narrow columns: a cell that all have in common would hide what differs. */
function withoutCommonCell(names: readonly string[], runs: readonly RunOptions[]): readonly string[] {
  const common = `${runs[0]?.cell.toUpperCase()}, `;
  return names.every((name) => name.startsWith(common)) ? names.map((name) => name.slice(common.length)) : names;
}

function addWhatDiffers(names: readonly string[], described: readonly Description[], key: number): string[] {
  const values = described.map((each) => each[key] ?? null);
  if (new Set(values.filter((value) => value !== null)).size < 2) return [...names];
  return names.map((name, run) => (values[run] ? `${name}, ${values[run]}` : name));
}

function describe({ text, output, hiddenSize, lr }: RunOptions, words: Words): Description {
  const letters = [...text];
  const short = letters.length <= MAX_TEXT ? text : `${letters.slice(0, MAX_TEXT - 1).join("")}…`;
  return [
    `“${short}”`,
    output ? words.output_layer : "",
    hiddenSize !== null ? fill(words.hidden, { size: hiddenSize }) : null,
    `lr ${rate(lr)}`,
  ];
}

function numbered(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return name;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return `${name} (${number})`;
  });
}

/** A label that names the seed of its run, in any language, with another seed. */
export function withSeed(label: string, before: number, seed: number): string {
  return Object.values(languages).reduce((changed, words) => {
    const [old, next] = [before, seed].map((each) => fill(words.seed, { seed: String(each) })) as [string, string];
    const at = changed.lastIndexOf(old);
    const isWhole = at >= 0 && !/^\d/.test(changed.slice(at + old.length));
    return isWhole ? changed.slice(0, at) + next + changed.slice(at + old.length) : changed;
  }, label);
}
