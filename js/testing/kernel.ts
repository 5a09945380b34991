/** A kernel for tests: a run whose epochs grow and are cut, and the chunks that it would send to a browser. */

import type { Chunk } from "../player/chunk";
import type { Parts, Records } from "../player/decode";
import type { GrowingRecording } from "../player/recording";
import type { RunEvent } from "../player/types";
import { encodedRecords } from "./bytes";
import { emptyRecords, fakeParts, fakeRecords } from "./recordings";

export class TestKernel {
  revision = 0;
  /** A serial number for every epoch of the run, which is also its loss: it identifies the epoch. */
  epochs: number[] = [];
  /** The epochs of every revision; a browser at that revision holds the first ones. */
  readonly revisions: number[][] = [this.epochs];
  readonly #parts: Parts = fakeParts({ epochs: 0, text: "to be or not", revision: 0 });
  /** How many epochs each revision kept of the one before. */
  readonly #kept: number[] = [0];
  #serial = 0;

  get head(): number {
    return this.epochs.length - 1;
  }

  train(n: number): void {
    for (let i = 0; i < n; i++) this.epochs.push(++this.#serial);
  }

  /** Keep the first `count` epochs, as a rewind or a branch does. */
  cut(count: number): void {
    this.epochs = this.epochs.slice(0, count);
    this.revisions[++this.revision] = this.epochs;
    this.#kept[this.revision] = this.epochs.length;
  }

  /** How many epochs, at most, the run shares with an earlier revision. */
  shared(revision: number): number {
    return Math.min(this.epochs.length, ...this.#kept.slice(revision + 1));
  }

  /** The chunk for a browser at `revision` with `epochs` epochs: what it lacks, or the first `limit` epochs of that. */
  chunk(revision: number, epochs: number, limit = 1000): { chunk: Chunk; block: Uint8Array } {
    const start = revision < 0 ? 0 : Math.min(epochs, this.shared(revision));
    let after = Math.max(0, revision);
    while (after > 0 && this.shared(after - 1) >= start) after--;
    const count = Math.min(limit, this.epochs.length - start);
    return {
      chunk: { revision: this.revision, after, start, count, events: this.#events(start, start + count) },
      block: encodedRecords(this.#records(start, start + count)),
    };
  }

  /** What it answers to a request for the records of epochs first .. last. */
  answer(first: number, last: number): { start: number; count: number; block: Uint8Array } {
    const stop = Math.min(last + 1, this.epochs.length);
    return { start: first, count: stop - first, block: encodedRecords(this.#records(first, stop)) };
  }

  recording(): Parts {
    const { length } = this.epochs;
    return {
      ...this.#parts,
      revision: this.revision,
      records: this.#records(0, length),
      events: this.#events(0, length),
    };
  }

  #records(start: number, stop: number): Records {
    const { targets, positions, alphabet } = this.#parts;
    const all = emptyRecords(stop - start, positions, alphabet.length);
    for (const [i, serial] of this.epochs.slice(start, stop).entries()) {
      // Which positions are correct follows from the serial number, so that every run is learned differently.
      const learned = Array.from({ length: positions }, (_, position) => ((serial * 7 + position) % 5 < 2 ? 0 : -1));
      const row = fakeRecords(serial, 1, targets, learned, alphabet.length);
      row.losses[0] = serial;
      for (const column of ["losses", "lrs", "positionLosses", "topTokens", "topProbabilities"] as const) {
        all[column].set(row[column], i * row[column].length);
      }
    }
    return all;
  }

  #events(start: number, stop: number): RunEvent[] {
    const events = this.epochs.map((serial, epoch) => ({ epoch, kind: "spike" as const, value: serial }));
    return events.slice(start, stop).filter(({ value }) => value % 3 === 0);
  }
}

/** All contents of a recording, for comparisons. */
export function contents(recording: GrowingRecording) {
  const epochs = [...Array(recording.epochs).keys()];
  const positions = [...Array(recording.positions).keys()];
  const ranks = [...Array(recording.topk).keys()];
  const cells = epochs.flatMap((epoch) => positions.map((position) => [epoch, position] as const));
  return {
    revision: recording.revision,
    losses: [...recording.losses],
    lrs: epochs.map((epoch) => recording.lr(epoch)),
    events: recording.events,
    positionLosses: cells.map(([epoch, position]) => recording.positionLoss(epoch, position)),
    tokens: cells.flatMap(([epoch, position]) => ranks.map((rank) => recording.token(epoch, position, rank))),
    probabilities: cells.flatMap(([epoch, position]) =>
      ranks.map((rank) => recording.probability(epoch, position, rank)),
    ),
    correctCounts: epochs.map((epoch) => recording.correctCount(epoch)),
    firstErrors: epochs.map((epoch) => recording.firstError(epoch)),
    learnedAt: positions.map((position) => recording.learnedAt(position)),
  };
}
