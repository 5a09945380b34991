/** What a page trains at most: beyond that it would keep a phone busy for minutes, or fill its memory. */
import { weightCount } from "../network/network";
import type { NetworkShape } from "../network/types";
import { recordsSize, type Shape } from "../player/decode";
import type { PageWords } from "../text/page-words";
import { fill } from "../text/words";
import { textData } from "./alphabet";
import { shapeOf } from "./from-scratch";
import type { RunOptions } from "./types";

/** Weights of a network. */
export const MAX_WEIGHTS = 200_000;
/** Positions of all windows together that an epoch reads. */
export const MAX_POSITIONS = 4_000;
/** Products of a weight and an input in an epoch: a second or so on a phone. */
export const MAX_PRODUCTS = 100_000_000;
export const MAX_EPOCHS = 10_000;
/** Of a recording. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The most epochs of a recording that a page keeps. */
export const mostEpochs = (shape: Shape): number =>
  Math.min(MAX_EPOCHS, Math.max(1, Math.floor(MAX_BYTES / recordsSize(1, shape))));

/** Number of positions that an epoch reads: those of all windows (stride 1) of a text of P positions. */
export const positionsRead = (positions: number, window: number | null): number =>
  window === null || window >= positions ? positions : (positions - window + 1) * window;

/** Why a page does not train such a run, as a sentence for the reader; null: it does. */
export function refusalOf(options: RunOptions, words: PageWords): string | null {
  const { alphabet, inputs } = textData(options.text);
  if (inputs.length === 0) return words.refused_short;
  return refusalOfNetwork(shapeOf(options, alphabet.length), inputs.length, options.window, words);
}

/** The same for a network that is given. */
export function refusalOfNetwork(
  shape: NetworkShape,
  positions: number,
  window: number | null,
  words: PageWords,
): string | null {
  const count = weightCount(shape);
  if (count > MAX_WEIGHTS) return fill(words.refused_weights, { count, most: MAX_WEIGHTS });
  const read = positionsRead(positions, window);
  if (read > MAX_POSITIONS) return fill(words.refused_positions, { count: read, most: MAX_POSITIONS });
  if (read * count > MAX_PRODUCTS) return fill(words.refused_products, { weights: count, positions: read });
  return null;
}
