import { describe, expect, it } from "vitest";
import type { NetworkShape } from "../../network/types";
import { fakeRecording } from "../../testing/recordings";
import { pageWordsFor } from "../../text/page-words";
import { shapeOf } from "../../training/from-scratch";
import type { OptimizerOptions } from "../../training/types";
import { carriedOf, describeCarried, describeDifferences, settingsOf, textOf } from "./recorded-options";
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
    const settings = settingsOf(fakeRecording({ text: "abcab", epochs: 2, metadata }), null);
    expect(settings).toEqual({ text: "abcab", cell: "gru", hiddenSize: 20, output: true, lr: 0.02, seed: 4 });
  });

  it("have defaults where nothing is known, and no hidden size without an output layer", () => {
    const { text: _, ...settings } = settingsOf(
      fakeRecording({ epochs: 2, metadata: { model: "Mine", hidden_size: 9 } }),
      null,
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

  it("is what the network of the recording has, also if it is described nowhere else", () => {
    const layer = { cell: "rnn", input_size: 8, hidden_size: 9, bias: false, nonlinearity: "relu" } as const;
    const network: NetworkShape = {
      ...{ tokens: 5, embedding: 8, output: { bias: false }, dtype: "float64" },
      layers: [layer, { ...layer, input_size: 9 }],
    };
    const recording = fakeRecording({ epochs: 2, metadata: { model: "Mine" } });
    expect(settingsOf(recording, network)).toMatchObject({ cell: "rnn", output: true, hiddenSize: 9 });
    const carried = carriedOf({ forget_bias: 1.5 }, network, null, 100);
    expect(shapeOf({ ...carried, ...settingsOf(recording, network) }, 5)).toEqual(network);
    expect(describeCarried(carried, words)).toBe(
      "2 layers · ReLU · no biases · forget bias 1.5 · float64 · embedding of 8 numbers",
    );
  });
});

describe("what is not as in the recording", () => {
  const adam = { kind: "adam" } as const;
  const metadata = { model: "LSTM", cell: "lstm", seed: 3, optimizer: "Adam" };
  const differences = (
    options: Parameters<typeof fakeRecording>[0],
    network: NetworkShape | null = null,
    optimizer: OptimizerOptions | null = adam,
    reason: string | null = null,
  ) => describeDifferences(fakeRecording({ epochs: 2, metadata, ...options }), network, optimizer, reason, words);

  it("is nothing if a page has all of it", () => {
    expect(differences({ text: "abcab" })).toBeNull();
  });

  it.each([
    [{ text: ["to", "be", "or"] }, "characters instead of words"],
    [{ text: "abcab", ignored: [1] }, "every target counts"],
    [{ metadata: { ...metadata, model: "Mine", cell: "" } }, "LSTM instead of Mine"],
    [{ metadata: { ...metadata, seed: 2 ** 40 } }, "seed 0"],
    [{ metadata: { model: "LSTM" } }, "seed 0"],
  ])("is said of %o", (options, expected) => {
    expect(differences(options)).toBe(`Not as in the recording: ${expected}.`);
  });

  it("is said of the optimizer, of layers, and of what else a page does not have", () => {
    const layer = { cell: "lstm", input_size: 5, hidden_size: 5, bias: true, nonlinearity: "tanh" } as const;
    const network: NetworkShape = {
      ...{ tokens: 5, embedding: null, output: null, dtype: "float32" },
      layers: [layer, { ...layer, bias: false }],
    };
    expect(differences({ text: ["to", "be", "or"] }, network, null, "it has dropout")).toBe(
      "Not as in the recording: characters instead of words, all layers are alike, Adam with its usual options, it has dropout.",
    );
  });
});
