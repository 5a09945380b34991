import { describe, expect, it } from "vitest";
import { fakeRecording } from "../../testing/recordings";
import { pageWordsFor } from "../../text/page-words";
import { carriedOf, describeCarried, settingsOf, textOf } from "./recorded-options";
import { DEFAULTS } from "./settings";

const words = pageWordsFor("en");

describe("the text of a recording", () => {
  it("is what it reads, with what stands at ignored positions", () => {
    expect(textOf(fakeRecording({ text: "to be or not", epochs: 2 }))).toBe("to be or not");
    expect(textOf(fakeRecording({ text: "to be or not", epochs: 2, ignored: [1, 4] }))).toBe("to be or not");
  });

  it("has spaces between words", () => {
    expect(textOf(fakeRecording({ text: ["to", "be", "or"], epochs: 2 }))).toBe("to be or");
  });
});

describe("the settings of a recording", () => {
  it("are those of its training", () => {
    const metadata = { model: "GRU", cell: "gru", hidden_size: 20, readout: true, lr: 0.02, seed: 4 };
    const settings = settingsOf(fakeRecording({ text: "abcab", epochs: 2, metadata }));
    expect(settings).toEqual({ text: "abcab", cell: "gru", hiddenSize: 20, output: true, lr: 0.02, seed: 4 });
  });

  it("have defaults where nothing is known, and no hidden size without an output layer", () => {
    const { text: _, ...settings } = settingsOf(
      fakeRecording({ epochs: 2, metadata: { model: "Mine", hidden_size: 9 } }),
    );
    expect(settings).toEqual({ cell: "lstm", hiddenSize: null, output: false, lr: 0.1, seed: 0 });
  });
});

describe("what is carried over from a recording", () => {
  it("is not named if it is the default", () => {
    const carried = carriedOf({ num_layers: 1, optimizer: "Adam" }, null, null, 100);
    expect(carried).toEqual(DEFAULTS);
    expect(describeCarried(carried, words)).toBeNull();
    const plain = { kind: "adam", betas: [0.9, 0.999], eps: 1e-8 } as const;
    expect(describeCarried({ ...carried, optimizer: { ...plain, betas: [0.9, 0.999] } }, words)).toBeNull();
  });

  it("is named otherwise", () => {
    const network = { tokens: 5, embedding: 8, layers: [], output: null, dtype: "float32" } as const;
    const optimizer = { kind: "sgd", momentum: 0.9, nesterov: false } as const;
    const carried = carriedOf({ num_layers: 2, window: 20 }, { ...network, layers: [] }, optimizer, 500);
    expect(carried.epochs).toBe(500);
    expect(describeCarried(carried, words)).toBe(
      "2 layers · embedding of 8 numbers · windows of 20 tokens · SGD, momentum 0.9",
    );
  });
});
