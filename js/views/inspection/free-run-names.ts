/** What the free run is in words: its result, and the name of each position. */
import { fill, spoken, type Words } from "../../text/words";
import { canCorrect, type Story, type Text, toneAt } from "./free-run-story";

/** The result of a free run next to a text. */
export function describeStory(words: Words, story: Story): string {
  const { given, parting, counted, correct, inputs, needed } = story;
  const first = given - 1;
  const values = { correct, positions: counted, alone: parting - first, rest: inputs.length - first };
  if (needed.size === 1) return fill(words.free_run_result_corrected_one, values);
  if (needed.size > 0) return fill(words.free_run_result_corrected, { ...values, count: needed.size });
  return fill(given > 1 ? words.free_run_result_given : words.free_run_result, values);
}

/** What follows from it. */
export function describeOutcome(words: Words, { given, parting, counted, correct, needed, inputs }: Story): string {
  const count = needed.size;
  if (parting < inputs.length) return parting < inputs.length - 1 ? words.free_run_parted : "";
  if (count === 0 && given === inputs.length) return words.free_run_all_given;
  if (count === 0) return correct === counted ? words.free_run_all_correct : words.free_run_same;
  if (count !== counted - correct) return words.free_run_now_right;
  return count === 1 ? words.free_run_all_corrected_one : fill(words.free_run_all_corrected, { count });
}

/** The number of corrections; "" if there are none. */
export function describeCorrections(words: Words, { corrections, needed }: Story): string {
  if (corrections.size === 0) return "";
  const all =
    corrections.size === 1 ? words.free_run_correction : fill(words.free_run_corrections, { count: corrections.size });
  return needed.size === corrections.size ? all : `${all}, ${fill(words.free_run_needed, { count: needed.size })}`;
}

/** The result, the corrections, and what follows. */
export const describeAll = (words: Words, story: Story): string =>
  [describeStory, describeCorrections, describeOutcome]
    .map((describe) => describe(words, story))
    .filter(Boolean)
    .join(". ");

/** A position of a free run next to a text, for screen readers. */
export function namePosition(
  words: Words,
  alphabet: readonly string[],
  story: Story,
  text: Text,
  position: number,
): string {
  const token = (index: number | undefined): string => spoken(alphabet[index ?? -1] ?? "", words);
  const { inputs, said, given, parting, predictions, corrections } = story;
  const place = fill(words.position_of, { position: position + 1, positions: inputs.length });
  const input = `${position < given ? words.free_run_given_token : words.free_run_input_row} ${token(inputs[position])}`;
  const target = text.counted[position] ? `${words.target} ${token(text.next[position])}` : words.ignored;
  const parts = [input, target, `${words.free_run_row} ${token(said[position])}`];
  const tone = toneAt(story, text, position);
  if (tone === "correct") parts.push(words.correct);
  else if (tone === "wrong") parts.push(words.wrong);
  else if (tone === "corrected") parts.push(fill(words.free_run_corrected, { token: token(predictions[position]) }));
  else if (position > parting) parts.push(words.free_run_after_error);
  if (position === parting) parts.push(words.free_run_parts);
  if (corrections.has(position)) parts.push(words.free_run_press_back);
  else if (canCorrect(story, text, position)) parts.push(words.free_run_press);
  return `${place}: ${parts.join(", ")}`;
}
