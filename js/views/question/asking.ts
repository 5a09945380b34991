/** A question in a player or a comparison: what the views of questions need, and what a question does to other views. */
import { batch, effect, type Signal, untracked } from "@preact/signals";
import type { Choice, Question, Vote } from "../../player/question";
import type { QuestionStore } from "../../player/question-store";
import type { InspectionChoices, InspectionName } from "../inspection/choices";
import { digitOf } from "../keyboard";
import type { SharedView, View } from "../view";
import { offered } from "./choices";
import type { Scene } from "./describe";

export interface Asking extends Pick<SharedView, "asked" | "card" | "words" | "panel"> {
  /** One for each run. */
  readonly views: readonly View[];
  /** Of the runs of a comparison. */
  readonly labels: readonly string[];
  readonly choices: InspectionChoices;
  /** Show the panels of a run. */
  showRun(run: number): void;
}

/** The view of the run that is asked about; of the first one if it is all of them. */
export const viewOf = ({ views }: Asking, { run }: Question): View => views[run ?? 0] ?? (views[0] as View);

/** What describes a question in words; null: the text has not arrived. */
export function sceneOf(asking: Asking, question: Question): Scene | null {
  const recording = viewOf(asking, question).store.recording.value;
  return recording && { words: asking.words, recording, labels: asking.labels };
}

/** What this page has committed last. */
export const lastVote = ({ votes }: Pick<QuestionStore, "votes">): Vote | null =>
  votes.value.findLast((vote) => vote !== null) ?? null;

/** The choices that are listed. */
export const offeredIn = ({ labels }: Asking, question: Question, { recording }: Scene): readonly number[] =>
  offered(question, recording, labels.length);

/** The panels that tell nothing about the answer. */
const HARMLESS: ReadonlySet<InspectionName> = new Set(["network"]);

/** Whether a panel would tell the answer to a covered question. */
export const isClosed = (asked: QuestionStore, name: InspectionName): boolean =>
  asked.covered.value && !HARMLESS.has(name);

/** Close the panels while a question is covered, and open the one that explains the answer, until `signal` is aborted. */
export function watchQuestion(asking: Asking, signal: AbortSignal): void {
  const { asked, card, panel, choices } = asking;
  let known = "";
  const stopResetting = effect(() => {
    const { id, generation } = asked.question.value ?? {};
    if (known === `${id} ${generation}`) return;
    known = `${id} ${generation}`;
    card.reset();
  });
  let before = asked.phase.peek();
  const stop = effect(() => {
    const phase = asked.phase.value;
    untracked(() =>
      batch(() => {
        if (asked.covered.peek()) {
          panel.value = null;
          close(choices.open);
        } else if (phase === "revealed" && before !== "none" && before !== phase) explain(asking);
        before = phase;
      }),
    );
  });
  signal.addEventListener("abort", () => {
    stopResetting();
    stop();
  });
}

function close(open: Signal<ReadonlySet<InspectionName>>): void {
  const kept = [...open.peek()].filter((name) => HARMLESS.has(name));
  if (kept.length < open.peek().size) open.value = new Set(kept);
}

/** Open the panel that shows why the answer is right, with what was asked. */
function explain(asking: Asking): void {
  const { asked, choices } = asking;
  const question = asked.question.peek();
  const name = question?.kind === "memory_cut" ? "memory" : "free_run";
  if (question === null || (question.kind !== "memory_cut" && question.kind !== "free_run")) return;
  choices.words.value = "";
  if (question.run !== null) asking.showRun(question.run);
  if (name === "memory") {
    choices.memory.cutAfter(question.after);
    choices.memory.part.value = question.what ?? "all";
  } else {
    choices.given.value = question.given ?? 1;
    choices.corrections.value = new Set();
  }
  choices.open.value = new Set([...choices.open.peek(), name]);
}

/** Answer with a key: a digit chooses, Enter commits. Returns whether the key did. */
export function answerWithKey(asking: Asking, event: KeyboardEvent): boolean {
  const { asked, card } = asking;
  const question = asked.question.peek();
  if (question === null || asked.phase.peek() !== "choosing" || hasModifier(event)) return false;
  if (event.key === "Enter") return !card.counting.peek() && commit(asking);
  const scene = untracked(() => sceneOf(asking, question));
  const choice = scene && choiceOf(event, asking, question, scene);
  if (choice === null || choice === undefined) return false;
  if (!event.repeat) asked.choose(choice);
  return true;
}

/** The choice that a digit stands for: the token that is this digit, or the choice with this number. */
function choiceOf(event: KeyboardEvent, asking: Asking, question: Question, scene: Scene): Choice | undefined {
  const { alphabet } = scene.recording;
  if (question.kind === "prediction" && /^\d$/.test(event.key) && alphabet.includes(event.key))
    return alphabet.indexOf(event.key);
  const digit = digitOf(event);
  return digit > 0 ? offeredIn(asking, question, scene)[digit - 1] : undefined;
}

const hasModifier = ({ altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean =>
  altKey || ctrlKey || metaKey || shiftKey;

/** Commit what is chosen; returns whether it is complete. */
export function commit({ asked, card }: Pick<Asking, "asked" | "card">): boolean {
  if (!asked.canCommit.peek() || card.invalid.peek()) return false;
  asked.commit();
  return true;
}
