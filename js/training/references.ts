/** Losses that are known without training, as `recording/references.py` defines and computes them. */
import { IGNORED } from "../player/decode";
import type { Reference } from "../player/types";

const MAX_PREVIOUS = 8;
/** Positions in all windows; counting more would take too long. */
const MAX_COUNTED = 2 ** 18;
const EQUAL = 1e-12; // nats

/**
 * The reference losses of a text. `inputs`, `targets`: (P,) indices, or `IGNORED`; `tokens`: V; `window`: tokens in a
 * window, null: the whole text is one sequence; `saturates`: whether the logits are between -1 and 1.
 */
export function referenceLosses(
  inputs: Uint32Array,
  targets: Uint32Array,
  tokens: number,
  window: number | null = null,
  saturates = false,
): Reference[] {
  const found: Reference[] = [{ kind: "uniform", loss: Math.log(tokens), tokens: null }];
  const length = Math.min(window || inputs.length, inputs.length);
  const windows = inputs.length - length + 1;
  if (windows * length <= MAX_COUNTED) found.push(...previous(inputs, targets, length, window !== null));
  if (saturates) found.push({ kind: "saturation", loss: Math.log1p((tokens - 1) * Math.exp(-2)), tokens: null });
  return found;
}

/** The minimum loss of a prediction that depends on the last k tokens of its window only, for k = 0, 1, 2, ... */
function previous(inputs: Uint32Array, targets: Uint32Array, length: number, windowed: boolean): Reference[] {
  const [read, following] = [windowsOf(inputs, length), windowsOf(targets, length)];
  const minimum = windowed ? lossAfterAll(inputs, targets, length) : 0;
  const found: Reference[] = [];
  /** A number for the last k tokens at every position. */
  let contexts: Float64Array = new Float64Array(read.length);
  for (let k = 0; k <= Math.min(length, MAX_PREVIOUS); k++) {
    if (k > 0) {
      // The last k tokens are the last k - 1 tokens at the position before, and this one; 0: no tokens.
      const before = contexts.map((_, i) => (i % length === 0 ? 0 : (contexts[i - 1] as number)));
      contexts = numberPairs(before, read).map((pair) => pair + 1);
    }
    const loss = entropy(contexts, following);
    found.push({ kind: "previous", loss, tokens: k });
    if (loss < minimum + EQUAL) return found;
  }
  if (windowed) found.push({ kind: "previous", loss: minimum, tokens: length });
  return found;
}

/** All windows, one after the other: (N T,). */
function windowsOf(values: Uint32Array, length: number): Uint32Array {
  const windows = new Uint32Array((values.length - length + 1) * length);
  for (let start = 0; start * length < windows.length; start++)
    windows.set(values.subarray(start, start + length), start * length);
  return windows;
}

/** The entropy of a target given all tokens since the beginning of its window, in nats. */
function lossAfterAll(inputs: Uint32Array, targets: Uint32Array, length: number): number {
  const windows = inputs.length - length + 1;
  let contexts: Float64Array = new Float64Array(windows);
  let [sum, counted] = [0, 0];
  for (let place = 0; place < length; place++) {
    // In window w, this place has position w + place.
    contexts = numberPairs(contexts, inputs.subarray(place, place + windows));
    const following = targets.subarray(place, place + windows);
    const count = following.reduce((total, target) => total + (target === IGNORED ? 0 : 1), 0);
    sum += entropy(contexts, following) * count;
    counted += count;
  }
  return sum / counted;
}

/** The entropy of the targets that are not ignored given their contexts, in nats; 0 if all are ignored. */
function entropy(contexts: Float64Array, targets: Uint32Array): number {
  const isCounted = (_: number, i: number) => targets[i] !== IGNORED;
  const known = contexts.filter(isCounted);
  if (known.length === 0) return 0;
  const pairs = numberPairs(known, targets.filter(isCounted));
  const [ofPair, ofContext] = [counts(pairs), counts(known)];
  let sum = 0;
  for (const [i, pair] of pairs.entries())
    sum += Math.log((ofContext[known[i] as number] as number) / (ofPair[pair] as number));
  return sum / known.length;
}

/** A number for each pair of elements, 0, 1, 2, ..., the same one for equal pairs. */
function numberPairs(first: Float64Array, second: Uint32Array): Float64Array {
  const numbers = new Map<number, number>();
  const size = second.reduce((highest, value) => Math.max(highest, value), 0) + 1;
  return first.map((value, i) => {
    const pair = value * size + (second[i] as number);
    const known = numbers.get(pair);
    if (known !== undefined) return known;
    numbers.set(pair, numbers.size);
    return numbers.size - 1;
  });
}

/** How often each number occurs. */
function counts(numbers: Float64Array): Uint32Array {
  const highest = numbers.reduce((most, value) => Math.max(most, value), 0);
  const found = new Uint32Array(highest + 1);
  for (const value of numbers) found[value] = (found[value] as number) + 1;
  return found;
}
