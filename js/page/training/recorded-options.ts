/** The settings of a recording, so that another text can be trained in the same way. */
import type { CellKind, NetworkShape } from "../../network/types";
import type { Metadata, Recording } from "../../player/types";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import type { OptimizerOptions } from "../../training/types";
import { type Carried, CELLS, DEFAULTS, type Settings } from "./settings";

/** The text as it is read: an ignored target is followed by the next input. */
export function textOf(recording: Recording): string {
  const { alphabet, separator, inputs, targets, positions } = recording;
  const following = Array.from({ length: positions }, (_, i) => (recording.isCounted(i) ? targets[i] : inputs[i + 1]));
  const tokens = [inputs[0], ...following].filter((token) => token !== undefined);
  return tokens.map((token) => alphabet[token] ?? "").join(separator);
}

export function settingsOf(recording: Recording): Settings {
  const { cell, model, hidden_size, readout, lr, seed } = recording.metadata;
  const known = (cell ?? model ?? "").toLowerCase();
  const output = readout ?? false;
  return {
    text: textOf(recording),
    cell: CELLS.find((each): each is CellKind => each === known) ?? "lstm",
    output,
    hiddenSize: output ? (hidden_size ?? null) : null,
    lr: lr ?? 0.1,
    seed: seed ?? 0,
  };
}

/** `network` and `optimizer`: of the recording, null if the page does not have them. */
export function carriedOf(
  { num_layers, window, optimizer: name }: Metadata,
  network: NetworkShape | null,
  optimizer: OptimizerOptions | null,
  epochs: number,
): Carried {
  return {
    layers: num_layers ?? DEFAULTS.layers,
    embedding: network?.embedding ?? DEFAULTS.embedding,
    window: window ?? DEFAULTS.window,
    optimizer: optimizer ?? { kind: name?.toLowerCase() === "sgd" ? "sgd" : "adam" },
    epochs: Math.max(epochs, DEFAULTS.epochs),
  };
}

/** What is carried over and is not the default; null: nothing. */
export function describeCarried({ layers, embedding, window, optimizer }: Carried, words: PageWords): string | null {
  const parts = [
    layers > 1 && fill(words.carried_layers, { count: layers }),
    embedding !== null && fill(words.carried_embedding, { size: embedding }),
    window !== null && fill(words.carried_window, { tokens: window }),
    describeOptimizer(optimizer),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : null;
}

/** In the words of torch, since these are its options; null for plain Adam. */
function describeOptimizer({ kind, ...options }: OptimizerOptions): string | null {
  const plain: OptimizerOptions = { kind, betas: [0.9, 0.999], eps: 1e-8, momentum: 0, dampening: 0 };
  const others = { ...plain, nesterov: false, weight_decay: 0 };
  const known = Object.entries(options).filter(
    ([name, value]) => value != null && JSON.stringify(value) !== JSON.stringify(others[name as keyof typeof others]),
  );
  if (kind === "adam" && known.length === 0) return null;
  const named = known.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(", ") : value}`);
  return [kind === "adam" ? "Adam" : "SGD", ...named].join(", ");
}
