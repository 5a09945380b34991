import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contents, TestKernel } from "../testing/kernel";
import { fakeParts, fakeRecording } from "../testing/recordings";
import type { ChunkResult } from "./chunk";
import { GrowingRecording, mergeRecording } from "./recording";

/** A kernel with this many epochs, and a browser that has them all. */
function synced(epochs: number) {
  const kernel = new TestKernel();
  kernel.train(epochs);
  return { kernel, browser: new GrowingRecording(kernel.recording()) };
}

const deliver = (browser: GrowingRecording, { chunk, block }: ReturnType<TestKernel["chunk"]>): ChunkResult =>
  browser.apply(chunk, block);

describe("a recording", () => {
  const recording = fakeRecording({
    epochs: 40,
    text: "abcab",
    learnedAt: (position) => [3, -1, 0, 39][position] ?? 0,
  });

  it("has the text, the numbers and their shapes", () => {
    expect(recording).toMatchObject({ positions: 4, epochs: 40, topk: 3, separator: "", alphabet: ["a", "b", "c"] });
    expect([...recording.inputs]).toEqual([0, 1, 2, 0]);
    expect([...recording.targets]).toEqual([1, 2, 0, 1]);
    expect(recording.losses).toHaveLength(40);
    expect(recording.loss(5)).toBe(recording.losses[5]);
    expect(recording.lr(5)).toBe(0.1);
  });

  it("has tokens and probabilities by rank, most probable first", () => {
    const parts = fakeParts({ epochs: 2, text: "abcab" });
    parts.records.topTokens.set([2, 0, 1], (1 * 4 + 2) * 3);
    parts.records.topProbabilities.set([204, 51, 0], (1 * 4 + 2) * 3);
    const one = new GrowingRecording(parts);
    expect([0, 1, 2].map((rank) => one.token(1, 2, rank))).toEqual([2, 0, 1]);
    expect([0, 1, 2].map((rank) => one.probability(1, 2, rank))).toEqual([0.8, 0.2, 0]);
    expect(one.token(1, 2)).toBe(2);
    expect(one.probability(1, 2)).toBe(0.8);
  });

  it("has the loss of a position in nats, and the probability of its target", () => {
    const parts = fakeParts({ epochs: 2, text: "abcab" });
    parts.records.positionLosses[1 * 4 + 3] = 2048;
    const one = new GrowingRecording(parts);
    expect(one.positionLoss(1, 3)).toBe(1);
    expect(one.pTarget(1, 3)).toBeCloseTo(Math.exp(-1), 12);
  });

  it("is correct where the prediction equals the target", () => {
    expect([2, 3].map((epoch) => recording.isCorrect(epoch, 0))).toEqual([false, true]);
    expect([0, 39].map((epoch) => recording.isCorrect(epoch, 1))).toEqual([false, false]);
  });

  it("counts correct positions at every epoch", () => {
    expect([0, 2, 3, 38, 39].map((epoch) => recording.correctCount(epoch))).toEqual([1, 1, 2, 2, 3]);
  });

  it("has the first wrong position of every epoch, and the end of the text where all are correct", () => {
    expect([0, 3, 39].map((epoch) => recording.firstError(epoch))).toEqual([0, 1, 1]);
    const learned = fakeRecording({ epochs: 9, text: "abcab", learnedAt: (position) => 2 * position });
    expect([0, 1, 2, 4, 5, 6].map((epoch) => learned.firstError(epoch))).toEqual([1, 1, 2, 3, 3, 4]);
  });

  it("has the epoch since which a position is correct", () => {
    expect([0, 1, 2, 3].map((position) => recording.learnedAt(position))).toEqual([3, -1, 0, 39]);
  });

  it("leaves out ignored positions: neither correct nor wrong, not counted, without a loss", () => {
    const padded = fakeRecording({ epochs: 40, text: "abcab", learnedAt: () => 0, ignored: [1, 3] });
    expect([0, 1, 2, 3].map((position) => padded.isCounted(position))).toEqual([true, false, true, false]);
    expect([padded.positions, padded.countedPositions]).toEqual([4, 2]);
    expect([0, 1, 2, 3].map((position) => padded.isCorrect(39, position))).toEqual([true, false, true, false]);
    expect(padded.correctCount(39)).toBe(2);
    expect(padded.firstError(39)).toBe(4);
    expect([0, 1, 2, 3].map((position) => padded.learnedAt(position))).toEqual([0, -1, 0, -1]);
    expect([0, 1].map((position) => padded.pTarget(39, position) > 0)).toEqual([true, false]);
    expect([padded.positionLoss(39, 3), padded.pTarget(39, 3)]).toEqual([Number.NaN, Number.NaN]);
  });

  it("has no learned positions without epochs", () => {
    const empty = fakeRecording({ epochs: 0 });
    expect(empty.losses).toHaveLength(0);
    expect(empty.learnedAt(0)).toBe(-1);
  });

  it("keeps its values if the decoded bytes are overwritten", () => {
    const parts = fakeParts({ epochs: 3 });
    const known = new GrowingRecording(parts);
    const before = contents(known);
    parts.records.losses.fill(0);
    parts.records.topTokens.fill(0);
    expect(contents(known)).toEqual(before);
  });
});

describe("a recording that is written here", () => {
  const text = "abcab";
  const events = [3, 7].map((epoch) => ({ epoch, kind: "spike" as const, value: 1 }));
  const whole = () => new GrowingRecording(fakeParts({ epochs: 9, text, events }));

  it("has its rows as records, without copying them", () => {
    const parts = fakeParts({ epochs: 9, text });
    const rows = new GrowingRecording(parts).rows(4, 9);
    expect(rows.count).toBe(5);
    expect(rows.losses).toEqual(parts.records.losses.subarray(4));
    expect(rows.lrs).toEqual(parts.records.lrs.subarray(4));
    expect(rows.positionLosses).toEqual(parts.records.positionLosses.subarray(4 * 4));
    expect(rows.topTokens).toEqual(parts.records.topTokens.subarray(4 * 4 * 3));
    expect(rows.topProbabilities).toEqual(parts.records.topProbabilities.subarray(4 * 4 * 3));
    const recording = whole();
    expect(recording.rows(4, 6).losses.buffer).toBe(recording.rows(5, 9).losses.buffer);
  });

  it("that is continued with the rest of another one equals it, without events of its own", () => {
    const recording = new GrowingRecording({ ...fakeParts({ epochs: 9, text }), records: whole().rows(0, 4) });
    recording.append(whole().rows(4, 6));
    recording.append(whole().rows(4, 9), 2);
    expect(contents(recording)).toEqual({ ...contents(whole()), events: [] });
  });

  it("is, after it was truncated, as if no more had been recorded", () => {
    const recording = whole();
    recording.truncate(7);
    const expected = { ...fakeParts({ epochs: 9, text, events: events.slice(0, 1) }), records: whole().rows(0, 7) };
    expect(contents(recording)).toEqual(contents(new GrowingRecording(expected)));
    recording.append(whole().rows(7, 9));
    expect(contents(recording)).toEqual({ ...contents(whole()), events: events.slice(0, 1) });
  });

  it("is forked to a recording of its own", () => {
    const recording = whole();
    const fork = recording.fork(7);
    const truncated = whole();
    truncated.truncate(7);
    expect(contents(fork)).toEqual(contents(truncated));
    expect(fork).toMatchObject({ separator: "", alphabet: ["a", "b", "c"], revision: recording.revision });
    expect(fork.references).toEqual(recording.references);
    fork.metadata.seed = 77;
    fork.truncate(2);
    fork.append(fakeParts({ epochs: 20, text, learnedAt: () => -1 }).records, 1);
    expect(contents(recording)).toEqual(contents(whole()));
    expect(recording.metadata.seed).toBe(9);
  });
});

describe("a chunk of a new revision", () => {
  const branch = { id: 4, start: 3, count: 2, lr: 0.01 };
  const losses = new Uint8Array(Float64Array.of(1.5, 0.5).buffer);
  const header = { metadata: { seed: 7 }, old_branches: [branch] };

  it("updates old branches and metadata", () => {
    const { kernel, browser } = synced(6);
    kernel.cut(3);
    const { chunk, block } = kernel.chunk(0, 6);
    expect(browser.apply({ ...chunk, header }, block, losses)).toBe("applied");
    expect(browser.metadata).toEqual({ seed: 7 });
    expect(browser.oldBranches).toEqual([{ id: 4, start: 3, lr: 0.01, losses: Float64Array.of(1.5, 0.5) }]);
    kernel.cut(0);
    const reset = kernel.chunk(1, 3);
    browser.apply({ ...reset.chunk, header: { metadata: {}, old_branches: [] } }, reset.block);
    expect(browser.oldBranches).toEqual([]);
  });

  it("changes nothing if it is damaged", () => {
    const { kernel, browser } = synced(6);
    const before = contents(browser);
    kernel.cut(3);
    const { chunk, block } = kernel.chunk(0, 6);
    expect(() => browser.apply({ ...chunk, header }, block, losses.subarray(8))).toThrow("damaged old branches");
    expect(contents(browser)).toEqual(before);
  });
});

describe("a chunk", () => {
  it("is appended where the recording ends", () => {
    const { kernel, browser } = synced(3);
    kernel.train(4);
    expect(deliver(browser, kernel.chunk(0, 3))).toBe("applied");
    expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.recording())));
  });

  it("that overlaps adds only new epochs", () => {
    const { kernel, browser } = synced(3);
    kernel.train(4);
    expect(deliver(browser, kernel.chunk(0, 1))).toBe("applied");
    expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.recording())));
  });

  it("without new epochs is ignored", () => {
    const { kernel, browser } = synced(3);
    expect(deliver(browser, kernel.chunk(0, 1))).toBe("ignored");
    expect(deliver(browser, kernel.chunk(0, 3))).toBe("ignored");
  });

  it("beyond the end is a gap", () => {
    const { kernel, browser } = synced(3);
    kernel.train(4);
    expect(deliver(browser, kernel.chunk(0, 5))).toBe("gap");
    expect(browser.epochs).toBe(3);
  });

  it("of an earlier revision is ignored", () => {
    const { kernel, browser } = synced(3);
    kernel.train(5);
    const late = kernel.chunk(0, 3);
    kernel.cut(2);
    deliver(browser, kernel.chunk(0, 3));
    expect(deliver(browser, late)).toBe("ignored");
    expect(browser.epochs).toBe(2);
  });

  it("of a later revision replaces the epochs from its start on", () => {
    const { kernel, browser } = synced(9);
    kernel.cut(4);
    kernel.train(3);
    expect(deliver(browser, kernel.chunk(0, 9))).toBe("applied");
    expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.recording())));
  });

  it("of a later revision without epochs only discards epochs", () => {
    const { kernel, browser } = synced(9);
    kernel.cut(0);
    expect(deliver(browser, kernel.chunk(0, 9))).toBe("applied");
    expect(browser).toMatchObject({ epochs: 0, revision: 1, events: [] });
  });

  it("of a later revision that starts beyond the end is a gap", () => {
    const { kernel, browser } = synced(5);
    kernel.train(5);
    kernel.cut(8);
    expect(deliver(browser, kernel.chunk(0, 10))).toBe("gap");
    expect(browser).toMatchObject({ epochs: 5, revision: 0 });
  });

  it("of a revision that may share no epochs is a gap", () => {
    const { kernel, browser } = synced(5);
    kernel.cut(1);
    kernel.train(4);
    const latest = kernel.chunk(1, 3);
    expect(latest.chunk.after).toBe(1);
    expect(deliver(browser, latest)).toBe("gap");
    expect(browser).toMatchObject({ epochs: 5, revision: 0 });
  });

  it("that is damaged changes nothing", () => {
    const { kernel, browser } = synced(5);
    const before = contents(browser);
    kernel.cut(2);
    kernel.train(2);
    const { chunk, block } = kernel.chunk(0, 5);
    expect(() => browser.apply(chunk, block.subarray(1))).toThrow("damaged records");
    expect(contents(browser)).toEqual(before);
  });

  it("is appended without copying the recording", () => {
    const { kernel, browser } = synced(0);
    kernel.train(1);
    const { chunk, block } = kernel.chunk(0, 0);
    let moved = 0;
    let { buffer } = browser.losses;
    for (let start = 0; start < 10_000; start++) {
      browser.apply({ ...chunk, start }, block);
      if (browser.losses.buffer !== buffer) moved++;
      buffer = browser.losses.buffer;
    }
    expect(browser.epochs).toBe(10_000);
    expect(moved).toBeLessThan(20);
  });
});

describe("a whole recording", () => {
  it("replaces none, and one of an earlier revision", () => {
    const { kernel, browser } = synced(5);
    expect(mergeRecording(null, kernel.recording()).epochs).toBe(5);
    kernel.cut(2);
    expect(mergeRecording(browser, kernel.recording())).toMatchObject({ epochs: 2, revision: 1 });
  });

  it("of an earlier revision is ignored", () => {
    const { kernel, browser } = synced(5);
    const late = kernel.recording();
    kernel.cut(2);
    deliver(browser, kernel.chunk(0, 5));
    expect(mergeRecording(browser, late)).toBe(browser);
    expect(browser.epochs).toBe(2);
  });

  it("with more epochs replaces the known one", () => {
    const { kernel, browser } = synced(5);
    kernel.train(1);
    expect(mergeRecording(browser, kernel.recording()).epochs).toBe(6);
  });

  it("with fewer epochs still updates old branches, references and metadata", () => {
    const { kernel, browser } = synced(5);
    const oldBranches = [{ id: 1, start: 3, lr: 0.1, losses: Float64Array.of(1) }];
    const late = { ...kernel.recording(), oldBranches, metadata: { cell: "gru" }, references: [] };
    kernel.train(2);
    deliver(browser, kernel.chunk(0, 5));
    expect(mergeRecording(browser, late)).toBe(browser);
    expect(browser).toMatchObject({ oldBranches, metadata: { cell: "gru" }, references: [], epochs: 7 });
  });
});

describe("with lost, repeated or late messages", () => {
  const move = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("train"), n: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut"), n: fc.nat(20) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("publish"), n: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("recording"), n: fc.constant(0) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("deliver"), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("repeat"), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop"), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("gap"), n: fc.integer({ min: 1, max: 8 }) }) },
  );

  it("a browser always has the first epochs of some revision, and finally all epochs", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const { kernel, browser: first } = synced(2);
        let browser = first;
        let sent = { revision: 0, epochs: 2 };
        const inFlight: (() => ChunkResult)[] = [];
        const post = (message: ReturnType<TestKernel["chunk"]>) => {
          inFlight.push(() => deliver(browser, message));
          sent = { revision: message.chunk.revision, epochs: message.chunk.start + message.chunk.count };
        };
        for (const { kind, n } of moves) {
          const at = n % Math.max(1, inFlight.length);
          if (kind === "train") kernel.train(n);
          else if (kind === "cut") kernel.cut(n);
          else if (kind === "publish") post(kernel.chunk(sent.revision, sent.epochs, n));
          else if (kind === "gap") post(kernel.chunk(browser.revision, browser.epochs, n));
          else if (kind === "recording") {
            const parts = kernel.recording();
            inFlight.push(() => {
              browser = mergeRecording(browser, parts);
              return "applied";
            });
          } else if (kind === "drop") inFlight.splice(at, 1);
          else if (kind === "repeat") inFlight[at]?.();
          else inFlight.splice(at, 1)[0]?.();
          expect([...browser.losses]).toEqual(kernel.revisions[browser.revision]?.slice(0, browser.epochs));
        }
        for (
          let requests = 0;
          browser.revision < kernel.revision || browser.epochs < kernel.epochs.length;
          requests++
        ) {
          expect(requests).toBeLessThan(40);
          deliver(browser, kernel.chunk(browser.revision, browser.epochs, 5));
        }
        expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.recording())));
      }),
      { numRuns: 300 },
    );
  });
});
