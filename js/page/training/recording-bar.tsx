/** The bar under a recording: go on with it in the page, or train on another text. */
import { useComputed, useSignal } from "@preact/signals";
import { render } from "preact";
import { type PageWords, pageWordsFor } from "../../text/page-words";
import { wordsFor } from "../../text/words";
import { refusalOf } from "../../training/limits";
import { Button } from "../../views/button";
import type { Recorded } from "../recorded";
import type { Scene } from "../scene";
import { continueAt, type Showing } from "../showing";
import { described } from "./adopted";
import { Attempt } from "./attempt";
import { Continuation } from "./continuation";
import { Form } from "./form";
import { FormState } from "./form-state";
import { makeHost } from "./host";
import { OwnRuns } from "./own-runs";
import { carriedOf, describeCarried, settingsOf } from "./recorded-options";
import { anotherSeed } from "./settings";
import { startTraining } from "./start";
import { SeedReset, TrainedNote } from "./trained-note";

/** Let the loss chart show what the runs of the recording go on with. */
export type ChartFeed = () => void;

/** Show the bar, if the page can train. */
export function offerTraining(showing: Showing, box: HTMLElement, recorded: Recorded, feed: ChartFeed): void {
  const { lang } = wordsFor(showing.lang || navigator.language);
  const words = pageWordsFor(lang);
  const start = startTraining(words);
  if (start === null) return;
  const host = makeHost("bottom", lang);
  box.after(host);
  const attempt = new Attempt(words, showing);
  const continuation = new Continuation(recorded, start, words);
  const { words: playerWords } = wordsFor(lang);
  const own = new OwnRuns(start, playerWords, showing.lang, (scene) => showing.show(scene, false));
  render(
    <RecordingBar {...{ showing, recorded, continuation, own, words, feed, attempt }} form={formOf(recorded, words)} />,
    host,
  );
}

/** The form with the settings of the recording, of the first run if there are several; null: there is none. */
function formOf({ scene, suffixes }: Recorded, words: PageWords): FormState | null {
  const [store] = scene.runs;
  const recording = store?.received.peek();
  if (!store || !recording) return null;
  const optimizer = described(suffixes[0] as string)?.optimizer ?? null;
  const carried = carriedOf(recording.metadata, store.weights.network.peek(), optimizer, recording.epochs);
  return new FormState(settingsOf(recording), carried, words, refusalOf);
}

interface BarProps {
  showing: Showing;
  recorded: Recorded;
  continuation: Continuation;
  own: OwnRuns;
  words: PageWords;
  feed: ChartFeed;
  form: FormState | null;
  attempt: Attempt;
}

function RecordingBar({ showing, recorded, continuation, own, words, feed, form, attempt }: BarProps) {
  const scene = showing.scene.value ?? recorded.scene;
  const isRecording = scene === recorded.scene;
  const training = continuation.training.value;
  const isFormOpen = useSignal(false);
  const problem = useComputed(() => attempt.problem((isRecording ? continuation : own).training.value));
  const goOn = async (): Promise<void> => {
    await continuation.begin();
    feed();
  };
  if (recorded.scene.stage.asked.covered.value) return null;
  const reasons = continuation.describeReasons(words);
  return (
    <section class="epochscope-page-bar" data-part="page-bar" aria-label={words.bar}>
      <div class="epochscope-page-actions">
        {isRecording && training === null && continuation.canGoOn && (
          <Button
            action="go-on"
            kind="filled"
            label={words.go_on}
            text
            hint={words.go_on_hint}
            onPress={() => void attempt.run(goOn)}
          />
        )}
        {form !== null && (
          <Button
            action="change-text"
            kind="strong"
            label={words.change_text}
            text
            hint={words.change_text_hint}
            expanded={isFormOpen.value}
            onPress={() => {
              isFormOpen.value = !isFormOpen.value;
            }}
          />
        )}
        {!isRecording && (
          <Button
            action="back"
            kind="strong"
            label={words.back}
            text
            onPress={() => {
              showing.show(recorded.scene, showing.chart !== null);
              isFormOpen.value = false;
              continueAt(showing);
            }}
          />
        )}
        {isRecording && training === null && reasons !== null && (
          <details class="epochscope-page-why">
            <summary>{words.go_on_not}</summary>
            <p>{reasons}</p>
          </details>
        )}
      </div>
      {isFormOpen.value && form !== null && (
        <Form
          form={form}
          kept={() => own.options.value.length}
          isTrained={(options) => own.isTrained(options)}
          train={(options) => void attempt.run(() => own.only(options))}
          trainBeside={(options) => void attempt.run(() => own.beside(options))}
          carried={describeCarried(form.carried, words)}
        />
      )}
      <p class="epochscope-page-problem" data-part="page-problem" role="alert" hidden={problem.value === null}>
        {problem}
      </p>
      {(training !== null || !isRecording) && (
        <Trained {...{ scene, continuation, own, words, isRecording, attempt }} />
      )}
    </section>
  );
}

interface TrainedProps {
  scene: Scene;
  continuation: Continuation;
  own: OwnRuns;
  words: PageWords;
  isRecording: boolean;
  attempt: Attempt;
}

function Trained({ scene, continuation, own, words, isRecording, attempt }: TrainedProps) {
  const { beginning } = continuation;
  const training = (isRecording ? continuation : own).training.value;
  const seeds = isRecording ? continuation.seeds : own.options.value.map(({ seed }) => seed);
  const more = beginning.value === null ? null : words[`state_${beginning.value}`];
  return (
    <TrainedNote
      key={scene}
      {...{ scene, words, more: isRecording ? more : null }}
      download={(i) => training?.download(i) ?? Promise.reject(new Error())}
    >
      <SeedReset
        key={`seed ${isRecording}`}
        words={words}
        seed={anotherSeed(seeds[0] ?? 0)}
        start={(seed) => void attempt.run(() => (isRecording ? continuation : own).again(seed))}
      />
    </TrainedNote>
  );
}
