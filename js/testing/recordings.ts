/** Recordings made up for tests and demo pages: a text that is learned position by position, with no kernel. */
import type { Parts, Records } from "../player/decode";
import { GrowingRecording } from "../player/recording";
import type { About, Ghost, RunEvent, Status } from "../player/types";

export interface FakeOptions {
  /** A string, or a sequence of tokens. */
  text?: string | readonly string[];
  epochs?: number;
  /** The epoch at which a position is learned; -1: never. Default: one after the other, the last one never. */
  learnedAt?: (position: number, epochs: number) => number;
  revision?: number;
  about?: About;
  events?: RunEvent[];
  ghosts?: Ghost[];
}

/** What the kernel would send of a made-up run of E epochs. */
export function fakeParts(options: FakeOptions = {}): Parts {
  const { text = " I think therefore I am.", epochs = 300, learnedAt = inTurn, revision = 1 } = options;
  const tokens = [...text];
  const alphabet = [...new Set(tokens)].sort();
  const indices = Uint32Array.from(tokens, (token) => alphabet.indexOf(token));
  const positions = tokens.length - 1;
  const top = Math.min(5, alphabet.length);
  const learned = Array.from({ length: positions }, (_, position) => learnedAt(position, epochs));
  const targets = indices.slice(1);
  const { events = [], ghosts = [], about = { model: "LSTM", hidden_size: 14, lr: 0.1, seed: 9 } } = options;
  return {
    ...{ revision, alphabet, joined: typeof text === "string", about, events, ghosts, positions, top },
    references: [
      { kind: "uniform", loss: Math.log(alphabet.length) },
      { kind: "previous", loss: 0.9, tokens: 1 },
      { kind: "saturation", loss: Math.log(1 + (alphabet.length - 1) * Math.exp(-2)) },
    ],
    inputs: indices.slice(0, -1),
    targets,
    records: fakeRecords(0, epochs, targets, learned, alphabet.length),
  };
}

/** The same as `fakeParts`, ready to be shown. */
export const fakeRecording = (options: FakeOptions = {}): GrowingRecording => new GrowingRecording(fakeParts(options));

export function fakeStatus(status: Partial<Status> = {}): Status {
  return {
    ...{ state: "idle", head: -1, revision: 0, goal: 300, speed: 12, reason: null, message: null, source: "trainer" },
    ...status,
  };
}

const inTurn = (position: number, epochs: number): number =>
  position % 11 === 10 ? -1 : Math.round((0.05 + 0.75 * fraction(position * 0.618)) * epochs);

const fraction = (x: number): number => x - Math.floor(x);

/** Epochs start .. start + count - 1. A position grows surer of its target until it is learned, and after it. */
export function fakeRecords(
  start: number,
  count: number,
  targets: ArrayLike<number>,
  learned: readonly number[],
  tokens: number,
): Records {
  const positions = targets.length;
  const top = Math.min(5, tokens);
  const records: Records = {
    count,
    losses: new Float64Array(count),
    lrs: new Float64Array(count).fill(0.1),
    positionLosses: new Uint16Array(count * positions),
    topTokens: tokens > 256 ? new Uint16Array(count * positions * top) : new Uint8Array(count * positions * top),
    topProbabilities: new Uint8Array(count * positions * top),
  };
  for (let row = 0; row < count; row++) {
    const epoch = start + row;
    let sum = 0;
    for (let position = 0; position < positions; position++) {
      const at = learned[position] as number;
      const right = at >= 0 && epoch >= at;
      const ripe = at < 0 ? 0.2 : Math.min(1, epoch / Math.max(1, 2 * at));
      const sure = right ? 0.5 + 0.45 * ripe : 0.05 + 0.35 * ripe;
      const cell = row * positions + position;
      const nats = -Math.log(sure);
      sum += nats;
      records.positionLosses[cell] = Math.round(nats * 2048);
      const target = targets[position] as number;
      // A wrong guess changes now and then, and is a little likelier than the target.
      const guess = right ? target : (target + 1 + (Math.floor(epoch / 7) % (tokens - 1))) % tokens;
      const said = right ? sure : Math.min(0.9, sure + 0.05);
      fillRanks(records, cell * top, top, tokens, guess, said, target);
    }
    records.losses[row] = sum / positions;
  }
  return records;
}

/** The guess first, then the target if it is another token, then what comes next in the alphabet. */
function fillRanks(
  records: Records,
  at: number,
  top: number,
  tokens: number,
  guess: number,
  p: number,
  target: number,
): void {
  const ranked = [guess];
  if (target !== guess) ranked.push(target);
  for (let token = 0; ranked.length < top; token = (token + 1) % tokens)
    if (!ranked.includes(token)) ranked.push(token);
  for (let rank = 0; rank < top; rank++) {
    records.topTokens[at + rank] = ranked[rank] as number;
    const probability = rank === 0 ? p : ((1 - p) * (top - rank)) / (top * top);
    records.topProbabilities[at + rank] = Math.round(255 * Math.min(p, probability));
  }
}
