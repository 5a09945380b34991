/** A question about a run, as the kernel sends it, and whether a choice is correct. Pure. */

export type QuestionKind =
  | "prediction"
  | "first_all_correct"
  | "last_learned"
  | "memory_cut"
  | "free_run"
  | "which_run"
  | "choice";

/**
 * What is chosen: an alphabet index, an epoch, a position, a run or an option; -1 is "never", "nowhere" or "none". Of a
 * memory cut: all positions, ascending.
 */
export type Choice = number | readonly number[];

/** A committed choice. */
export interface Vote {
  readonly choice: Choice;
  readonly sure: boolean;
}

/** The trait `question`; src/epochscope/questions writes it. */
export interface Question {
  /** The same question of the same run always has the same id. */
  readonly id: string;
  /** Increases when the answers are cleared. */
  readonly generation: number;
  readonly kind: QuestionKind;
  /** Replaces the wording of the kind. */
  readonly prompt: string | null;
  /** Of "choice". */
  readonly options: readonly string[] | null;
  /** In a comparison: the run that is asked about; null: all. */
  readonly run: number | null;
  /** The last epoch that is shown while the question is covered, -1 = none. */
  readonly shown: number;
  /** The epoch that is asked about, or the last one that counts. */
  readonly epoch: number;
  /** The epoch that tells the answer: to it the reveal plays. Not for views. */
  readonly tells: number;
  readonly position: number | null;
  readonly after: number | null;
  readonly what: "all" | "h" | "c" | null;
  readonly given: number | null;
  /** Who wins; of "last_learned": that only the epochs up to the first one with all correct count. */
  readonly by: "first_all_correct" | "correct" | "loss" | null;
  /** So many epochs off still count as correct. */
  readonly tolerance: number | null;
  /** Lowest and highest loss, and ticks, of the chart's axes while the question is covered; those of the chart tell more. */
  readonly axes: Readonly<Record<"linear" | "log", readonly [low: number, high: number, ticks: readonly number[]]>>;
  /** All choices that count as correct; empty: there is no right answer; null: it is not known yet. */
  readonly answer: readonly Choice[] | null;
  /** Shown after the reveal. */
  readonly why: string | null;
  /** Whether only Python opens the second round and the answer. */
  readonly hold: boolean;
  /** 2: Python has opened the second round. */
  readonly round: 1 | 2;
  /** Whether Python has revealed the answer. */
  readonly revealed: boolean;
}

/** What a page has answered. */
export interface Answer {
  readonly page: string;
  readonly question: string;
  /** At most two; null: it has not voted in this round. */
  readonly rounds: readonly (Vote | null)[];
  readonly revealed: boolean;
}

/** Counts of a show of hands, by round. */
export interface Hands {
  readonly question: string;
  readonly rounds: readonly (readonly (readonly [Choice, number])[])[];
}

export interface Grade {
  /** null: there is no right answer, or it is not known yet. */
  readonly correct: boolean | null;
  /** How many epochs or positions the choice is off; null where there is no such number. */
  readonly distance: number | null;
}

/** The positions of a choice of several, or of one. */
const listOf = (choice: Choice): readonly number[] => (typeof choice === "number" ? [choice] : choice);

export function sameChoice(a: Choice, b: Choice): boolean {
  const [one, other] = [listOf(a), listOf(b)];
  const sameKind = (typeof a === "number") === (typeof b === "number");
  return sameKind && one.length === other.length && one.every((value, i) => value === other[i]);
}

/** Whether a choice is correct, as `questions/grading.py` decides it. */
export function gradeOf(question: Pick<Question, "kind" | "tolerance" | "answer">, choice: Choice): Grade {
  const { kind, tolerance, answer } = question;
  if (answer === null || answer.length === 0) return { correct: null, distance: null };
  const equal = answer.some((accepted) => sameChoice(accepted, choice));
  if (kind === "first_all_correct") {
    const off = answer.map((accepted) => epochsBetween(Number(accepted), Number(choice)));
    const known = off.filter((each) => each !== null);
    const distance = known.length > 0 ? Math.min(...known) : null;
    return { correct: distance !== null && distance <= (tolerance ?? 0), distance };
  }
  if (kind === "memory_cut") {
    const distance = Math.min(...answer.map((accepted) => difference(listOf(accepted), listOf(choice))));
    return { correct: equal, distance };
  }
  return { correct: equal, distance: null };
}

/** null if exactly one of them is "never". */
function epochsBetween(a: number, b: number): number | null {
  if (a < 0 || b < 0) return a < 0 && b < 0 ? 0 : null;
  return Math.abs(a - b);
}

/** Number of positions in one list but not in the other. */
const difference = (a: readonly number[], b: readonly number[]): number =>
  a.filter((each) => !b.includes(each)).length + b.filter((each) => !a.includes(each)).length;
