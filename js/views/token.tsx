/** A token as a word of running text: visible, and isolated from the writing direction around it. */
import { glyph } from "../text/glyph";

export function Token({ token = "" }: { token: string | undefined }) {
  const { text, stands } = glyph(token);
  return (
    <bdi class="epochscope-token" data-stands={stands}>
      {text}
    </bdi>
  );
}
