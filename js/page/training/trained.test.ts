import { describe, expect, it } from "vitest";
import { pageWordsFor } from "../../text/page-words";
import { describeTrained, fileName } from "./trained";

const words = pageWordsFor("en");

describe("the sentence on what was trained in the page", () => {
  it("is one for all runs that have the same beginning", () => {
    expect(describeTrained([0], [], words)).toBe("Trained in this page.");
    expect(describeTrained([300, 300], ["RNN", "LSTM"], words)).toBe("Trained in this page from epoch 300 on.");
  });

  it("is one for each run otherwise, without those that only replay", () => {
    expect(describeTrained([null, 1200, 0], ["RNN", "LSTM", "GRU"], words)).toBe(
      "LSTM: trained in this page from epoch 1,200 on. GRU: trained in this page.",
    );
  });

  it("is empty if nothing was trained here", () => {
    expect(describeTrained([null, null], ["RNN", "LSTM"], words)).toBe("");
  });
});

describe("the name of a file", () => {
  it.each([
    ["LSTM", "epochscope-lstm.npz"],
    ["LSTM, lr 0.01", "epochscope-lstm-lr-0.01.npz"],
    ["“나는”", "epochscope.npz"],
    ['"); import os', "epochscope-import-os.npz"],
    ["eval(x)", "epochscope-eval-x.npz"],
    ["../../etc", "epochscope-etc.npz"],
  ])("of %s has only letters and digits", (label, name) => {
    expect(fileName(label)).toBe(name);
  });
});
