/** A kernel for tests: lines of epochs that grow and are cut, and what it would send of them to a browser. */
import type { Parts } from "../player/decode";
import type { Chunk, GrowingRecording } from "../player/recording";
import type { RunEvent } from "../player/types";
import { encodedRecords } from "./bytes";
import { fakeParts, fakeRecords } from "./recordings";

export class FakeKernel {
  revision = 0;
  /** A serial number for every epoch of the current line: its loss, so that it is known again anywhere. */
  line: number[] = [];
  /** What became of every revision; a browser of that revision holds the start of it. */
  readonly lines: number[][] = [this.line];
  readonly #parts: Parts = fakeParts({ epochs: 0, text: "to be or not", revision: 0 });
  /** How many epochs each revision kept of the one before. */
  readonly #kept: number[] = [0];
  #serial = 0;

  get head(): number {
    return this.line.length - 1;
  }

  train(n: number): void {
    for (let i = 0; i < n; i++) this.line.push(++this.#serial);
  }

  /** Keep the first `epochs`, as after a rewind or a branch. */
  cut(epochs: number): void {
    this.line = this.line.slice(0, epochs);
    this.lines[++this.revision] = this.line;
    this.#kept[this.revision] = this.line.length;
  }

  /** The most epochs that the current line has in common with a revision. */
  shared(revision: number): number {
    return Math.min(this.line.length, ...this.#kept.slice(revision + 1));
  }

  /** What a browser with so much lacks, or at most `most` epochs of it. */
  chunk(revision: number, epochs: number, most = 1000): { chunk: Chunk; block: Uint8Array } {
    const start = revision < 0 ? 0 : Math.min(epochs, this.shared(revision));
    let after = Math.max(0, revision);
    while (after > 0 && this.shared(after - 1) >= start) after--;
    const count = Math.min(most, this.line.length - start);
    return {
      chunk: { revision: this.revision, after, start, count, events: this.#events(start, start + count) },
      block: encodedRecords(this.#records(start, start + count)),
    };
  }

  whole(): Parts {
    const { length } = this.line;
    return {
      ...this.#parts,
      revision: this.revision,
      records: this.#records(0, length),
      events: this.#events(0, length),
    };
  }

  #records(start: number, stop: number) {
    const { targets, positions, alphabet } = this.#parts;
    // Which positions are right follows from the serial number, so that every line is learned in its own way.
    const rows = this.line.slice(start, stop).map((serial) => {
      const learned = Array.from({ length: positions }, (_, position) => ((serial * 7 + position) % 5 < 2 ? 0 : -1));
      const row = fakeRecords(serial, 1, targets, learned, alphabet.length);
      row.losses[0] = serial;
      return row;
    });
    const all = fakeRecords(0, stop - start, targets, [], alphabet.length);
    for (const column of ["losses", "lrs", "positionLosses", "topTokens", "topProbabilities"] as const) {
      for (const [i, row] of rows.entries()) all[column].set(row[column], i * row[column].length);
    }
    return all;
  }

  #events(start: number, stop: number): RunEvent[] {
    const marked = this.line.map((serial, epoch) => ({ epoch, kind: "spike" as const, value: serial }));
    return marked.slice(start, stop).filter(({ value }) => value % 3 === 0);
  }
}

/** Everything that can be asked of a recording, for comparisons. */
export function contents(recording: GrowingRecording) {
  const epochs = [...Array(recording.epochs).keys()];
  const positions = [...Array(recording.positions).keys()];
  const ranks = [...Array(recording.top).keys()];
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
    rightCounts: epochs.map((epoch) => recording.rightCount(epoch)),
    learnedAt: positions.map((position) => recording.learnedAt(position)),
  };
}
