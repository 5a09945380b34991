/** The bar under a recording: go on with it in the page, or train on another text. */
import { effect, useComputed, useSignal } from "@preact/signals";
import { render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type PageWords, pageWordsFor } from "../../text/page-words";
import { wordsFor } from "../../text/words";
import { refusalOf } from "../../training/limits";
import { Button } from "../../views/button";
import type { Recorded } from "../recorded";
import { continueAt, type Showing } from "../showing";
import { described } from "./adopted";
import { Attempt } from "./attempt";
import { Continuation } from "./continuation";
import { Form } from "./form";
import { FormState } from "./form-state";
import { Heading } from "./heading";
import { makeHost } from "./host";
import { OwnRuns } from "./own-runs";
import { carriedOf, describeCarried, settingsOf } from "./recorded-options";
import { SeedReset } from "./seed-reset";
import { anotherSeed } from "./settings";
import { startTraining } from "./start";
import { TrainedNote } from "./trained-note";

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
  const heading = new Heading(recorded);
  const own = new OwnRuns(start, playerWords, showing.lang, (scene) => showing.show(scene, false));
  effect(() => heading.show(showing.scene.value === recorded.scene ? null : own.options.value));
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

function RecordingBar(props: BarProps) {
  const { showing, recorded, continuation, own, words, form, attempt } = props;
  const scene = showing.scene.value ?? recorded.scene;
  const isRecording = scene === recorded.scene;
  const training = (isRecording ? continuation : own).training.value;
  const isFormOpen = useSignal(false);
  const problem = useComputed(() => attempt.problem((isRecording ? continuation : own).training.value));
  const seeds = isRecording ? continuation.seeds : own.options.value.map(({ seed }) => seed);
  const { beginning } = continuation;
  if (recorded.scene.stage.asked.covered.value) return null;
  return (
    <section class="epochscope-page-bar" data-part="page-bar" aria-label={words.bar}>
      <TrainedNote
        key={scene}
        {...{ scene, words }}
        download={training && ((run) => training.download(run))}
        more={isRecording && beginning.value !== null ? words[`state_${beginning.value}`] : null}
      >
        <GoOn {...props} isRecording={isRecording} />
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
              isFormOpen.value = false;
              showing.show(recorded.scene, showing.chart !== null);
              continueAt(showing);
            }}
          />
        )}
        {training && !scene.stage.asked.covered.value && (
          <SeedReset
            words={words}
            seed={anotherSeed(seeds[0] ?? 0)}
            start={(seed) => void attempt.run(() => (isRecording ? continuation : own).again(seed))}
          />
        )}
      </TrainedNote>
      <p class="epochscope-page-problem" data-part="page-problem" role="alert" hidden={problem.value === null}>
        {problem}
      </p>
      {isFormOpen.value && form !== null && <TextForm {...{ form, own, words, attempt }} />}
    </section>
  );
}

/** The button that goes on with the recording, or why it cannot. */
function GoOn({ continuation, words, attempt, feed, isRecording }: BarProps & { isRecording: boolean }) {
  if (!isRecording || continuation.training.value !== null) return null;
  const reasons = continuation.describeReasons(words);
  const goOn = async (): Promise<void> => {
    await continuation.begin();
    feed();
  };
  return (
    <>
      {continuation.canGoOn && (
        <Button
          action="go-on"
          kind="filled"
          label={words.go_on}
          text
          hint={words.go_on_hint}
          onPress={() => void attempt.run(goOn)}
        />
      )}
      {reasons !== null && (
        <details class="epochscope-page-why">
          <summary>{words.go_on_not}</summary>
          <p data-part="page-reason">{reasons}</p>
        </details>
      )}
    </>
  );
}

interface TextFormProps {
  form: FormState;
  own: OwnRuns;
  words: PageWords;
  attempt: Attempt;
}

function TextForm({ form, own, words, attempt }: TextFormProps) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => host.current?.querySelector("textarea")?.focus(), []);
  return (
    <div ref={host}>
      <Form
        form={form}
        kept={() => own.options.value.length}
        isTrained={(options) => own.isTrained(options)}
        train={(options) => void attempt.run(() => own.only(options, form.guess.peek()))}
        trainBeside={(options) => void attempt.run(() => own.beside(options, form.guess.peek()))}
        carried={describeCarried(form.carried, words)}
      />
    </div>
  );
}
