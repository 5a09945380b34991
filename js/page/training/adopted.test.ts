import { afterEach, describe, expect, it, vi } from "vitest";
import type { Overview } from "../../player/overview";
import type { PackedWeights } from "../../player/packed-weights";
import { classic } from "../../testing/training";
import { pageWordsFor } from "../../text/page-words";
import { emptyParts, shapeOf } from "../../training/from-scratch";
import type { RecordedRun } from "../recorded";
import { reasonAgainst } from "./adopted";
import { LateKernel } from "./late-kernel";

/** The elements of a page by the ends of their ids. */
function inPage(elements: Record<string, string>): void {
  const element = (id: string) => elements[id.replace("epochscope-", "")] ?? null;
  vi.stubGlobal("document", {
    getElementById: (id: string) => (element(id) === null ? null : { textContent: element(id) }),
  });
}

const training = (refused: unknown) => btoa(JSON.stringify({ optimizer: null, refused, steps: null, moments: 0 }));
const weightsOf = (tokens: number, more: Partial<PackedWeights> = {}): PackedWeights => ({
  ...{ revision: 0, network: shapeOf({ ...classic, output: true, hiddenSize: tokens }, 14), epochs: [], weights: [] },
  ...more,
});
const run = (more: Partial<RecordedRun> = {}): RecordedRun => ({
  ...{ kernel: new LateKernel(), suffix: "", parts: emptyParts(classic), weights: weightsOf(14), problem: null },
  ...more,
});

describe("why a run cannot go on", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is said in the language of the reader", () => {
    inPage({ "training-1": training({ code: "criterion", criterion: "NLLLoss()" }) });
    const other = run({ suffix: "-1" });
    expect(reasonAgainst(other, pageWordsFor("en"))).toMatch(/^its criterion is NLLLoss\(\): /);
    expect(reasonAgainst(other, pageWordsFor("ko"))).toMatch(/^손실 함수가 NLLLoss\(\)입니다/);
  });

  it("is what is missing in the page, or too much for it, and nothing if it can", () => {
    const words = pageWordsFor("en");
    inPage({ training: training(null) });
    expect(reasonAgainst(run(), words)).toBeNull();
    expect(reasonAgainst(run({ problem: "damaged" }), words)).toBe("damaged");
    expect(reasonAgainst(run({ weights: weightsOf(14, { refused: "no layer" }) }), words)).toBe("no layer");
    expect(reasonAgainst(run({ weights: null }), words)).toBe(words.no_weights);
    expect(reasonAgainst(run({ parts: { ...emptyParts(classic), axis: "step" } }), words)).toBe(words.corpus);
    expect(reasonAgainst(run({ weights: weightsOf(300) }), words)).toContain("a page trains networks of at most");
    const overview = {} as Overview;
    expect(reasonAgainst(run({ parts: { ...emptyParts(classic), overview } }), words)).toBe(words.thinned);
    inPage({});
    expect(reasonAgainst(run(), words)).toBe(words.no_weights);
  });
});
