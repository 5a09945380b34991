/** What changes when the memory of a network is cut or moved, and where that is worth looking at first. Pure. */
import type { Network, What } from "../../network/network";
import { type Pass, read } from "../../network/pass";

/** (P,) each */
export interface CutResult {
  /** The position after which the state is zero; null: nothing is cut. */
  readonly after: number | null;
  readonly before: Uint32Array;
  readonly predictions: Uint32Array;
  /** Number of predictions that the cut changes. */
  readonly changed: number;
}

export interface Move {
  /** The position whose memory is taken. */
  readonly source: number;
  /** The position whose memory is replaced. */
  readonly to: number;
}

export interface CutOptions {
  /** The state after this position is set to zero. */
  after: number;
  what: What;
  window: number | null;
}

/**
 * Return the predictions (P,) with a cut: what `read` computes with it.
 *
 * Only the positions that the cut can reach are computed, because it is done in every frame while the cut is dragged.
 */
export function cutPredictions(network: Network, pass: Pass, { after, what, window }: CutOptions): Uint32Array {
  const predictions = pass.predictions.slice();
  const tokens = Uint32Array.from(pass.tokens);
  const end = Math.min(tokens.length, after + (window ?? tokens.length));
  if (end <= after + 1) return predictions;
  if (what === "all") {
    predictions.set(read(network, tokens.subarray(after + 1, end)).predictions, after + 1);
    return predictions;
  }
  const first = window === null ? 0 : Math.max(0, after - window + 2); // where the window of position after + 1 begins
  const cut = read(network, tokens.subarray(first, end), { window, cut: { after: after - first, what } });
  predictions.set(cut.predictions.subarray(after + 1 - first), after + 1);
  return predictions;
}

/** Return the number of positions at which two texts differ. */
export function countChanges(before: ArrayLike<number>, after: ArrayLike<number>): number {
  let count = 0;
  for (let position = 0; position < before.length; position++) if (before[position] !== after[position]) count++;
  return count;
}

/**
 * Return the position after which a cut teaches something.
 *
 * What is read next is the first token of the text, so that a network without memory takes it for the beginning, but
 * the text goes on differently there. Of several such positions, and if there is none, the nearest to a third of the
 * text. It does not depend on the weights, so the cut stays where it is while the epoch changes.
 */
export function defaultCut(tokens: ArrayLike<number>): number {
  const third = Math.max(0, Math.round(tokens.length / 3) - 1);
  let best: number | null = null;
  for (let after = 1; after + 2 < tokens.length; after++) {
    if (tokens[after + 1] !== tokens[0] || tokens[after + 2] === tokens[1]) continue;
    if (best === null || Math.abs(after - third) < Math.abs(best - third)) best = after;
  }
  return best ?? third;
}

/**
 * Return two positions that read the same but are followed by something else: only the memory can tell them apart.
 *
 * They have the longest common beginning, and enough of the text follows. If no token has two continuations: a quarter
 * and half of the text.
 */
export function defaultMove(tokens: ArrayLike<number>): Move {
  const length = tokens.length;
  let move: Move = { source: Math.floor(length / 4), to: Math.floor(length / 2) };
  let longest = 0;
  /** By position, the number of tokens up to there that are the same as up to `to`. */
  let common = new Uint32Array(length);
  for (let to = 1; to <= 0.6 * length && to + 1 < length; to++) {
    const next = new Uint32Array(length);
    for (let source = 0; source < to; source++) {
      if (tokens[source] !== tokens[to]) continue;
      next[source] = 1 + (source > 0 ? (common[source - 1] as number) : 0);
      if ((next[source] as number) <= longest || tokens[source + 1] === tokens[to + 1]) continue;
      longest = next[source] as number;
      move = { source, to };
    }
    common = next;
  }
  return move;
}
