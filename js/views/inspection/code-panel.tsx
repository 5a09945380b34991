/** The run as a plain PyTorch program, to be read and copied. */
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { codeParts } from "../../drawing/code-parts";
import type { RunCode } from "../../player/run-code";
import { fill, trainedFrom, type Words } from "../../text/words";
import { CopyButton } from "../copy";
import type { View } from "../view";
import { Section } from "./section";

export function CodePanel({ view }: { view: View }) {
  const { store, words } = view;
  const known = store.code.value;
  if (known === null) return null;
  const { code, fixed } = known;
  const trains = store.canTrain.value && store.status.value.state === "training";
  const isShown = code !== undefined && (fixed || !trains);
  return (
    <Section view={view} name="code" title={words.code} hint={isShown ? about(view, known) : why(words, known)}>
      {isShown && <Program view={view} code={code} spec={known.spec} />}
    </Section>
  );
}

/** What the program repeats. */
function about({ store, words }: View, { epochs = 0 }: RunCode): string {
  store.version.value;
  const recording = store.recording.value;
  if (epochs === 0) return words.code_ahead;
  if (recording === null || trainedFrom(recording.metadata, recording.epochs) === null) return words.code_about;
  return fill(words.code_about_recorded, { epoch: epochs - 1 });
}

/** Why there is no program to be seen. */
const why = (words: Words, { refused }: RunCode): string =>
  refused === undefined ? words.code_training : words[`code_not_${refused}`];

interface ProgramProps {
  view: View;
  code: string;
  spec: string | undefined;
}

function Program({ view, code, spec }: ProgramProps) {
  const { words } = view;
  const host = useRef<HTMLDivElement>(null);
  const parts = useMemo(() => codeParts(code), [code]);
  useLayoutEffect(() => {
    const el = host.current as HTMLDivElement; // at once, not after a frame: until then a key would move the cursor
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") close(view, el);
      // The keys that scroll do not move the cursor, nor those of a notebook its cells.
      if (event.key === "Escape" || (event.target as Element).matches(".epochscope-code")) event.stopPropagation();
    };
    el.addEventListener("keydown", onKey);
    return () => el.removeEventListener("keydown", onKey);
  }, [view]);
  return (
    <div ref={host}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard */}
      <section class="epochscope-code" data-part="code" aria-label={words.code_program} dir="ltr" tabIndex={0}>
        <pre>
          <code lang="en">
            {parts.map(({ kind, source }, index) =>
              kind === null ? (
                source
              ) : (
                <span key={index} class={`epochscope-code-${kind}`}>
                  {source}
                </span>
              ),
            )}
          </code>
        </pre>
      </section>
      <div class="epochscope-code-foot">
        <CopyButton {...{ words, action: "copy-code", kind: "strong", label: words.copy_code }} text={() => code} />
        {spec && (
          <CopyButton
            {...{ words, action: "copy-spec", kind: "strong", label: words.copy_spec, hint: words.copy_spec_hint }}
            text={() => spec}
          />
        )}
      </div>
    </div>
  );
}

/** Close the panel, and give the focus to the button that opened it. */
function close({ inspection }: View, el: HTMLElement): void {
  const button = el.closest(".epochscope-root")?.querySelector<HTMLElement>("[data-action=code]");
  inspection.choices.toggle("code");
  button?.focus();
}
