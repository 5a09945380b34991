/**
 * The writing direction of a text. It is "rtl" if more tokens of the text have a strong right-to-left first character
 * than have another letter as first character, and "ltr" otherwise; the tokens are those of the inputs (P,). The strong
 * right-to-left ranges are 0590-08FF, FB1D-FDFF, FE70-FEFF, 10800-10FFF and 1E800-1EFFF. The static picture in Python
 * uses the same rule.
 */
export type Direction = "ltr" | "rtl";

const RIGHT_TO_LEFT = /^[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LETTER = /^\p{L}/u;

/** `indices`: alphabet indices of the text's tokens. */
export function directionOf(alphabet: readonly string[], indices: ArrayLike<number>): Direction {
  const weights = alphabet.map((token) => (RIGHT_TO_LEFT.test(token) ? 1 : LETTER.test(token) ? -1 : 0));
  let balance = 0;
  for (let i = 0; i < indices.length; i++) balance += weights[indices[i] as number] ?? 0;
  return balance > 0 ? "rtl" : "ltr";
}
