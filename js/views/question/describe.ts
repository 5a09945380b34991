/** A question, its choices and its result in words. Pure. */
import { type Choice, type Grade, gradeOf, type Question, type Vote } from "../../player/question";
import type { QuestionStore } from "../../player/question-store";
import type { Recording } from "../../player/types";
import { fill, spoken, type Words } from "../../text/words";

/** What the words need besides the question. */
export interface Scene {
  readonly words: Words;
  /** The text that is asked about. */
  readonly recording: Recording;
  /** Of the runs. */
  readonly labels: readonly string[];
}

/** The wording of the kind, in which `{tokens}` or `{given}` is left for what the network reads. */
export function promptOf(words: Words, { kind, by, what, epoch, position, after }: Question): string {
  const isPart = kind === "memory_cut" && (what === "h" || what === "c");
  const template = {
    ...{ prediction: words.ask_prediction, first_all_correct: words.ask_first_all_correct, choice: words.ask },
    ...{ last_learned: words.ask_last_learned, free_run: words.ask_free_run },
    memory_cut: isPart ? words.ask_memory_cut_part : words.ask_memory_cut,
    which_run: words[`ask_which_run_${by ?? "loss"}`],
  }[kind];
  const at = (position ?? after ?? 0) + 1;
  return fill(template, { epoch, position: at, part: what ?? "", tokens: "{tokens}", given: "{given}" });
}

/** The question as a screen reader says it. */
export function spokenPrompt({ words, recording, labels }: Scene, question: Question): string {
  const label = question.run === null ? undefined : labels[question.run];
  const text = question.prompt ?? fill(promptOf(words, question), tokensOf(words, recording, question));
  return label === undefined ? text : `${label}: ${text}`;
}

function tokensOf(words: Words, recording: Recording, { kind, position, after, given }: Question) {
  const read = Array.from(recording.inputs.subarray(0, given ?? 1), (index) => recording.alphabet[index] ?? "");
  const tokens =
    kind === "memory_cut"
      ? spoken(recording.alphabet[recording.inputs[after ?? 0] as number] ?? "", words)
      : pairOf(words, recording, position ?? 0);
  return { tokens, given: `“${read.join(recording.separator)}”` };
}

/** Input and target of a position. */
function pairOf(words: Words, recording: Recording, position: number): string {
  const token = (index: number) => spoken(recording.alphabet[index] ?? "", words);
  const input = token(recording.inputs[position] as number);
  return recording.isCounted(position) ? `${input} → ${token(recording.targets[position] as number)}` : input;
}

/** A choice as text. */
export function describeChoice(scene: Scene, question: Question, choice: Choice): string {
  const { words, recording, labels } = scene;
  const none = describeNone(words, question, choice);
  if (none !== null) return none;
  if (typeof choice !== "number") return choice.map((each) => each + 1).join(", ");
  if (question.kind === "prediction") return spoken(recording.alphabet[choice] ?? "", words);
  if (question.kind === "choice") return question.options?.[choice] ?? "";
  if (question.kind === "which_run") return labels[choice] ?? "";
  if (question.kind === "first_all_correct") return fill(words.epoch_number, { epoch: choice });
  return `${fill(words.position_number, { position: choice + 1 })}, ${pairOf(words, recording, choice)}`;
}

/** The choice that stands for none; null: it is another choice. */
export function describeNone(words: Words, { kind, epoch }: Question, choice: Choice): string | null {
  if (typeof choice !== "number") return choice.length === 0 ? words.ask_no_change : null;
  if (choice >= 0) return null;
  if (kind === "first_all_correct") return fill(words.ask_never, { epoch });
  return kind === "free_run" ? words.ask_nowhere : words.ask_none;
}

export const describeVote = (scene: Scene, question: Question, { choice, sure }: Vote): string =>
  `${describeChoice(scene, question, choice)}, ${sure ? scene.words.ask_is_sure : scene.words.ask_is_unsure}`;

/** "poll": there is no right answer; "unknown": it is not known yet; "answer": this page has not voted. */
export type Verdict = "correct" | "wrong" | "poll" | "unknown" | "answer";

export function verdictOf(question: Question, votes: readonly Vote[]): Verdict {
  if (question.answer === null) return "unknown";
  if (question.answer.length === 0) return "poll";
  const last = votes.at(-1);
  if (!last) return "answer";
  return gradeOf(question, last.choice).correct ? "correct" : "wrong";
}

/** How far a vote is off; "" if it is not, or if there is nothing to say. */
export function describeDistance(words: Words, question: Question, choice: Choice): string {
  const { distance } = gradeOf(question, choice);
  if (!distance) return "";
  if (question.kind === "first_all_correct")
    return distance === 1 ? words.ask_off_one : fill(words.ask_off, { count: distance });
  const [answer, chosen] = [listed(question.answer?.[0]), listed(choice)];
  const found = answer.filter((each) => chosen.includes(each)).length;
  return [
    answer.length > 0 && fill(words.ask_found, { found, count: answer.length }),
    chosen.length > found && fill(words.ask_extra, { count: chosen.length - found }),
  ]
    .filter(Boolean)
    .join(", ");
}

const listed = (choice: Choice | undefined): readonly number[] => (typeof choice === "object" ? choice : []);

/** Whether the second vote is better or worse than the first; "" if neither, or if there is none. */
export function describeChange(words: Words, question: Question, votes: readonly Vote[]): string {
  const [first, second] = votes.map(({ choice }) => rankOf(gradeOf(question, choice)));
  if (first === undefined || second === undefined || first === second) return "";
  return second < first ? words.ask_better : words.ask_worse;
}

/** The lower, the better; a wrong answer without a distance is the worst. */
const rankOf = ({ correct, distance }: Grade): number => (correct === false ? (distance ?? 1e9) + 1 : 0);

/** What is announced when it changes. Reads signals. */
export function announce(scene: Scene, question: Question, asked: Announced): string {
  const { words } = scene;
  const [phase, votes, chosen] = [asked.phase.value, asked.votes.value, asked.choice.value];
  const last = votes.at(-1);
  const own = last ? fill(words.ask_your_answer, { answer: describeVote(scene, question, last) }) : "";
  if (phase === "choosing") {
    // What is chosen in the text or on the timeline is announced nowhere else.
    if ((asked.picksPositions.value || asked.picksEpochs.value) && chosen !== null)
      return fill(words.ask_your_answer, { answer: describeChoice(scene, question, chosen) });
    return votes.length > 0 ? words.ask_second : `${words.ask}: ${spokenPrompt(scene, question)}`;
  }
  if (phase === "committed") return `${own}, ${words.ask_locked}`;
  if (phase === "revealing") return fill(words.ask_revealing, { epoch: question.epoch });
  return [describeVerdict(scene, question, votes), own].filter(Boolean).join(". ");
}

type Announced = Pick<QuestionStore, "phase" | "votes" | "choice" | "picksPositions" | "picksEpochs">;

function describeVerdict(scene: Scene, question: Question, votes: readonly Vote[]): string {
  const { words } = scene;
  const verdict = verdictOf(question, votes);
  const accepted = (question.answer ?? []).map((choice) => describeChoice(scene, question, choice));
  const answer = fill(words.ask_answer, { answer: accepted.join(` ${words.ask_or} `) });
  if (verdict === "poll") return "";
  if (verdict === "unknown") return fill(words.ask_unknown, { epoch: question.epoch });
  return { correct: words.ask_correct, wrong: `${words.ask_wrong}. ${answer}`, answer }[verdict];
}
