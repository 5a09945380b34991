/** A question, its choices and its result in words. Pure. */
import { type Choice, type Grade, gradeOf, type Question, type Vote } from "../../player/question";
import type { Recording } from "../../player/types";
import { describePlace } from "../../text/places";
import { fill, spoken, type Words } from "../../text/words";
import { listOf } from "./choices";

/** What the words need besides the question. */
export interface Scene {
  readonly words: Words;
  /** The text that is asked about. */
  readonly recording: Recording;
  /** Of the runs. */
  readonly labels: readonly string[];
}

/** The wording of the kind, in which `{tokens}` or `{given}` is left for what the network reads. */
export function promptOf(
  { words, recording }: Pick<Scene, "words" | "recording">,
  { kind, by, what, epoch, position, after }: Question,
): string {
  const isPart = kind === "memory_cut" && (what === "h" || what === "c");
  const template = {
    ...{ prediction: words.ask_prediction, first_all_correct: words.ask_first_all_correct, choice: words.ask },
    last_learned: by === null ? words.ask_last_learned : words.ask_last_learned_first,
    free_run: words.ask_free_run,
    memory_cut: isPart ? words.ask_memory_cut_part : words.ask_memory_cut,
    which_run: words[`ask_which_run_${by ?? "loss"}`],
  }[kind];
  const at = describePlace(words, recording, epoch);
  const shown = (position ?? after ?? 0) + 1;
  return fill(template, { epoch, at, position: shown, part: what ?? "", tokens: "{tokens}", given: "{given}" });
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
  return fill(words.position_number, { position: choice + 1 });
}

/** The choice that stands for none; null: it is another choice. */
export function describeNone(words: Words, { kind, epoch }: Question, choice: Choice): string | null {
  if (typeof choice !== "number") return choice.length === 0 ? words.ask_no_change : null;
  if (choice >= 0) return null;
  if (kind === "first_all_correct") return fill(words.ask_never, { epoch });
  return kind === "free_run" ? words.ask_nowhere : words.ask_none;
}

/** "poll": there is no right answer; "unknown": it is not known yet; "answer": this page has not voted. */
export type Verdict = "correct" | "wrong" | "poll" | "unknown" | "answer";

export function verdictOf(question: Question, vote: Vote | null): Verdict {
  if (question.answer === null) return "unknown";
  if (question.answer.length === 0) return "poll";
  if (vote === null) return "answer";
  return gradeOf(question, vote.choice).correct ? "correct" : "wrong";
}

/** How far a vote is off; "" if it is not, or if there is nothing to say. */
export function describeDistance(words: Words, question: Question, choice: Choice): string {
  const { distance } = gradeOf(question, choice);
  if (!distance) return "";
  if (question.kind === "first_all_correct")
    return distance === 1 ? words.ask_off_one : fill(words.ask_off, { count: distance });
  const [answer, chosen] = [listOf(question.answer?.[0] ?? null), listOf(choice)];
  const found = answer.filter((each) => chosen.includes(each)).length;
  return [
    answer.length > 0 && fill(words.ask_found, { found, count: answer.length }),
    chosen.length > found && fill(words.ask_extra, { count: chosen.length - found }),
  ]
    .filter(Boolean)
    .join(", ");
}

/** Whether the second vote is better or worse than the first; "" if neither, or if there is none. */
export function describeChange(words: Words, question: Question, votes: readonly (Vote | null)[]): string {
  const [first, second] = votes.map((vote) => vote && rankOf(gradeOf(question, vote.choice)));
  if (first == null || second == null || first === second) return "";
  return second < first ? words.ask_better : words.ask_worse;
}

/** The lower, the better; a wrong answer without a distance is the worst. */
const rankOf = ({ correct, distance }: Grade): number => (correct === false ? (distance ?? 1e9) + 1 : 0);
