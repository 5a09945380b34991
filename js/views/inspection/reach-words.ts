/** What gradient reach comes to, in words. Pure. */
import { fill, spoken, type Words } from "../../text/words";
import { type PositionReach, positionReach } from "./reach-model";
import type { ReachWork } from "./reach-work";

/** The sentence about a position, with `{token}` for what is read there. */
export function reachSentence(words: Words, result: PositionReach): string {
  const place = { token: "{token}", position: result.position + 1 };
  if (result.missing) return fill(words[`reach_missing_${result.missing}`], place);
  if (result.lags === 0) return fill(words.reach_first, place);
  return fill(words.reach_at, { ...place, gradient: gradientPart(words, result), answer: answerPart(words, result) });
}

function gradientPart(words: Words, { steps, lags, end }: PositionReach): string {
  if (!(steps > 0)) return words.reach_none;
  if (steps === lags) return fill(words[`reach_to_${end}`], { steps });
  return steps === 1 ? words.reach_step : fill(words.reach_steps, { steps });
}

function answerPart(words: Words, { depends }: PositionReach): string {
  if (depends === 0) return words.reach_depends_none;
  return depends === 1 ? words.reach_depends_one : fill(words.reach_depends, { steps: depends });
}

/** The same for screen readers. */
export function describeReach(words: Words, alphabet: readonly string[], work: ReachWork, position: number): string {
  const token = spoken(alphabet[work.text.tokens[position] as number] ?? "", words);
  return fill(reachSentence(words, positionReach(work, position)), { token });
}
