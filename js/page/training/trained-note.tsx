/** What was trained in the page, and what can be done with it. */
import { type Signal, useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import { Button } from "../../views/button";
import type { Scene } from "../scene";
import { messageOf } from "./attempt";
import { describeTrained, fileName, save, trainedOf } from "./trained";

interface TrainedNoteProps {
  scene: Scene;
  words: PageWords;
  /** The bytes of the file of a run; null: nothing can be trained yet. */
  download: ((run: number) => Promise<Uint8Array>) | null;
  /** A further sentence on what goes on with a recording. */
  more?: string | null;
  /** Controls before those that download. */
  children?: ComponentChildren;
}

export function TrainedNote({ scene, words, download, more, children }: TrainedNoteProps) {
  // A text is the same while epochs are recorded, so this is not drawn again for each of them.
  const known = useComputed(() => JSON.stringify(trainedOf(scene)));
  const from: ReturnType<typeof trainedOf> = JSON.parse(known.value);
  const saved = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const trained = download === null ? "" : describeTrained(from, scene.labels, words);
  return (
    <>
      <div class="epochscope-page-actions">
        {children}
        {trained && download && <Downloads {...{ scene, words, from, download, saved, problem }} />}
      </div>
      {(trained || more) && (
        <p class="epochscope-page-note" data-part="page-note">
          {trained && <strong>{trained}</strong>} {trained && words.nothing_leaves} {more}
        </p>
      )}
      <p class="epochscope-page-note" role="status" data-part="page-saved" hidden={saved.value === null}>
        {words.download_open} <code>{`EpochScope.load("${saved.value}")`}</code>
      </p>
      <p class="epochscope-page-problem" data-part="page-problem" role="status" hidden={problem.value === null}>
        {problem}
      </p>
    </>
  );
}

interface DownloadsProps {
  scene: Scene;
  words: PageWords;
  from: readonly (number | null)[];
  download: (run: number) => Promise<Uint8Array>;
  /** The name of the file that was saved last. */
  saved: Signal<string | null>;
  problem: Signal<string | null>;
}

/** A button for each run that was trained in the page. */
function Downloads({ scene: { labels, runs }, words, from, download, saved, problem }: DownloadsProps) {
  const press = async (run: number): Promise<void> => {
    const name = fileName(labels[run] ?? runs[run]?.recording.peek()?.metadata.model ?? "");
    try {
      save(await download(run), name);
      saved.value = name;
      problem.value = null;
    } catch (error) {
      problem.value = fill(words.failed, { message: messageOf(error) });
    }
  };
  return from.map(
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
  );
}
