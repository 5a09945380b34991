/** What can be chosen in answer to a question. Pure. */
import type { Choice, Question } from "../../player/question";
import type { Recording } from "../../player/types";

/** Of more choices, a show of hands lists only those that were made. */
const FEW = 8;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** The choices that are listed; none if an epoch or positions are to be chosen. `runs`: their number. */
export function offered(question: Question, recording: Pick<Recording, "alphabet">, runs: number): readonly number[] {
  const { kind, options, by } = question;
  if (kind === "prediction") return range(recording.alphabet.length);
  if (kind === "choice") return range(options?.length ?? 0);
  if (kind !== "which_run") return [];
  return by === "first_all_correct" ? [...range(runs), -1] : range(runs);
}

/** Whether a show of hands lists all choices. */
export const isShort = (choices: readonly number[]): boolean => choices.length > 0 && choices.length <= FEW;

/** The choice that stands for no epoch or no position; null: there is none. */
export function noneOf({ kind }: Pick<Question, "kind">): Choice | null {
  if (kind === "memory_cut") return [];
  return kind === "first_all_correct" || kind === "free_run" ? -1 : null;
}

/** The first and the last epoch that can be chosen: what is shown tells that it is none of the earlier ones. */
export const epochsOf = ({ shown, epoch }: Question): readonly [first: number, last: number] => [shown + 1, epoch];

/** The first and the last position that can be chosen. */
export function positionsOf(
  question: Question,
  { positions }: Pick<Recording, "positions">,
): readonly [number, number] {
  const { kind, after, given } = question;
  const first = kind === "memory_cut" ? (after ?? -1) + 1 : kind === "free_run" ? Math.max(0, (given ?? 1) - 1) : 0;
  return [Math.min(first, positions - 1), positions - 1];
}

/** Whether a position can be chosen: one without a target is never learned, and differs from nothing. */
export function canPick(
  question: Question,
  recording: Pick<Recording, "positions" | "isCounted">,
  at: number,
): boolean {
  const [first, last] = positionsOf(question, recording);
  return at >= first && at <= last && (question.kind === "memory_cut" || recording.isCounted(at));
}

/** The positions of a choice. */
export const listOf = (choice: Choice | null): readonly number[] =>
  choice === null ? [] : typeof choice === "number" ? (choice < 0 ? [] : [choice]) : choice;

/** Whether the choices of a kind are positions of the text. */
export const isOfPositions = ({ kind }: Pick<Question, "kind">): boolean =>
  kind === "last_learned" || kind === "free_run" || kind === "memory_cut";
