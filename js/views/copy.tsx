/** A button that copies a text; where that is not allowed, the text to be copied by hand. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Words } from "../text/words";
import { Button } from "./button";

interface CopyProps {
  words: Words;
  action: string;
  label: string;
  kind?: "quiet" | "strong";
  hint?: string;
  /** What is copied. */
  text: () => string;
}

export function CopyButton({ words, action, label, kind = "quiet", hint, text }: CopyProps) {
  /** What could not be copied; "": it was. */
  const left = useSignal<string | null>(null);
  const copy = async (): Promise<void> => {
    const copied = text();
    try {
      await navigator.clipboard.writeText(copied);
      left.value = "";
    } catch {
      left.value = copied; // it is not allowed here, or only over HTTPS
    }
  };
  return (
    <>
      <Button kind={kind} action={action} label={label} hint={hint} text onPress={() => void copy()} />
      <span class="epochscope-copied" role="status">
        {left.value === "" && words.copied}
      </span>
      {left.value && <ByHand label={words.copy_by_hand} text={left.value} />}
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
    <label class="epochscope-by-hand">
      {label}
      <textarea class="epochscope-field" readOnly rows={4} value={text} ref={field} />
    </label>
  );
}
