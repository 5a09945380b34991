/** What a page makes of the options of a run: its text as tokens, its network, its recording without epochs. */
import { weightCount } from "../network/network";
import type { LayerShape, NetworkShape } from "../network/types";
import type { Parts } from "../player/decode";
import type { Metadata } from "../player/types";
import { textData } from "./alphabet";
import { MAX_TOP } from "./condense";
import { referenceLosses } from "./references";
import type { RunOptions } from "./types";

/** The network of a run over V tokens. Without an output layer the last hidden size is V. */
export function shapeOf(options: RunOptions, tokens: number): NetworkShape {
  const { cell, hiddenSize, layers, embedding, output, bias, dtype } = options;
  const nonlinearity = cell === "rnn" ? options.nonlinearity : "tanh";
  const size = (output ? hiddenSize : null) ?? tokens;
  const shapes = Array.from({ length: layers }, (_, index): LayerShape => {
    const below = index === 0 ? (embedding ?? tokens) : size;
    return { cell, input_size: below, hidden_size: size, bias, nonlinearity };
  });
  return { tokens, embedding, layers: shapes, output: output ? { bias } : null, dtype };
}

/** The recording of a run before its first epoch. */
export function emptyParts(options: RunOptions): Parts {
  const { alphabet, inputs, targets } = textData(options.text);
  const positions = inputs.length;
  const shape = shapeOf(options, alphabet.length);
  const { window } = options;
  return {
    revision: 0,
    ...{ alphabet, inputs, targets, positions },
    separator: "",
    metadata: metadataOf(options, shape),
    references: referenceLosses(inputs, targets, alphabet.length, window, shape.output === null),
    events: [],
    oldBranches: [],
    topk: Math.min(MAX_TOP, alphabet.length),
    records: {
      count: 0,
      losses: new Float64Array(),
      lrs: new Float64Array(),
      positionLosses: new Uint16Array(),
      topTokens: alphabet.length > 256 ? new Uint16Array() : new Uint8Array(),
      topProbabilities: new Uint8Array(),
    },
  };
}

/** The names of the optimizers, as of torch's classes. */
export const NAMES = { adam: "Adam", sgd: "SGD" } as const;

/** What is added to the biases of the forget gates, if there are any. */
export const forgetBiasOf = ({ cell, bias, forgetBias }: RunOptions): number =>
  cell === "lstm" && bias ? forgetBias : 0;

function metadataOf(options: RunOptions, shape: NetworkShape): Metadata {
  const { cell, layers, output, optimizer, lr, seed, window } = options;
  const forgetBias = forgetBiasOf(options);
  return {
    model: cell.toUpperCase(),
    cell,
    readout: output,
    hidden_size: shape.layers[0]?.hidden_size ?? 0,
    num_layers: layers,
    ...(forgetBias !== 0 && { forget_bias: forgetBias }),
    parameters: weightCount(shape),
    optimizer: NAMES[optimizer.kind],
    ...{ lr, seed, window },
    device: "cpu",
    source: "page",
    trained_in_page: 0,
  };
}
