/** Made-up recordings for tests and the demo: a text that is learned position by position, without a kernel. */
import { IGNORED, type Parts, type Records } from "../player/decode";
import { GrowingRecording } from "../player/recording";
import { initialStatus } from "../player/status";
import type { Metadata, OldBranch, RunEvent, Status } from "../player/types";

export interface FakeOptions {
  /** A string, or a sequence of tokens. */
  text?: string | readonly string[];
  epochs?: number;
  /** The epoch from which a position is correct; -1: never. Defaults to one after the other, every 11th never. */
  learnedAt?: (position: number, epochs: number) => number;
  /** Positions without a target. */
  ignored?: readonly number[];
  revision?: number;
  metadata?: Metadata;
  events?: RunEvent[];
  oldBranches?: OldBranch[];
}

/** The decoded recording of a made-up run. */
export function fakeParts(options: FakeOptions = {}): Parts {
  const { text = " I think therefore I am.", epochs = 300, learnedAt = inTurn, revision = 1 } = options;
  const tokens = [...text];
  const alphabet = [...new Set(tokens)].sort();
  const indices = Uint32Array.from(tokens, (token) => alphabet.indexOf(token));
  const positions = tokens.length - 1;
  const topk = Math.min(5, alphabet.length);
  const learned = Array.from({ length: positions }, (_, position) => learnedAt(position, epochs));
  const targets = indices.slice(1);
  const records = fakeRecords(0, epochs, targets, learned, alphabet.length);
  for (const position of options.ignored ?? []) {
    targets[position] = IGNORED;
    for (let epoch = 0; epoch < epochs; epoch++) records.positionLosses[epoch * positions + position] = 0;
  }
  const { events = [], oldBranches = [], metadata = { model: "LSTM", hidden_size: 14, lr: 0.1, seed: 9 } } = options;
  return {
    ...{ revision, alphabet, metadata, events, oldBranches, positions, topk, axis: null, probes: [] },
    separator: typeof text === "string" ? "" : " ",
    references: [
      { kind: "uniform", loss: Math.log(alphabet.length) },
      { kind: "previous", loss: 0.9, tokens: 1 },
      { kind: "saturation", loss: Math.log(1 + (alphabet.length - 1) * Math.exp(-2)) },
    ],
    inputs: indices.slice(0, -1),
    targets,
    records,
  };
}

/** The decoded recording of a made-up loop with two probes, a record at each 50 steps, and two scalars. */
export function fakeProbeParts(epochs = 40, options: FakeOptions = {}): Parts {
  const text = "the train of thought.held out: another.";
  const parts = fakeParts({ text, epochs, metadata: { model: "GPT" }, ...options });
  const column = (value: (epoch: number) => number) =>
    Float64Array.from({ length: epochs }, (_, epoch) => value(epoch));
  return {
    ...parts,
    references: parts.references.slice(0, 1),
    axis: "step",
    probes: [
      { name: "train", start: 0, stop: 20 },
      { name: "held out", start: 20, stop: parts.positions },
    ],
    extras: {
      places: column((epoch) => 50 * epoch),
      scalars: new Map([
        ["gradient norm", column((epoch) => 1 + 10 / (1 + epoch))],
        ["validation loss", column((epoch) => (epoch % 10 === 0 ? 3 / (1 + epoch / 10) : Number.NaN))],
      ]),
    },
  };
}

export const fakeRecording = (options: FakeOptions = {}): GrowingRecording => new GrowingRecording(fakeParts(options));

/** A status as the kernel sends it. */
export const fakeStatus = (status: Partial<Status> = {}): Status => ({ ...initialStatus, seq: 0, ...status });

const inTurn = (position: number, epochs: number): number =>
  position % 11 === 10 ? -1 : Math.round((0.05 + 0.75 * fraction(position * 0.618)) * epochs);

const fraction = (x: number): number => x - Math.floor(x);

/** Records of n epochs, all zero. */
export function emptyRecords(count: number, positions: number, tokens: number): Records {
  const ranked = count * positions * Math.min(5, tokens);
  return {
    count,
    losses: new Float64Array(count),
    lrs: new Float64Array(count).fill(0.1),
    positionLosses: new Uint16Array(count * positions),
    topTokens: tokens > 256 ? new Uint16Array(ranked) : new Uint8Array(ranked),
    topProbabilities: new Uint8Array(ranked),
  };
}

/** Epochs start .. start + count - 1. The probability of a target grows until it is learned, and after that. */
export function fakeRecords(
  start: number,
  count: number,
  targets: ArrayLike<number>,
  learned: readonly number[],
  tokens: number,
): Records {
  const positions = targets.length;
  const topk = Math.min(5, tokens);
  const records = emptyRecords(count, positions, tokens);
  for (let row = 0; row < count; row++) {
    const epoch = start + row;
    let sum = 0;
    for (let position = 0; position < positions; position++) {
      const learnedAt = learned[position] as number;
      const correct = learnedAt >= 0 && epoch >= learnedAt;
      const progress = learnedAt < 0 ? 0.2 : Math.min(1, epoch / Math.max(1, 2 * learnedAt));
      const pTarget = correct ? 0.5 + 0.45 * progress : 0.05 + 0.35 * progress;
      const cell = row * positions + position;
      const nats = -Math.log(pTarget);
      sum += nats;
      records.positionLosses[cell] = Math.round(nats * 2048);
      const target = targets[position] as number;
      // A wrong prediction changes every 7 epochs, and is a little more probable than the target.
      const prediction = correct ? target : (target + 1 + (Math.floor(epoch / 7) % (tokens - 1))) % tokens;
      const probability = correct ? pTarget : Math.min(0.9, pTarget + 0.05);
      fillRanks(records, cell * topk, topk, tokens, prediction, probability, target);
    }
    records.losses[row] = sum / positions;
  }
  return records;
}

/** The prediction first, then the target if it is another token, then the first tokens of the alphabet. */
function fillRanks(
  records: Records,
  offset: number,
  topk: number,
  tokens: number,
  prediction: number,
  p: number,
  target: number,
): void {
  const ranked = [prediction];
  if (target !== prediction) ranked.push(target);
  for (let token = 0; ranked.length < topk; token = (token + 1) % tokens)
    if (!ranked.includes(token)) ranked.push(token);
  for (let rank = 0; rank < topk; rank++) {
    records.topTokens[offset + rank] = ranked[rank] as number;
    const probability = rank === 0 ? p : ((1 - p) * (topk - rank)) / (topk * topk);
    records.topProbabilities[offset + rank] = Math.round(255 * Math.min(p, probability));
  }
}
