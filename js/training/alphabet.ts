/** The tokens of a text, as `recording/alphabet.py` finds them: its characters. */

const REPLACEMENT = "\ufffd";

/** The code points of a text. Half of a surrogate pair, which cannot be saved, becomes U+FFFD. */
export const tokensOf = (text: string): string[] =>
  Array.from(text, (token) => (token >= "\ud800" && token <= "\udfff" && token.length === 1 ? REPLACEMENT : token));

export interface TextData {
  /** The different tokens by code point. */
  alphabet: string[];
  /** (P,) alphabet indices; P is one less than the number of tokens */
  inputs: Uint32Array;
  /** (P,) the token after each input */
  targets: Uint32Array;
}

/** What a network reads and predicts. The text has at least two tokens. */
export function textData(text: string): TextData {
  const tokens = tokensOf(text);
  const alphabet = [...new Set(tokens)].sort(byCodePoint);
  const index = new Map(alphabet.map((token, i) => [token, i]));
  const indices = Uint32Array.from(tokens, (token) => index.get(token) as number);
  return { alphabet, inputs: indices.slice(0, -1), targets: indices.slice(1) };
}

/** The default order, by UTF-16 units, has U+FFFD after all emoji. */
const byCodePoint = (one: string, other: string): number =>
  (one.codePointAt(0) as number) - (other.codePointAt(0) as number);
