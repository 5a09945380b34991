/** A free run next to its text: where it parts from the text, and what its corrections come to. No DOM. */
import { freeRun } from "../../network/free-run";
import type { Network } from "../../network/network";
import type { Recording } from "../../player/types";
import type { Passage } from "./inspection";
import type { Tone } from "./tile-lines";

/** The text of a run, as a free run is compared with it. */
export interface Text {
  /** (P,) what is read */
  readonly tokens: Uint32Array;
  /** (P,) the token that follows in the text; -1: it is not known */
  readonly next: Int32Array;
  /** (P,) whether the position has a target */
  readonly counted: readonly boolean[];
}

export interface Story {
  /** Number of tokens that are given before the network reads its own. */
  readonly given: number;
  /** (P,) each, as in `FreeRun` */
  readonly inputs: Uint32Array;
  readonly predictions: Uint32Array;
  readonly said: Uint32Array;
  /** The first position, from the last given one on, at which the text goes on differently; P: none. */
  readonly parting: number;
  /** (P,) with the text as input */
  readonly withTeacher: Uint32Array;
  /** Of the positions with a target: how many, and how many are correct with the text as input. */
  readonly counted: number;
  readonly correct: number;
  /** The positions of corrections, and of those that replace another prediction at this epoch. */
  readonly corrections: ReadonlySet<number>;
  readonly needed: ReadonlySet<number>;
}

export function textOf(recording: Recording, { tokens }: Passage): Text {
  const counted = Array.from(tokens, (_, position) => recording.isCounted(position));
  const next = Int32Array.from(tokens, (_, position) => {
    if (counted[position]) return recording.targets[position] as number;
    return position + 1 < recording.positions ? (recording.inputs[position + 1] as number) : -1;
  });
  return { tokens, next, counted };
}

export function storyOf(
  network: Network,
  text: Text,
  withTeacher: Uint32Array,
  { given: wanted, corrections: chosen }: { given: number; corrections: ReadonlySet<number> },
): Story {
  const { tokens, next, counted } = text;
  const length = tokens.length;
  const given = Math.min(length, Math.max(1, wanted));
  const positions = [...chosen].filter((at) => at >= given - 1 && at < length && (next[at] as number) >= 0);
  const corrections = new Map(positions.map((at) => [at, next[at] as number]));
  const { inputs, predictions, said } = freeRun(network, tokens, { given, length, corrections });
  const differs = (at: number): boolean => (next[at] as number) >= 0 && said[at] !== next[at];
  let parting = given - 1;
  while (parting < length && !differs(parting)) parting++;
  return {
    ...{ given, inputs, predictions, said, parting, withTeacher },
    counted: counted.filter(Boolean).length,
    correct: counted.filter((has, at) => has && withTeacher[at] === next[at]).length,
    corrections: new Set(positions),
    needed: new Set(positions.filter((at) => predictions[at] !== next[at])),
  };
}

/** What a prediction is, compared with the text. After the run has parted from it, positions cannot be compared. */
export function toneAt({ given, parting, said, needed }: Story, { next, counted }: Text, position: number): Tone {
  if (needed.has(position)) return "corrected";
  if (position > parting && position >= given) return "plain";
  if (!counted[position] && position !== parting) return "plain";
  return said[position] === next[position] ? "correct" : "wrong";
}

/** Whether pressing a position changes the run. */
export const canCorrect = (story: Story, text: Text, position: number): boolean =>
  story.corrections.has(position) ||
  (position >= story.given - 1 && (text.next[position] as number) >= 0 && story.said[position] !== text.next[position]);
