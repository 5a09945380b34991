/** Copy the answers of this page: in a page without a kernel there is no other way to hand them in. */
import { CopyButton } from "../copy";
import type { Asking } from "./asking";

export function CopyAnswers({ asking: { asked, words } }: { asking: Asking }) {
  return <CopyButton words={words} action="copy-answers" label={words.ask_copy} text={() => asked.copyText()} />;
}
