/** The glyph of a token: visible for every token, and of known width. */

export interface Glyph {
  readonly text: string;
  /** What the text is a placeholder for, if the token itself is invisible or needs another font. */
  readonly placeholder: "none" | "space" | "newline" | "tab" | "control" | "mark";
  /** Width in half-width columns: 1 for Latin, 2 for Hangul, more for a token of several characters. */
  readonly columns: number;
}

/** Longer tokens are shortened, in half-width columns. */
export const MAX_COLUMNS = 12;

const NAMED: Readonly<Record<string, Glyph>> = {
  " ": { text: "␣", placeholder: "space", columns: 1 },
  "\u00a0": { text: "⍽", placeholder: "space", columns: 1 },
  "\u3000": { text: "⎵", placeholder: "space", columns: 2 },
  "\n": { text: "⏎", placeholder: "newline", columns: 1 },
  "\r\n": { text: "⏎", placeholder: "newline", columns: 1 },
  "\u2028": { text: "⏎", placeholder: "newline", columns: 1 },
  "\u2029": { text: "¶", placeholder: "newline", columns: 1 },
  "\t": { text: "⇥", placeholder: "tab", columns: 1 },
  "\u007f": { text: "␡", placeholder: "control", columns: 1 },
};

const INVISIBLE = /^[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Co}\p{Zs}\p{Default_Ignorable_Code_Point}]$/u;
const MARK = /\p{M}/u;
const EMOJI = /\p{Emoji_Presentation}/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const WITHOUT_WIDTH = /[\p{M}\p{Cf}]/u;

/** Width of a text in half-width columns (as a terminal counts them: wide characters 2, combining marks 0). */
export function columns(text: string): number {
  let count = 0;
  for (const char of text) {
    if (WITHOUT_WIDTH.test(char)) continue;
    count += WIDE.test(char) || EMOJI.test(char) ? 2 : 1;
  }
  return Math.max(1, count);
}

function ofCharacter(char: string): Glyph | null {
  const named = NAMED[char];
  if (named) return named;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20) return { text: String.fromCodePoint(0x2400 + code), placeholder: "control", columns: 1 };
  if (INVISIBLE.test(char)) {
    const text = code.toString(16).toUpperCase().padStart(4, "0");
    return { text, placeholder: "control", columns: text.length / 2 }; // drawn in a smaller font
  }
  return null;
}

/** The glyph of a token of one or more characters. */
export function glyph(token: string): Glyph {
  const chars = [...token];
  if (chars.length <= 1 || token === "\r\n") {
    const one = ofCharacter(token);
    if (one) return one;
  }
  // Invisible characters inside a longer token are replaced too; a token that is too long ends in an ellipsis.
  const visible = chars.map((char) => (chars.length > 1 && WITHOUT_WIDTH.test(char) ? char : text(char))).join("");
  const mark = MARK.test(chars[0] ?? "");
  const dotted = mark ? `\u25cc${visible}` : visible;
  return {
    text: shorten(dotted),
    placeholder: mark ? "mark" : "none",
    columns: Math.min(MAX_COLUMNS, columns(dotted)),
  };
}

const text = (char: string): string => ofCharacter(char)?.text ?? char;

function shorten(whole: string): string {
  if (columns(whole) <= MAX_COLUMNS) return whole;
  let kept = "";
  for (const char of whole) {
    if (columns(kept + char) > MAX_COLUMNS - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
