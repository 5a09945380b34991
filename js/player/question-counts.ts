/** How often each choice was made. Pure. */
import type { Answer, Choice } from "./question";

/** A choice, and how many hands were raised for it. */
export type Raised = readonly [choice: Choice, count: number];

export interface Count {
  readonly choice: Choice;
  /** Of pages. */
  readonly votes: number;
  /** Of the votes, those that were sure. */
  readonly sure: number;
  /** Of a show of hands. */
  readonly hands: number;
}

/** The choices of a round (from 0 on), most often first. */
export function countsOf(answers: readonly Answer[], hands: readonly Raised[], round: number): readonly Count[] {
  const counts = new Map<string, { choice: Choice; votes: number; sure: number; hands: number }>();
  const countOf = (choice: Choice) => {
    const key = JSON.stringify(choice);
    const known = counts.get(key) ?? { choice, votes: 0, sure: 0, hands: 0 };
    counts.set(key, known);
    return known;
  };
  for (const { rounds } of answers) {
    const vote = rounds[round];
    if (!vote) continue;
    const count = countOf(vote.choice);
    count.votes++;
    if (vote.sure) count.sure++;
  }
  for (const [choice, raised] of hands) countOf(choice).hands += raised;
  return [...counts.values()].sort((a, b) => b.votes + b.hands - a.votes - a.hands);
}
