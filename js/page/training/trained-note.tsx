/** What was trained in the page, and what can be done with it: download it, or start again with another seed. */
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import { Button } from "../../views/button";
import type { Scene } from "../scene";
import { messageOf } from "./attempt";
import { MAX_SEED, wholeNumber } from "./settings";
import { describeTrained, fileName, save, trainedFrom } from "./trained";
import { useUniqueId } from "./unique-id";

interface TrainedNoteProps {
  scene: Scene;
  words: PageWords;
  /** The bytes of the file of a run. */
  download: (run: number) => Promise<Uint8Array>;
  /** A further sentence, e.g. what the optimizer starts with. */
  more?: string | null;
  /** Further controls. */
  children?: ComponentChildren;
}

export function TrainedNote({ scene, words, download, more, children }: TrainedNoteProps) {
  const { labels, runs } = scene;
  const from = useComputed(() => trainedFrom(scene));
  const saved = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const note = describeTrained(from.value, labels, words);
  const nameOf = (run: number): string => fileName(labels[run] ?? runs[run]?.recording.peek()?.metadata.model ?? "");
  const press = async (run: number): Promise<void> => {
    try {
      save(await download(run), nameOf(run));
      saved.value = nameOf(run);
      problem.value = null;
    } catch (error) {
      problem.value = fill(words.failed, { message: messageOf(error) });
    }
  };
  if (note === "" && !more) return null;
  return (
    <div class="epochscope-page-trained">
      <p data-part="page-note">
        {note && <span class="epochscope-page-chip">{note}</span>} {note && words.nothing_leaves} {more}
      </p>
      <div class="epochscope-page-downloads">
        {children}
        {from.value.map(
          (epoch, run) =>
            epoch !== null && (
              <Button
                key={run}
                action="download"
                kind="strong"
                label={labels[run] === undefined ? words.download : fill(words.download_run, { run: labels[run] })}
                text
                hint={words.download_hint}
                onPress={() => void press(run)}
              />
            ),
        )}
      </div>
      <p class="epochscope-page-hint" role="status" data-part="page-saved" hidden={saved.value === null}>
        {words.download_open} <code>{`EpochScope.load("${saved.value}")`}</code>
      </p>
      <p class="epochscope-page-problem" data-part="page-problem" role="status" hidden={problem.value === null}>
        {problem}
      </p>
    </div>
  );
}

interface SeedResetProps {
  words: PageWords;
  /** The seed that is suggested. */
  seed: number;
  start: (seed: number) => void;
}

export function SeedReset({ words, seed, start }: SeedResetProps) {
  const id = useUniqueId();
  const typed = useSignal(String(seed));
  const chosen = wholeNumber(typed.value, 0, MAX_SEED);
  return (
    <form
      class="epochscope-page-seed-reset"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen === null) return;
        start(chosen);
        typed.value = String(chosen < MAX_SEED ? chosen + 1 : 0);
      }}
    >
      <button
        type="submit"
        class="epochscope-button epochscope-button-strong"
        data-action="reset-seed"
        title={words.reset_seed_hint}
        aria-disabled={chosen === null ? "true" : undefined}
      >
        {words.reset_seed}
      </button>
      <label for={id}>{words.reset_seed_field}</label>
      <input
        {...{ id, type: "text", inputMode: "numeric", autocomplete: "off", value: typed.value }}
        class="epochscope-field"
        data-part="page-reset-seed"
        aria-invalid={chosen === null ? "true" : undefined}
        aria-describedby={chosen === null ? `${id}problem` : undefined}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
        }}
      />
      {chosen === null && (
        <span class="epochscope-page-problem" id={`${id}problem`}>
          {fill(words.seed_wrong, { most: String(MAX_SEED) })}
        </span>
      )}
    </form>
  );
}
