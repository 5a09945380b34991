/** Split what a reader typed into tokens of an alphabet. */

export interface Tokens {
  /** alphabet indices */
  indices: number[];
  /** What is not in the alphabet and was left out, each once, in the order of the text. */
  unknown: string[];
}

/**
 * `separator`: "" for characters, " " for words. Of characters, the longest token that fits is taken. Characters that
 * Unicode can write in two ways (한글 from some files, é) count in the way that the alphabet knows better.
 */
export function tokenize(text: string, alphabet: readonly string[], separator: string): Tokens {
  const asTyped = split(text, alphabet, separator);
  if (asTyped.unknown.length === 0) return asTyped;
  const forms = [...new Set([text.normalize("NFC"), text.normalize("NFD")])].filter((form) => form !== text);
  return forms
    .map((form) => split(form, alphabet, separator))
    .reduce((best, other) => (other.unknown.length < best.unknown.length ? other : best), asTyped);
}

function split(text: string, alphabet: readonly string[], separator: string): Tokens {
  const index = new Map(alphabet.map((token, i) => [token, i]));
  const parts = separator === "" ? characters(text, index) : text.split(/\s+/).filter((word) => word !== "");
  const indices = parts.map((part) => index.get(part)).filter((known) => known !== undefined);
  return { indices, unknown: [...new Set(parts.filter((part) => !index.has(part)))] };
}

function characters(text: string, index: ReadonlyMap<string, number>): string[] {
  const longest = Math.max(1, ...[...index.keys()].map((token) => token.length));
  const parts: string[] = [];
  /** Where a character as a reader sees it begins, and the character: an emoji can be several code points. */
  const seen = new Map(Array.from(new Intl.Segmenter().segment(text), ({ index, segment }) => [index, segment]));
  for (let at = 0; at < text.length; at += (parts.at(-1) as string).length) {
    let length = longest;
    while (length > 1 && !index.has(text.slice(at, at + length))) length--;
    const known = text.slice(at, at + length);
    parts.push(index.has(known) ? known : (seen.get(at) ?? String.fromCodePoint(text.codePointAt(at) as number)));
  }
  return parts;
}
