/** A page without a recording: a form for a text, and below it the training of this text. */
import { effect, type Signal, signal, useComputed } from "@preact/signals";
import { render } from "preact";
import { browserScheduler } from "../../drawing/scheduler";
import { type PageWords, pageWordsFor } from "../../text/page-words";
import { fill, wordsFor } from "../../text/words";
import { refusalOf } from "../../training/limits";
import { decodeBase64, embeddedText } from "../contents";
import type { Showing } from "../showing";
import { readAddress, writeAddress } from "./address";
import { Attempt } from "./attempt";
import { Form } from "./form";
import { FormState } from "./form-state";
import { makeHost } from "./host";
import { OwnRuns } from "./own-runs";
import { SeedReset } from "./seed-reset";
import { anotherSeed, DEFAULTS, type Settings } from "./settings";
import { type StartTraining, startTraining } from "./start";
import { TrainedNote } from "./trained-note";

/** After a change of the form, ms: browsers limit how often an address changes. */
const ADDRESS_DELAY_MS = 400;

/** The settings that the page begins with; null: it is not a playground. */
export function playgroundSettings(): Settings | null {
  const json = embeddedText("epochscope-playground");
  return json === null ? null : JSON.parse(new TextDecoder().decode(decodeBase64(json)));
}

export function openPlayground(showing: Showing, box: HTMLElement, initial: Settings): void {
  const { lang, words: playerWords } = wordsFor(showing.lang || navigator.language);
  const words = pageWordsFor(lang);
  const form = new FormState(initial, DEFAULTS, words, refusalOf);
  const wrong = followAddress(form, initial);
  translateTitle(words);
  const attempt = new Attempt(words, showing);
  const start: StartTraining = startTraining(words) ?? (() => Promise.reject(new Error(words.no_worker)));
  const own = new OwnRuns(start, playerWords, showing.lang, (scene) => showing.show(scene, false));
  const [top, bottom] = [makeHost("top", lang), makeHost("bottom", lang)];
  box.before(top);
  box.after(bottom);
  render(
    <>
      <WrongAddress {...{ wrong, words }} />
      <Form
        form={form}
        kept={() => own.options.value.length}
        isTrained={(options) => own.isTrained(options)}
        train={(options) => void attempt.run(() => own.only(options, form.guess.peek()))}
        trainBeside={(options) => void attempt.run(() => own.beside(options, form.guess.peek()))}
      />
    </>,
    top,
  );
  render(
    <Bottom {...{ showing, own, words, attempt }} again={(seed) => void attempt.run(() => own.again(seed))} />,
    bottom,
  );
}

function WrongAddress({ wrong, words }: { wrong: Signal<readonly string[]>; words: PageWords }) {
  return (
    <p class="epochscope-page-problem" data-part="page-problem" role="status" hidden={wrong.value.length === 0}>
      {fill(words.address_wrong, { values: wrong.value.join(", ") })}
    </p>
  );
}

/** A heading that was not chosen is written in the language of the reader. */
function translateTitle(words: PageWords): void {
  const heading = document.querySelector("h1");
  const { title } = pageWordsFor("en");
  if (heading === null || heading.textContent !== title) return;
  heading.textContent = words.title;
  document.title = words.title;
}

interface BottomProps {
  showing: Showing;
  own: OwnRuns;
  words: PageWords;
  attempt: Attempt;
  again: (seed: number) => void;
}

function Bottom({ showing, own, words, attempt, again }: BottomProps) {
  const scene = showing.scene.value;
  const runs = own.options.value;
  const training = own.training.value;
  const problem = useComputed(() => attempt.problem(own.training.value));
  return (
    <>
      <p class="epochscope-page-problem" data-part="page-problem" role="alert" hidden={problem.value === null}>
        {problem}
      </p>
      {scene === null ? (
        <div class="epochscope-page-empty" data-part="page-empty">
          <p>{words.empty}</p>
          <p>{words.empty_what}</p>
        </div>
      ) : (
        <section class="epochscope-page-bar" data-part="page-bar" aria-label={words.bar}>
          <TrainedNote key={scene} {...{ scene, words }} download={training && ((run) => training.download(run))}>
            {runs.length > 1 && !scene.stage.asked.covered.value && (
              <SeedReset words={words} seed={anotherSeed(runs[0]?.seed ?? 0)} start={again} />
            )}
          </TrainedNote>
        </section>
      )}
    </>
  );
}

/** Keep form and address in step. Returns what the address says and cannot be used. */
function followAddress(form: FormState, initial: Settings): Signal<readonly string[]> {
  const read = (): string[] => {
    const { settings, wrong } = readAddress(location.hash, initial);
    form.set(settings);
    return wrong;
  };
  const wrong = signal<readonly string[]>(location.hash.length > 1 ? read() : []);
  addEventListener("hashchange", () => {
    wrong.value = read();
  });
  let cancel = (): void => {};
  let isFirst = true;
  effect(() => {
    const options = form.options.value;
    cancel();
    if (options !== null && !isFirst) {
      cancel = browserScheduler.after(ADDRESS_DELAY_MS, () => {
        replaceAddress(options);
        wrong.value = [];
      });
    }
    isFirst = false;
  });
  return wrong;
}

function replaceAddress(settings: Settings): void {
  try {
    history.replaceState(null, "", `#${writeAddress(settings)}`);
  } catch {
    // Some browsers allow no change of the address of a file.
  }
}
