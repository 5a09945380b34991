/** A token in running text: visible, and isolated from the writing direction around it. */
import { glyph } from "../text/glyph";

export function Token({ token = "" }: { token: string | undefined }) {
  const { text, placeholder } = glyph(token);
  return (
    <bdi class="epochscope-token" data-placeholder={placeholder}>
      {text}
    </bdi>
  );
}
