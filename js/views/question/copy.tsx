/** Copy the answers of this page: in a page without a kernel there is no other way to hand them in. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../button";
import type { Asking } from "./asking";

export function CopyAnswers({ asking: { asked, words } }: { asking: Asking }) {
  const copied = useSignal<boolean | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(asked.copyText());
      copied.value = true;
    } catch {
      copied.value = false; // it is not allowed here, or only over HTTPS
    }
  };
  return (
    <>
      <Button kind="quiet" action="copy-answers" label={words.ask_copy} text onPress={() => void copy()} />
      <span class="epochscope-question-copied" role="status">
        {copied.value && words.ask_copied}
      </span>
      {copied.value === false && <ByHand label={words.ask_copy_by_hand} text={asked.copyText()} />}
    </>
  );
}

/** The text, selected, to be copied by the reader. */
function ByHand({ label, text }: { label: string; text: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [text]);
  return (
    <label class="epochscope-question-by-hand">
      {label}
      <textarea class="epochscope-field" readOnly rows={4} value={text} ref={field} />
    </label>
  );
}
