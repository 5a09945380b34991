/** What the free run is in words: its result, and the name of each position. */
import { fill, spoken, type Words } from "../../text/words";
import { canCorrect, type Story, type Text, toneAt } from "./free-run-story";

/** The result of a free run next to a text. */
export function describeStory(words: Words, story: Story): string {
  const { given, parting, counted, correct, inputs } = story;
  const [first, rest] = [given - 1, inputs.length - given + 1];
  const template = given > 1 ? words.free_run_result_given : words.free_run_result;
  return fill(template, { correct, positions: counted, alone: parting - first, rest });
}

/** What follows from it; "" if nothing does. */
export function describeOutcome(words: Words, story: Story): string {
  const { given, parting, counted, correct, needed, inputs } = story;
  if (parting < inputs.length) return "";
  if (given === inputs.length && needed.size === 0) return words.free_run_all_given;
  if (needed.size > 0 && needed.size === counted - correct) {
    return needed.size === 1
      ? words.free_run_all_corrected_one
      : fill(words.free_run_all_corrected, { count: needed.size });
  }
  if (needed.size > 0) return words.free_run_now_right;
  return correct === counted ? words.free_run_all_correct : words.free_run_same;
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
