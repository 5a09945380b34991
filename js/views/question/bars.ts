/** The votes of all as bars: a row for each choice, with a count for each round. Pure. */
import { type Choice, gradeOf, type Question, sameChoice } from "../../player/question";
import type { Count } from "../../player/question-counts";
import { epochsOf, listOf } from "./choices";

export interface Bar {
  /** null: all that have no row of their own */
  readonly choice: Choice | null;
  /** Instead of a choice: the first and the last epoch. */
  readonly epochs?: readonly [number, number];
  /** By round. */
  readonly counts: readonly number[];
  /** "plain": there is no right answer. */
  readonly tone: "right" | "wrong" | "plain";
}

/** At most so many rows, and of epochs so many equal parts. */
const MOST = 8;

type Rounds = readonly (readonly Count[])[];

/** `offered`: the choices that have a row in any case. */
export function barsOf(question: Question, rounds: Rounds, offered: readonly number[]): readonly Bar[] {
  if (question.kind === "memory_cut") return ofPositions(question, rounds);
  const made = distinct([...(question.answer ?? []), ...rounds.flat().map(({ choice }) => choice)]);
  const bars = (choices: readonly Choice[]) => choices.map((choice) => barOf(question, rounds, choice));
  if (offered.length > 0 && offered.length <= MOST) return bars(offered);
  if (question.kind === "first_all_correct") {
    if (made.length > MOST) return ofEpochs(question, rounds, made);
    return bars([...made].sort((a, b) => rankOf(a) - rankOf(b)));
  }
  return folded(bars(made));
}

/** How many voted in each round. */
export const totalsOf = (rounds: Rounds): readonly number[] =>
  rounds.map((counts) => counts.reduce((sum, { votes, hands }) => sum + votes + hands, 0));

function barOf(question: Question, rounds: Rounds, choice: Choice): Bar {
  const { correct } = gradeOf(question, choice);
  const tone = correct === null ? "plain" : correct ? "right" : "wrong";
  return { choice, tone, counts: countsIf(rounds, (each) => sameChoice(each, choice)) };
}

const countsIf = (rounds: Rounds, matches: (choice: Choice) => boolean): readonly number[] =>
  rounds.map((counts) => totalsOf([counts.filter(({ choice }) => matches(choice))])[0] as number);

const distinct = (choices: readonly Choice[]): readonly Choice[] =>
  choices.filter((choice, i) => choices.findIndex((each) => sameChoice(each, choice)) === i);

/** "Never" comes last. */
const rankOf = (choice: Choice): number => (Number(choice) < 0 ? Number.POSITIVE_INFINITY : Number(choice));

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** The right ones and the most frequent ones; all others in one row. */
function folded(bars: readonly Bar[]): readonly Bar[] {
  const sorted = [...bars].sort((a, b) => Number(b.tone === "right") - Number(a.tone === "right") || more(a, b));
  const kept = sorted.slice(0, sorted.length > MOST ? MOST - 1 : MOST).sort(more);
  const rest = sorted.slice(kept.length);
  if (rest.length === 0) return kept;
  const counts = kept[0]?.counts.map((_, round) => sum(rest.map((bar) => bar.counts[round] ?? 0))) ?? [];
  return [...kept, { choice: null, counts, tone: kept[0]?.tone === "plain" ? "plain" : "wrong" }];
}

const more = (a: Bar, b: Bar): number => sum(b.counts) - sum(a.counts);

/** How many have chosen each position, whatever else they chose. */
function ofPositions(question: Question, rounds: Rounds): readonly Bar[] {
  const { answer } = question;
  const accepted = (answer ?? []).flatMap(listOf);
  const chosen = rounds.flat().flatMap(({ choice }) => listOf(choice));
  const tone = (isRight: boolean) => (answer === null ? "plain" : isRight ? "right" : "wrong");
  const bars = [...new Set([...accepted, ...chosen])].map((position): Bar => {
    const counts = countsIf(rounds, (choice) => listOf(choice).includes(position));
    return { choice: [position], counts, tone: tone(accepted.includes(position)) };
  });
  const none = barOf(question, rounds, []);
  if (none.tone === "right" || sum(none.counts) > 0) bars.push(none);
  return [...folded(bars)].sort((a, b) => orderOf(a) - orderOf(b));
}

/** By position; "no change" comes after them, and all others at the end. */
const orderOf = ({ choice }: Bar): number => (choice === null ? 1e9 : (listOf(choice)[0] ?? 1e8));

/** Equal parts of the epochs that could be chosen. */
function ofEpochs(question: Question, rounds: Rounds, made: readonly Choice[]): readonly Bar[] {
  const [first, last] = epochsOf(question);
  const size = Math.max(1, Math.ceil((last - first + 1) / MOST));
  const parts = Array.from({ length: Math.ceil((last - first + 1) / size) }, (_, part): Bar => {
    const from = first + part * size;
    const to = Math.min(last, from + size - 1);
    const within = (choice: Choice) => Number(choice) >= from && Number(choice) <= to;
    const right = question.answer?.some(within);
    const tone = !question.answer?.length ? "plain" : right ? "right" : "wrong";
    return { choice: null, epochs: [from, to], counts: countsIf(rounds, within), tone };
  });
  const hasNever = made.some((choice) => Number(choice) < 0);
  return hasNever ? [...parts, barOf(question, rounds, -1)] : parts;
}
