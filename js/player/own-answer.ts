/** What a page has answered: as the page remembers it, and as text to hand in. */
import type { PageMemory } from "./page-memory";
import type { Answer, Question } from "./question";
import type { Raised } from "./question-counts";

export type Own = Pick<Answer, "rounds" | "revealed">;

export const NOTHING: Own = { rounds: [], revealed: false };

/** The number of rounds in which a page has voted. */
export const votesIn = ({ rounds }: Own): number => rounds.filter((vote) => vote !== null).length;

const keyOf = ({ id }: Question): string => `epochscope:${id}`;

export function remember(memory: PageMemory, question: Question, own: Own): void {
  memory.set(keyOf(question), JSON.stringify({ generation: question.generation, ...own }));
}

/** What was remembered. It is forgotten if the answers have been cleared since; a new kernel counts from 0 again. */
export function recall(memory: PageMemory, question: Question): Own {
  const known = memory.get(keyOf(question));
  if (known === null) return NOTHING;
  let own = NOTHING;
  try {
    const { generation, rounds, revealed } = JSON.parse(known);
    if (generation >= question.generation) own = { rounds, revealed };
  } catch {
    // Another script has written it.
  }
  remember(memory, question, own);
  return own;
}

/** What tells the answer, or belongs to one page only, as in `questions/asked.py`. */
const UNSAVED = ["answer", "tells", "axes", "why", "hold", "round", "revealed"] as const;

/** An answer and a show of hands, by round, in the format of `save_answers`. */
export function answerText(question: Question, answer: Answer, hands: readonly (readonly Raised[])[]): string {
  const asked = { ...question } as Partial<Question>;
  for (const field of UNSAVED) delete asked[field];
  return JSON.stringify({
    format: "epochscope-answers",
    version: 1,
    questions: [asked],
    answers: answer.rounds.some((vote) => vote !== null) ? [answer] : [],
    hands: hands.some(({ length }) => length > 0) ? [{ question: question.id, rounds: hands }] : [],
  });
}
