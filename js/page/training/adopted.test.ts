import { afterEach, describe, expect, it, vi } from "vitest";
import { pageWordsFor } from "../../text/page-words";
import { reasonAgainst } from "./adopted";

/** The elements of a page by the ends of their ids. */
function inPage(elements: Record<string, string>): void {
  const element = (id: string) => elements[id.replace("epochscope-", "")] ?? null;
  vi.stubGlobal("document", {
    getElementById: (id: string) => (element(id) === null ? null : { textContent: element(id) }),
  });
}

const training = (refused: unknown) => btoa(JSON.stringify({ optimizer: null, refused, steps: null, moments: 0 }));

describe("why a run cannot go on", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is said in the language of the reader", () => {
    const refused = { code: "criterion", criterion: "NLLLoss()" };
    inPage({ "weights-1": "", "training-1": training(refused) });
    expect(reasonAgainst("-1", null, pageWordsFor("en"))).toMatch(/^its criterion is NLLLoss\(\): /);
    expect(reasonAgainst("-1", null, pageWordsFor("ko"))).toMatch(/^손실 함수가 NLLLoss\(\)입니다/);
  });

  it("is what is missing in the page, and nothing if it can", () => {
    const words = pageWordsFor("en");
    inPage({ weights: "", training: training(null) });
    expect(reasonAgainst("", null, words)).toBeNull();
    expect(reasonAgainst("", "no layer", words)).toBe("no layer");
    inPage({ weights: "" });
    expect(reasonAgainst("", null, words)).toBe(words.no_training);
    inPage({ training: training({ code: "tied" }) });
    expect(reasonAgainst("", null, words)).toBe(words.no_weights);
  });
});
