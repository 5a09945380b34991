import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contents, FakeKernel } from "../testing/kernel";
import { fakeParts, fakeRecording } from "../testing/recordings";
import { GrowingRecording, replaced, type Verdict } from "./recording";

/** A kernel with so many epochs, and a browser that has them all. */
function inStep(epochs: number) {
  const kernel = new FakeKernel();
  kernel.train(epochs);
  return { kernel, browser: new GrowingRecording(kernel.whole()) };
}

const deliver = (browser: GrowingRecording, { chunk, block }: ReturnType<FakeKernel["chunk"]>): Verdict =>
  browser.apply(chunk, block);

describe("a recording", () => {
  const recording = fakeRecording({
    epochs: 40,
    text: "abcab",
    learnedAt: (position) => [3, -1, 0, 39][position] ?? 0,
  });

  it("tells its text, its numbers and their shapes", () => {
    expect(recording).toMatchObject({ positions: 4, epochs: 40, top: 3, joined: true, alphabet: ["a", "b", "c"] });
    expect([...recording.inputs]).toEqual([0, 1, 2, 0]);
    expect([...recording.targets]).toEqual([1, 2, 0, 1]);
    expect(recording.losses).toHaveLength(40);
    expect(recording.loss(5)).toBe(recording.losses[5]);
    expect(recording.lr(5)).toBe(0.1);
  });

  it("says a token with its probability, rank by rank, the likeliest first", () => {
    const parts = fakeParts({ epochs: 2, text: "abcab" });
    parts.records.topTokens.set([2, 0, 1], (1 * 4 + 2) * 3);
    parts.records.topProbabilities.set([204, 51, 0], (1 * 4 + 2) * 3);
    const one = new GrowingRecording(parts);
    expect([0, 1, 2].map((rank) => one.token(1, 2, rank))).toEqual([2, 0, 1]);
    expect([0, 1, 2].map((rank) => one.probability(1, 2, rank))).toEqual([0.8, 0.2, 0]);
    expect(one.token(1, 2)).toBe(2);
    expect(one.probability(1, 2)).toBe(0.8);
  });

  it("tells the loss of a position in nats, and the probability of its target from it", () => {
    const parts = fakeParts({ epochs: 2, text: "abcab" });
    parts.records.positionLosses[1 * 4 + 3] = 2048;
    const one = new GrowingRecording(parts);
    expect(one.positionLoss(1, 3)).toBe(1);
    expect(one.pTarget(1, 3)).toBeCloseTo(Math.exp(-1), 12);
  });

  it("is right where it says the target", () => {
    expect([2, 3].map((epoch) => recording.right(epoch, 0))).toEqual([false, true]);
    expect([0, 39].map((epoch) => recording.right(epoch, 1))).toEqual([false, false]);
  });

  it("counts what is right at every epoch", () => {
    expect([0, 2, 3, 38, 39].map((epoch) => recording.rightCount(epoch))).toEqual([1, 1, 2, 2, 3]);
  });

  it("tells from when on a position is right for good", () => {
    expect([0, 1, 2, 3].map((position) => recording.learnedAt(position))).toEqual([3, -1, 0, 39]);
  });

  it("has learned nothing before there is an epoch", () => {
    const empty = fakeRecording({ epochs: 0 });
    expect(empty.losses).toHaveLength(0);
    expect(empty.learnedAt(0)).toBe(-1);
  });

  it("keeps its numbers when the bytes it came from are overwritten", () => {
    const parts = fakeParts({ epochs: 3 });
    const known = new GrowingRecording(parts);
    const before = contents(known);
    parts.records.losses.fill(0);
    parts.records.topTokens.fill(0);
    expect(contents(known)).toEqual(before);
  });
});

describe("a chunk of another revision", () => {
  const ghost = { id: 4, start: 3, count: 2, lr: 0.01 };
  const losses = new Uint8Array(Float64Array.of(1.5, 0.5).buffer);
  const line = { about: { seed: 7 }, ghosts: [ghost] };

  it("brings what else is another: the ghosts, and what the run was made with", () => {
    const { kernel, browser } = inStep(6);
    kernel.cut(3);
    const { chunk, block } = kernel.chunk(0, 6);
    expect(browser.apply({ ...chunk, line }, block, losses)).toBe("changed");
    expect(browser.about).toEqual({ seed: 7 });
    expect(browser.ghosts).toEqual([{ id: 4, start: 3, lr: 0.01, losses: Float64Array.of(1.5, 0.5) }]);
    kernel.cut(0);
    const reset = kernel.chunk(1, 3);
    browser.apply({ ...reset.chunk, line: { about: {}, ghosts: [] } }, reset.block);
    expect(browser.ghosts).toEqual([]);
  });

  it("that is damaged changes nothing", () => {
    const { kernel, browser } = inStep(6);
    const before = contents(browser);
    kernel.cut(3);
    const { chunk, block } = kernel.chunk(0, 6);
    expect(() => browser.apply({ ...chunk, line }, block, losses.subarray(8))).toThrow("damaged ghosts");
    expect(contents(browser)).toEqual(before);
  });
});

describe("a chunk", () => {
  it("is appended where the recording ends", () => {
    const { kernel, browser } = inStep(3);
    kernel.train(4);
    expect(deliver(browser, kernel.chunk(0, 3))).toBe("changed");
    expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.whole())));
  });

  it("that overlaps adds only what is new", () => {
    const { kernel, browser } = inStep(3);
    kernel.train(4);
    expect(deliver(browser, kernel.chunk(0, 1))).toBe("changed");
    expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.whole())));
  });

  it("that holds nothing new is ignored", () => {
    const { kernel, browser } = inStep(3);
    expect(deliver(browser, kernel.chunk(0, 1))).toBe("ignored");
    expect(deliver(browser, kernel.chunk(0, 3))).toBe("ignored");
  });

  it("beyond the end is a gap: ask", () => {
    const { kernel, browser } = inStep(3);
    kernel.train(4);
    expect(deliver(browser, kernel.chunk(0, 5))).toBe("ask");
    expect(browser.epochs).toBe(3);
  });

  it("of an earlier revision is old news", () => {
    const { kernel, browser } = inStep(3);
    kernel.train(5);
    const late = kernel.chunk(0, 3);
    kernel.cut(2);
    deliver(browser, kernel.chunk(0, 3));
    expect(deliver(browser, late)).toBe("ignored");
    expect(browser.epochs).toBe(2);
  });

  it("of a later revision cuts what is no longer so, and goes on from there", () => {
    const { kernel, browser } = inStep(9);
    kernel.cut(4);
    kernel.train(3);
    expect(deliver(browser, kernel.chunk(0, 9))).toBe("changed");
    expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.whole())));
  });

  it("of a later revision without epochs only cuts", () => {
    const { kernel, browser } = inStep(9);
    kernel.cut(0);
    expect(deliver(browser, kernel.chunk(0, 9))).toBe("changed");
    expect(browser).toMatchObject({ epochs: 0, revision: 1, events: [] });
  });

  it("of a later revision that starts beyond the end is a gap: ask", () => {
    const { kernel, browser } = inStep(5);
    kernel.train(5);
    kernel.cut(8);
    expect(deliver(browser, kernel.chunk(0, 10))).toBe("ask");
    expect(browser).toMatchObject({ epochs: 5, revision: 0 });
  });

  it("of a revision that may share nothing with ours: ask", () => {
    const { kernel, browser } = inStep(5);
    kernel.cut(1);
    kernel.train(4);
    const news = kernel.chunk(1, 3);
    expect(news.chunk.after).toBe(1);
    expect(deliver(browser, news)).toBe("ask");
    expect(browser).toMatchObject({ epochs: 5, revision: 0 });
  });

  it("that is damaged leaves the recording as it was", () => {
    const { kernel, browser } = inStep(5);
    const before = contents(browser);
    kernel.cut(2);
    kernel.train(2);
    const { chunk, block } = kernel.chunk(0, 5);
    expect(() => browser.apply(chunk, block.subarray(1))).toThrow("damaged records");
    expect(contents(browser)).toEqual(before);
  });

  it("costs what it holds: ten thousand of them take no longer than a moment", () => {
    const { kernel, browser } = inStep(0);
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
  it("is taken when there is none, and when its revision is later", () => {
    const { kernel, browser } = inStep(5);
    expect(replaced(null, kernel.whole()).epochs).toBe(5);
    kernel.cut(2);
    expect(replaced(browser, kernel.whole())).toMatchObject({ epochs: 2, revision: 1 });
  });

  it("of an earlier revision is old news", () => {
    const { kernel, browser } = inStep(5);
    const late = kernel.whole();
    kernel.cut(2);
    deliver(browser, kernel.chunk(0, 5));
    expect(replaced(browser, late)).toBe(browser);
    expect(browser.epochs).toBe(2);
  });

  it("with more epochs takes the place of ours", () => {
    const { kernel, browser } = inStep(5);
    kernel.train(1);
    expect(replaced(browser, kernel.whole()).epochs).toBe(6);
  });

  it("that chunks have overtaken still brings ghosts, references and what the run is about", () => {
    const { kernel, browser } = inStep(5);
    const ghosts = [{ id: 1, start: 3, lr: 0.1, losses: Float64Array.of(1) }];
    const late = { ...kernel.whole(), ghosts, about: { cell: "gru" }, references: [] };
    kernel.train(2);
    deliver(browser, kernel.chunk(0, 5));
    expect(replaced(browser, late)).toBe(browser);
    expect(browser).toMatchObject({ ghosts, about: { cell: "gru" }, references: [], epochs: 7 });
  });
});

describe("whatever is lost, doubled or late", () => {
  const move = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("train"), n: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut"), n: fc.nat(20) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("publish"), n: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("whole"), n: fc.constant(0) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("deliver"), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("repeat"), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop"), n: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("ask"), n: fc.integer({ min: 1, max: 8 }) }) },
  );

  it("a browser holds only the start of a line that there was, and after asking the whole line", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const { kernel, browser: first } = inStep(2);
        let browser = first;
        let sent = { revision: 0, epochs: 2 };
        const underway: (() => Verdict)[] = [];
        const post = (letter: ReturnType<FakeKernel["chunk"]>) => {
          underway.push(() => deliver(browser, letter));
          sent = { revision: letter.chunk.revision, epochs: letter.chunk.start + letter.chunk.count };
        };
        for (const { kind, n } of moves) {
          const at = n % Math.max(1, underway.length);
          if (kind === "train") kernel.train(n);
          else if (kind === "cut") kernel.cut(n);
          else if (kind === "publish") post(kernel.chunk(sent.revision, sent.epochs, n));
          else if (kind === "ask") post(kernel.chunk(browser.revision, browser.epochs, n));
          else if (kind === "whole") {
            const parts = kernel.whole();
            underway.push(() => {
              browser = replaced(browser, parts);
              return "changed";
            });
          } else if (kind === "drop") underway.splice(at, 1);
          else if (kind === "repeat") underway[at]?.();
          else underway.splice(at, 1)[0]?.();
          expect([...browser.losses]).toEqual(kernel.lines[browser.revision]?.slice(0, browser.epochs));
        }
        for (let asked = 0; browser.revision < kernel.revision || browser.epochs < kernel.line.length; asked++) {
          expect(asked).toBeLessThan(40);
          deliver(browser, kernel.chunk(browser.revision, browser.epochs, 5));
        }
        expect(contents(browser)).toEqual(contents(new GrowingRecording(kernel.whole())));
      }),
      { numRuns: 300 },
    );
  });
});
