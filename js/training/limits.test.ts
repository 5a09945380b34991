import { describe, expect, it } from "vitest";
import { classic, words } from "../testing/training";
import { MAX_EPOCHS, mostEpochs, positionsRead, refusalOf } from "./limits";

const refused = (options: Partial<typeof classic>) => refusalOf({ ...classic, ...options }, words);

describe("the limits of a page", () => {
  it("allow the classic lab and a page of text", () => {
    expect(refused({})).toBeNull();
    expect(refused({ text: "To be, or not to be. ".repeat(100) })).toBeNull();
  });

  it.each([
    [{ text: "" }, "at least two characters"],
    [{ text: "a" }, "at least two characters"],
    [{ text: "👩" }, "at least two characters"],
    [{ text: "ab".repeat(3000) }, "5,999 characters"],
    [{ text: "abcdefgh".repeat(40), window: 160 }, "25,600 characters"],
    [{ hiddenSize: 300, output: true }, "weights"],
    [{ layers: 40, hiddenSize: 40, output: true }, "weights"],
    [{ text: "abcd".repeat(900), hiddenSize: 100, output: true }, "too long in a page"],
  ])("refuse what is too much, in a sentence: %j", (options, said) => {
    expect(refused(options)).toContain(said);
  });

  it("count the positions of all windows", () => {
    expect(positionsRead(20, null)).toBe(20);
    expect(positionsRead(20, 20)).toBe(20);
    expect(positionsRead(20, 6)).toBe(15 * 6);
  });

  it("keep fewer epochs of a long text", () => {
    expect(mostEpochs({ positions: 23, topk: 5, tokens: 14 })).toBe(MAX_EPOCHS);
    const most = mostEpochs({ positions: 4000, topk: 5, tokens: 60 });
    expect(most).toBeGreaterThan(500);
    expect(most).toBeLessThan(1000);
  });
});
