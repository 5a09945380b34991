/** The parts of a network, and how many weights each has: what the picture of a network says in numbers. */
import type { Metadata } from "../player/types";
import { GATES } from "./cells";
import { weightCount } from "./network";
import type { CellKind, LayerShape, NetworkShape } from "./types";

/** What a factor or term counts, for its caption. */
export type TermKind = "gates" | "from_input" | "from_state" | "tokens" | "biases";

/** A product of sizes. */
export interface Term {
  readonly kind: TermKind;
  readonly factors: readonly number[];
}

export interface Part {
  readonly kind: "embedding" | "output" | CellKind;
  /** Number of a recurrent layer from 1; null if it is the only one, or another part. */
  readonly layer: number | null;
  /** Size of a recurrent layer's state, or of what another part gives. */
  readonly size: number;
  /** Number of times that the terms count: a GRU or LSTM has them once for each gate. */
  readonly times: number;
  readonly terms: readonly Term[];
  readonly count: number;
}

const sum = (terms: readonly Term[]): number =>
  terms.reduce((total, { factors }) => total + factors.reduce((product, factor) => product * factor, 1), 0);

const partOf = (part: Omit<Part, "count">): Part => ({ ...part, count: part.times * sum(part.terms) });

function layerPart(shape: LayerShape, layer: number | null): Part {
  const { cell, input_size, hidden_size, bias } = shape;
  const terms: Term[] = [
    { kind: "from_input", factors: [hidden_size, input_size] },
    { kind: "from_state", factors: [hidden_size, hidden_size] },
  ];
  if (bias) terms.push({ kind: "biases", factors: [2, hidden_size] });
  return partOf({ kind: cell, layer, size: hidden_size, times: Math.max(1, GATES[cell].length), terms });
}

/** The parts in the order in which a token passes through them. */
export function partsOf({ tokens, embedding, layers, output }: NetworkShape): readonly Part[] {
  const parts: Part[] = [];
  if (embedding !== null) {
    const terms: Term[] = [{ kind: "tokens", factors: [tokens, embedding] }];
    parts.push(partOf({ kind: "embedding", layer: null, size: embedding, times: 1, terms }));
  }
  for (const [index, layer] of layers.entries()) parts.push(layerPart(layer, layers.length > 1 ? index + 1 : null));
  if (output !== null) {
    const terms: Term[] = [{ kind: "from_state", factors: [tokens, layers.at(-1)?.hidden_size ?? 0] }];
    if (output.bias) terms.push({ kind: "biases", factors: [tokens] });
    parts.push(partOf({ kind: "output", layer: null, size: tokens, times: 1, terms }));
  }
  return parts;
}

/** What a recording says about its network. */
export type Recorded = Pick<Metadata, "cell" | "hidden_size" | "num_layers" | "readout" | "parameters">;

const isCell = (name: string | undefined): name is CellKind => name !== undefined && Object.hasOwn(GATES, name);

/**
 * The network that was recorded, if its number of parameters is that of this description; otherwise null: it has parts
 * that the recording does not name, e.g. a second direction.
 */
export function recordedShape(recorded: Recorded, tokens: number): NetworkShape | null {
  const { cell, hidden_size, num_layers = 1, readout, parameters } = recorded;
  if (!isCell(cell) || readout === undefined || hidden_size === undefined) return null;
  if (!readout && hidden_size !== tokens) return null;
  const withBias = (bias: boolean): NetworkShape => ({
    tokens,
    embedding: null,
    layers: Array.from({ length: num_layers }, (_, layer) => {
      return { cell, input_size: layer === 0 ? tokens : hidden_size, hidden_size, bias, nonlinearity: "tanh" };
    }),
    output: readout ? { bias: true } : null,
    dtype: "float32",
  });
  const candidates = [withBias(true), withBias(false)];
  if (parameters === undefined) return candidates[0] as NetworkShape;
  return candidates.find((shape) => weightCount(shape) === parameters) ?? null;
}
