/** The bar under a recording: go on with it in the page, or train on another text. */
import { effect, useComputed, useSignal } from "@preact/signals";
import { render } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type PageWords, pageWordsFor } from "../../text/page-words";
import { wordsFor } from "../../text/words";
import { refusalOf } from "../../training/limits";
import { Button } from "../../views/button";
import type { Recorded } from "../recorded";
import type { Scene } from "../scene";
import { continueAt, type Showing } from "../showing";
import { described, recordedReason } from "./adopted";
import { Attempt } from "./attempt";
import { Continuation } from "./continuation";
import { Form } from "./form";
import { FormState } from "./form-state";
import { Heading } from "./heading";
import { makeHost } from "./host";
import { OwnRuns } from "./own-runs";
import { carriedOf, describeCarried, describeDifferences, settingsOf } from "./recorded-options";
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
    <RecordingBar
      {...{ showing, recorded, continuation, own, words, feed, attempt }}
      offered={formOf(recorded, words)}
    />,
    host,
  );
}

/** A form with the settings of a recording. */
interface Offered {
  form: FormState;
  /** What it has in common with the recording beside what it asks for, and what not, as sentences; null: nothing. */
  carried: string | null;
  differences: string | null;
}

/** The form with the settings of the recording, of the first run if there are several; null: there is none. */
function formOf({ scene, runs }: Recorded, words: PageWords): Offered | null {
  const [store, run] = [scene.runs[0], runs[0]];
  const recording = store?.received.peek();
  if (!run || !recording) return null;
  const [known, network] = [described(run.suffix), run.weights?.network ?? null];
  const optimizer = known?.optimizer ?? null;
  const carried = carriedOf(recording.metadata, network, optimizer, recording.epochs);
  const reason = run.weights && recordedReason(run.weights, known, words);
  return {
    form: new FormState(settingsOf(recording, network), carried, words, refusalOf),
    carried: describeCarried(carried, words),
    differences: describeDifferences(recording, network, optimizer, reason, words),
  };
}

interface BarProps {
  showing: Showing;
  recorded: Recorded;
  continuation: Continuation;
  own: OwnRuns;
  words: PageWords;
  feed: ChartFeed;
  offered: Offered | null;
  attempt: Attempt;
}

function RecordingBar(props: BarProps) {
  const { showing, recorded, continuation, own, words, offered, attempt } = props;
  const scene = showing.scene.value ?? recorded.scene;
  const isRecording = scene === recorded.scene;
  const training = (isRecording ? continuation : own).training.value;
  const isFormOpen = useSignal(false);
  const problem = useComputed(() => attempt.problem((isRecording ? continuation : own).training.value));
  const seeds = isRecording ? continuation.seeds : own.options.value.map(({ seed }) => seed);
  const goesOnWith = useComputed(() => continuation.state); // not drawn again for each epoch
  const state = isRecording ? goesOnWith.value : null;
  const turnTo = (other: Scene, charted: boolean): void => {
    isFormOpen.value = false;
    showing.show(other, charted);
    continueAt(showing);
  };
  const again = (seed: number): void => {
    if (continuation.again(seed)) showing.mountAgain();
  };
  if (recorded.scene.stage.asked.covered.value) return null;
  return (
    <section class="epochscope-page-bar" data-part="page-bar" aria-label={words.bar}>
      <TrainedNote
        key={scene}
        {...{ scene, words }}
        download={training && ((run) => training.download(run))}
        more={state && words[`state_${state}`]}
      >
        <GoOn {...props} isRecording={isRecording} />
        {offered !== null && (
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
            {...{ action: "back", kind: "strong", label: words.back, text: true }}
            onPress={() => turnTo(recorded.scene, showing.chart !== null)}
          />
        )}
        {isRecording && own.scene.value !== null && (
          <Button
            {...{ action: "own", kind: "strong", label: words.own, text: true }}
            onPress={() => own.scene.value && turnTo(own.scene.value, false)}
          />
        )}
        {training && !scene.stage.asked.covered.value && (
          <SeedReset
            words={words}
            seed={anotherSeed(seeds[0] ?? 0)}
            start={(seed) => void attempt.run(() => (isRecording ? again(seed) : own.again(seed)))}
          />
        )}
      </TrainedNote>
      <p class="epochscope-page-problem" data-part="page-problem" role="alert" hidden={problem.value === null}>
        {problem}
      </p>
      {isFormOpen.value && offered !== null && <TextForm {...{ offered, own, attempt }} />}
    </section>
  );
}

/** The button that goes on with the recording, or why it cannot. */
function GoOn({ continuation, words, attempt, feed, isRecording }: BarProps & { isRecording: boolean }) {
  if (!isRecording || continuation.goesOn) return null;
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
  offered: Offered;
  own: OwnRuns;
  attempt: Attempt;
}

function TextForm({ offered: { form, carried, differences }, own, attempt }: TextFormProps) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => host.current?.querySelector("textarea")?.focus(), []);
  return (
    <div ref={host}>
      <Form
        {...{ form, carried, differences }}
        kept={() => own.options.value.length}
        isTrained={(options) => own.isTrained(options)}
        train={(options) => void attempt.run(() => own.only(options, form.guess.peek()))}
        trainBeside={(options) => void attempt.run(() => own.beside(options, form.guess.peek()))}
      />
    </div>
  );
}
