/** The settings of a recording, so that another text can be trained in the same way. */
import { DEFAULTS as TORCH_DEFAULTS } from "../../network/optimizers";
import type { CellKind, NetworkShape } from "../../network/types";
import type { Metadata, Recording } from "../../player/types";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import { NAMES } from "../../training/from-scratch";
import type { OptimizerOptions } from "../../training/types";
import { type Carried, CELLS, DEFAULTS, MAX_SEED, type Settings } from "./settings";

/** The text as it is read: an ignored target is followed by the next input. */
export function textOf(recording: Recording): string {
  const { alphabet, separator, inputs, targets, positions } = recording;
  const following = Array.from({ length: positions }, (_, i) => (recording.isCounted(i) ? targets[i] : inputs[i + 1]));
  const tokens = [inputs[0], ...following].filter((token) => token !== undefined);
  return tokens.map((token) => alphabet[token] ?? "").join(separator);
}

/** `network`: of the recording, null if the page does not have it. */
export function settingsOf(recording: Recording, network: NetworkShape | null): Settings {
  const { hidden_size, readout, lr } = recording.metadata;
  const output = network === null ? (readout ?? false) : network.output !== null;
  const size = network?.layers.at(-1)?.hidden_size ?? hidden_size ?? null;
  return {
    text: textOf(recording),
    cell: cellOf(recording.metadata, network) ?? "lstm",
    output,
    hiddenSize: output ? size : null,
    lr: lr ?? 0.1,
    seed: seedOf(recording.metadata) ?? 0,
  };
}

/** null: none that a page has */
function cellOf({ cell, model }: Metadata, network: NetworkShape | null): CellKind | null {
  const known = network?.layers[0]?.cell ?? (cell ?? model ?? "").toLowerCase();
  return CELLS.find((each): each is CellKind => each === known) ?? null;
}

/** null: none that a page has */
const seedOf = ({ seed }: Metadata): number | null =>
  typeof seed === "number" && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED ? seed : null;

/** `network` and `optimizer`: of the recording, null if the page does not have them. */
export function carriedOf(
  { num_layers, window, optimizer: name, forget_bias }: Metadata,
  network: NetworkShape | null,
  optimizer: OptimizerOptions | null,
  epochs: number,
): Carried {
  const first = network?.layers[0];
  return {
    layers: num_layers ?? network?.layers.length ?? DEFAULTS.layers,
    nonlinearity: first?.nonlinearity ?? DEFAULTS.nonlinearity,
    bias: first?.bias ?? DEFAULTS.bias,
    forgetBias: forget_bias ?? DEFAULTS.forgetBias,
    dtype: network?.dtype ?? DEFAULTS.dtype,
    embedding: network?.embedding ?? DEFAULTS.embedding,
    window: window ?? DEFAULTS.window,
    optimizer: optimizer ?? { kind: name?.toLowerCase() === "sgd" ? "sgd" : "adam" },
    epochs: Math.max(epochs, DEFAULTS.epochs),
  };
}

/** What is carried over and is not the default; null: nothing. */
export function describeCarried(carried: Carried, words: PageWords): string | null {
  const { layers, nonlinearity, bias, forgetBias, dtype, embedding, window, optimizer } = carried;
  const parts = [
    layers > 1 && fill(words.carried_layers, { count: layers }),
    nonlinearity === "relu" && words.carried_relu,
    !bias && words.carried_no_bias,
    forgetBias !== 0 && fill(words.carried_forget_bias, { bias: forgetBias }),
    dtype === "float64" && dtype,
    embedding !== null && fill(words.carried_embedding, { size: embedding }),
    window !== null && fill(words.carried_window, { tokens: window }),
    describeOptimizer(optimizer),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : null;
}

/** In the words of torch, since these are its options; null for plain Adam. */
function describeOptimizer({ kind, ...options }: OptimizerOptions): string | null {
  const defaults: Readonly<Record<string, unknown>> = TORCH_DEFAULTS[kind];
  const known = Object.entries(options).filter(
    ([name, value]) => value != null && JSON.stringify(value) !== JSON.stringify(defaults[name]),
  );
  if (kind === "adam" && known.length === 0) return null;
  const named = known.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(", ") : value}`);
  return [NAMES[kind], ...named].join(", ");
}

/**
 * What a training with the settings of a recording does not have in common with it; null: nothing. `reason`: what else a
 * page does not have of its training, null if that is nothing, or not known.
 */
export function describeDifferences(
  recording: Recording,
  network: NetworkShape | null,
  optimizer: OptimizerOptions | null,
  reason: string | null,
  words: PageWords,
): string | null {
  const { metadata, events, countedPositions, positions } = recording;
  const settings = settingsOf(recording, network);
  const carried = carriedOf(metadata, network, optimizer, 0);
  const parts = [
    hasLongTokens(recording) && words.differs_characters,
    countedPositions < positions && words.differs_ignored,
    !isNext(recording) && words.differs_targets,
    cellOf(metadata, network) === null &&
      fill(words.differs_cell, { cell: settings.cell.toUpperCase(), other: metadata.model ?? "?" }),
    network !== null && !isEven(network) && words.differs_layers,
    optimizer === null && fill(words.differs_optimizer, { optimizer: NAMES[carried.optimizer.kind] }),
    events.some(({ kind }) => kind === "lr" || kind === "branch") && words.differs_lr,
    seedOf(metadata) === null && fill(words.differs_seed, { seed: settings.seed }),
    reason,
  ].filter(Boolean);
  return parts.length > 0 ? fill(words.differs, { differences: parts.join(", ") }) : null;
}

const hasLongTokens = ({ alphabet, separator }: Recording): boolean =>
  separator !== "" || alphabet.some((token) => [...token].length > 1);

/** Whether each target is the next input. */
const isNext = (recording: Recording): boolean =>
  recording.inputs.every((input, i) => i === 0 || !recording.isCounted(i - 1) || recording.targets[i - 1] === input);

/** Whether all layers are alike, as those of a page. */
function isEven({ layers, output, tokens, embedding }: NetworkShape): boolean {
  const [first] = layers;
  if (first === undefined || (output !== null && output.bias !== first.bias)) return false;
  const isAlike = (layer: typeof first) =>
    (["cell", "hidden_size", "bias", "nonlinearity"] as const).every((key) => layer[key] === first[key]);
  return layers.every(isAlike) && first.input_size === (embedding ?? tokens);
}
