/** Sentences about what the network says, with pieces of text in them. */
import type { ComponentChildren } from "preact";
import { glyph } from "../../text/glyph";
import type { View } from "../view";

/** At most this many tokens of a text are quoted. */
const QUOTED = 48;
/** Of what was read, so many of the last tokens. */
const LAST = 12;

/** A template with elements in place of its `{name}`s. */
export function Sentence({ template, parts }: { template: string; parts: Record<string, ComponentChildren> }) {
  return (
    <>
      {template.split(/(\{\w+\})/).map((piece) => {
        const name = /^\{(\w+)\}$/.exec(piece)?.[1];
        return name === undefined ? piece : (parts[name] ?? piece);
      })}
    </>
  );
}

/** Tokens in quotation marks: the first ones of what is said, or the last ones of what was read. */
export function Quote({ view, tokens, last = false }: { view: View; tokens: ArrayLike<number>; last?: boolean }) {
  const recording = view.store.recording.peek();
  if (!recording) return null;
  const limit = last ? LAST : QUOTED;
  const all = Array.from(tokens);
  const kept = last ? all.slice(-limit) : all.slice(0, limit);
  const words = kept.map((index) => recording.alphabet[index] ?? "");
  const blank = words.every((token) => token === " ");
  const text = words.map((token) => (blank ? glyph(token).text : readable(token))).join(recording.separator);
  const more = all.length > limit ? "…" : "";
  return (
    <span class="epochscope-memory-quote">
      “
      <bdi>
        {last && more}
        {text}
        {!last && more}
      </bdi>
      ”
    </span>
  );
}

/** Line breaks and the like are shown by their glyphs; spaces, marks and joiners belong to the text around them. */
const readable = (token: string): string => (/^[\p{Cc}\p{Co}\p{Cn}]/u.test(token) ? glyph(token).text : token);
