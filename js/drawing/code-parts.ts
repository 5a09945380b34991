/** Which parts of a Python program are comments, texts and keywords. */

/** null: none of them */
export type PartKind = "comment" | "text" | "keyword" | null;

export interface CodePart {
  readonly kind: PartKind;
  readonly source: string;
}

const PARTS =
  /(?<comment>#[^\n]*)|(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<keyword>\b(?:import|from|class|def|return|for|in|if|with)\b)/g;

/** The parts of a program, in order; together they are the program. */
export function codeParts(code: string): CodePart[] {
  const parts: CodePart[] = [];
  let end = 0;
  for (const match of code.matchAll(PARTS)) {
    if (match.index > end) parts.push({ kind: null, source: code.slice(end, match.index) });
    const { comment, text } = match.groups ?? {};
    parts.push({ kind: comment ? "comment" : text ? "text" : "keyword", source: match[0] });
    end = match.index + match[0].length;
  }
  if (end < code.length) parts.push({ kind: null, source: code.slice(end) });
  return parts;
}
