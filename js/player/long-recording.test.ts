/** A recording that does not fit into the memory of a page, compared with one that keeps everything. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contents, TestKernel } from "../testing/kernel";
import { recordsSize } from "./decode";
import { type Budget, KEEP_ALL } from "./record-blocks";
import { GrowingRecording } from "./recording";

const RECORD = recordsSize(1, new GrowingRecording(new TestKernel().recording()).shape);
/** Blocks of four epochs, of which five are kept, and a sample of six records. */
const SMALL: Budget = { block: 4 * RECORD, bytes: 20 * RECORD, sample: 6 * RECORD, samples: 100 };

/** A kernel, a page with a small budget, and one that keeps everything. */
function watched(epochs: number) {
  const kernel = new TestKernel();
  const page = new GrowingRecording(kernel.recording(), SMALL);
  const plain = new GrowingRecording(kernel.recording(), KEEP_ALL);
  const receive = () => {
    for (const recording of [page, plain])
      while (recording.revision < kernel.revision || recording.epochs < kernel.epochs.length) {
        const { chunk, block } = kernel.chunk(recording.revision, recording.epochs, 7);
        recording.apply(chunk, block);
      }
  };
  const train = (n: number) => {
    kernel.train(n);
    receive();
  };
  const cut = (n: number) => {
    kernel.cut(n);
    kernel.train(1);
    receive();
  };
  const ask = (number: number) => {
    const first = number * page.blockSize;
    const { start, count, block } = kernel.answer(first, Math.min(page.epochs, first + page.blockSize) - 1);
    return page.fill(start, block, count);
  };
  train(epochs);
  return { kernel, page, plain, train, cut, ask };
}

const here = (recording: GrowingRecording): number[] =>
  [...Array(recording.epochs).keys()].filter((epoch) => recording.has(epoch));

/** What can be read of the epochs that are here. */
const record = (recording: GrowingRecording, epoch: number) =>
  [...Array(recording.positions).keys()].map((position) => [
    recording.positionLoss(epoch, position),
    ...[0, 1, 2, 3, 4].flatMap((rank) => [
      recording.token(epoch, position, rank),
      recording.probability(epoch, position, rank),
    ]),
  ]);

describe("a recording within the budget", () => {
  it("keeps everything, and is not thinned", () => {
    const { page, plain } = watched(20);
    expect(page.stride).toBe(1);
    expect(contents(page)).toEqual(contents(plain));
    expect([...page.missing(0, 19)]).toEqual([]);
  });
});

describe("a recording beyond the budget", () => {
  it("keeps every so many records, and the blocks that were used last", () => {
    const { page } = watched(40);
    expect(page.stride).toBe(8);
    expect(here(page)).toEqual([0, 8, 16, ...Array.from({ length: 20 }, (_, i) => 20 + i)]);
  });

  it("knows losses, counts and first errors of all epochs, and since when a position is correct", () => {
    const { page, plain } = watched(100);
    const { losses, lrs, correctCounts, firstErrors, learnedAt } = contents(plain);
    const epochs = [...Array(100).keys()];
    expect([...page.losses]).toEqual(losses);
    expect(epochs.map((epoch) => page.lr(epoch))).toEqual(lrs);
    expect(epochs.map((epoch) => page.correctCount(epoch))).toEqual(correctCounts);
    expect(epochs.map((epoch) => page.firstError(epoch))).toEqual(firstErrors);
    expect([...Array(page.positions).keys()].map((position) => page.learnedAt(position))).toEqual(learnedAt);
  });

  it("shows nothing in place of a record that is not here", () => {
    const { page } = watched(100);
    expect(page.has(3)).toBe(false);
    expect(() => page.token(3, 0)).toThrow("the record of epoch 3 is not in this page");
  });

  it("has the records that it has asked for, as they were", () => {
    const { page, plain, ask } = watched(100);
    expect([...page.missing(0, 9)]).toEqual([0, 1, 2]);
    expect(ask(1)).toBe(true);
    expect([...page.missing(0, 9)]).toEqual([0, 2]);
    for (const epoch of [4, 5, 6, 7]) expect(record(page, epoch)).toEqual(record(plain, epoch));
    expect(ask(1)).toBe(false);
  });

  it("drops the blocks that were used least recently, and never the last one", () => {
    const { page, ask } = watched(100);
    for (const number of [0, 1, 2, 3]) ask(number);
    page.touch(1);
    ask(7);
    expect([0, 1, 2, 3, 7, 24].filter((number) => ![...page.missing(0, 99)].includes(number))).toEqual([
      0, 2, 3, 7, 24,
    ]);
  });

  it("does not know since when a position is correct if it was cut, and only missing records tell", () => {
    const { page, plain, cut } = watched(100);
    cut(60);
    for (let position = 0; position < page.positions; position++)
      expect([null, plain.learnedAt(position)]).toContain(page.learnedAt(position));
  });
});

describe("a recording beyond the budget that is cut", () => {
  it("is whole again if nothing is left of it, or only what is here", () => {
    const { page, cut, train } = watched(100);
    cut(0);
    train(7);
    expect([page.stride, here(page), [...page.missing(0, 7)]]).toEqual([1, [0, 1, 2, 3, 4, 5, 6, 7], []]);
    const filled = watched(100);
    for (const number of [0, 1]) filled.ask(number);
    filled.cut(7);
    expect([filled.page.stride, here(filled.page)]).toEqual([1, [0, 1, 2, 3, 4, 5, 6, 7]]);
  });

  it("stays thinned as long as records are missing", () => {
    const { page, ask, cut } = watched(100);
    ask(0);
    cut(7);
    expect(page.stride).toBe(32);
    expect([...page.missing(0, 7)]).toEqual([1]);
  });

  it("takes what its last block lacks while it grows", () => {
    const { kernel, page, plain, cut, train } = watched(100);
    cut(50);
    expect([...page.missing(48, 50)]).toEqual([12]);
    const { start, count, block } = kernel.answer(48, 50);
    train(1);
    expect(page.fill(start, block, count)).toBe(true);
    for (const epoch of [48, 49, 50, 51]) expect(record(page, epoch)).toEqual(record(plain, epoch));
    expect([...page.missing(48, 51)]).toEqual([]);
  });
});

describe("any course of events", () => {
  const move = fc.oneof(
    fc.record({ kind: fc.constant("train"), n: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ kind: fc.constant("ask"), n: fc.nat(40) }),
    fc.record({ kind: fc.constant("touch"), n: fc.nat(150) }),
    fc.record({ kind: fc.constant("cut"), n: fc.nat(150) }),
  );

  it("leaves a page with bounded memory, all small columns, and only records that are the epoch's own", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 25 }), (moves) => {
        const { kernel, page, plain, train, cut, ask } = watched(3);
        for (const { kind, n } of moves) {
          if (kind === "train") train(n);
          else if (kind === "cut") cut(n);
          else if (kind === "touch") page.touch(n);
          else if (n * page.blockSize < page.epochs) ask(n);
          const known = here(page);
          const sampled = page.stride > 1 ? Math.ceil(page.epochs / page.stride) : 0;
          expect(known.filter((epoch) => epoch % page.stride > 0).length).toBeLessThanOrEqual(20);
          expect(sampled).toBeLessThanOrEqual(6);
          for (const epoch of known) expect(record(page, epoch)).toEqual(record(plain, epoch));
          expect([...page.losses]).toEqual(kernel.epochs);
          for (let epoch = 0; epoch < page.epochs; epoch++) {
            expect(page.correctCount(epoch)).toBe(plain.correctCount(epoch));
            expect(page.latest(epoch)).toBe(known.findLast((other) => other <= epoch) ?? -1);
            expect(page.next(epoch)).toBe(known.find((other) => other >= epoch) ?? page.epochs - 1);
          }
          const missing = [...page.missing(0, page.epochs - 1)];
          if (page.stride > 1)
            for (let epoch = 0; epoch < page.epochs; epoch++)
              if (missing.includes(Math.floor(epoch / 4)) === false) expect(page.has(epoch)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
