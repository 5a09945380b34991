/** What a recording in the page needs to go on there. */
import { decodeRecording, type Parts } from "../../player/decode";
import { unpackWeights } from "../../player/packed-weights";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import type { Adopted, OptimizerOptions, OptimizerState } from "../../training/types";
import { decodeBase64, embeddedText, unpacked } from "../contents";

/** The element `epochscope-training`, which Python writes. */
interface Described {
  /** null: one that a page does not have */
  optimizer: OptimizerOptions | null;
  /** Why the run cannot go on in a page: the end of the name of a word, and its values. */
  refused: ({ code: string } & Record<string, string>) | null;
  /** Updates of the optimizer before that of each epoch with weights. */
  steps: number[] | null;
  /** The number of elements with moments. */
  moments: number;
}

/** `suffix`: of which run of a comparison, "" of a single one. */
export function described(suffix: string): Described | null {
  const json = embeddedText(`epochscope-training${suffix}`);
  return json === null ? null : JSON.parse(new TextDecoder().decode(decodeBase64(json)));
}

/** Why a run cannot go on in the page; null: it can. `refusal`: why its network cannot be computed. */
export function reasonAgainst(suffix: string, refusal: string | null, words: PageWords): string | null {
  if (refusal !== null) return refusal;
  if (embeddedText(`epochscope-weights${suffix}`) === null) return words.no_weights;
  const known = described(suffix);
  if (known === null) return words.no_training;
  return known.refused && fill(words[`cannot_${known.refused.code}` as keyof PageWords], known.refused);
}

/** The recording of an element. Throws an Error if it is damaged. */
export const embeddedRecording = async (suffix: string): Promise<Parts> =>
  decodeRecording(await unpacked(embeddedText(`epochscope-recording${suffix}`) ?? ""));

/** What the optimizer starts with; "other": the page does not have that of the run, and goes on with Adam. */
export type Beginning = "recorded" | "anew" | "other";

export function beginningOf(suffix: string, { states }: Adopted): Beginning {
  if (described(suffix)?.optimizer === null) return "other";
  return states === null ? "anew" : "recorded";
}

/** Read a run that can go on. Throws an Error if its data are damaged. */
export async function adopted(suffix: string): Promise<Adopted> {
  const { optimizer, steps, moments } = described(suffix) as Described;
  const { network, epochs, weights } = await packed(`epochscope-weights${suffix}`);
  return {
    ...{ network, epochs, weights },
    parts: await embeddedRecording(suffix),
    optimizer: optimizer ?? { kind: "adam" },
    states: steps === null ? null : await statesOf(steps, moments, suffix),
  };
}

async function statesOf(steps: readonly number[], count: number, suffix: string): Promise<OptimizerState[] | null> {
  const names = Array.from({ length: count }, (_, i) => `epochscope-moments-${i}${suffix}`);
  if (names.some((name) => embeddedText(name) === null)) return null;
  const moments = await Promise.all(names.map(packed));
  return steps.map((step, k) => ({
    steps: step,
    moments: moments.map(({ weights }) => weights[k]).filter((each) => each !== undefined),
  }));
}

const packed = (name: string) => unpackWeights(decodeBase64(embeddedText(name) ?? ""));
