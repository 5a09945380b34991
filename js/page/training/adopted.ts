/** What a recording in the page needs to go on there. */
import { type PackedWeights, unpackWeights } from "../../player/packed-weights";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import { refusalOfNetwork } from "../../training/limits";
import type { Adopted, OptimizerOptions, OptimizerState } from "../../training/types";
import { decodeBase64, embeddedJson, embeddedText } from "../contents";
import type { RecordedRun } from "../recorded";

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
export const described = (suffix: string): Described | null =>
  embeddedJson(`epochscope-training${suffix}`) as Described | null;

/** Why a run cannot go on in the page; null: it can. */
export function reasonAgainst({ suffix, parts, weights, problem }: RecordedRun, words: PageWords): string | null {
  if (problem !== null) return problem;
  if (parts?.axis) return words.corpus;
  if (parts?.overview) return words.thinned;
  const known = described(suffix);
  if (parts === null || weights === null || known === null) return words.no_weights;
  const { metadata, positions } = parts;
  return (
    recordedReason(weights, known, words) ??
    refusalOfNetwork(weights.network, positions, metadata.window ?? null, words)
  );
}

/** Why a page does not train alike what was recorded; null: it does. */
export function recordedReason(weights: PackedWeights, known: Described | null, words: PageWords): string | null {
  if (weights.refused !== undefined) return weights.refused;
  const refused = known?.refused ?? null;
  return refused && fill(words[`cannot_${refused.code}` as keyof PageWords], refused);
}

/** What the optimizer starts with; "other": the page does not have that of the run, and goes on with Adam. */
export type Beginning = "recorded" | "anew" | "other";

export function beginningOf(suffix: string, { states }: Adopted): Beginning {
  if (described(suffix)?.optimizer === null) return "other";
  return states === null ? "anew" : "recorded";
}

/** What a run that can go on begins with; null: it cannot. Rejects if its data are damaged. */
export async function adopted({ suffix, parts, weights: packed }: RecordedRun): Promise<Adopted | null> {
  const known = described(suffix);
  if (parts === null || packed === null || known === null) return null;
  const { optimizer, steps, moments } = known;
  const { network, epochs, weights } = packed;
  return {
    ...{ parts, network, epochs, weights },
    optimizer: optimizer ?? { kind: "adam" },
    states: steps === null ? null : await statesOf(steps, moments, suffix),
  };
}

async function statesOf(steps: readonly number[], count: number, suffix: string): Promise<OptimizerState[] | null> {
  const packed = Array.from({ length: count }, (_, i) => embeddedText(`epochscope-moments-${i}${suffix}`));
  const known = packed.filter((text) => text !== null);
  if (known.length < count) return null;
  const moments = await Promise.all(known.map((text) => unpackWeights(decodeBase64(text))));
  return steps.map((step, k) => ({
    steps: step,
    moments: moments.map(({ weights }) => weights[k]).filter((each) => each !== undefined),
  }));
}
