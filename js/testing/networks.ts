/** Made-up networks and what torch computes with them: tests/network/fixture.py writes the files. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Network, type What, weightCount } from "../network/network";
import type { CellKind, FlatWeights, NetworkShape } from "../network/types";

interface Predicted {
  /** (T, V) */
  logits: number[][];
  predictions: number[];
}

/** (T, H) each */
interface Trace {
  hidden: number[][];
  cell: number[][] | null;
  gates: Record<string, number[][]>;
}

/** At each position, lags from 0 to the beginning of the text or window. */
interface Reach {
  /** null: no gradient */
  gradient: (number | null)[][];
  steps_back: number;
  /** whether the prediction depends on what is so far back */
  memory: boolean[][];
}

export interface NetworkFixture extends Predicted {
  name: string;
  network: NetworkShape;
  weights: number[];
  tokens: number[];
  layers: Trace[];
  window: Predicted & { size: number };
  cuts: (Predicted & { after: number; what: What })[];
  free_run: { given: number; said: number[] };
  corrected: { given: number; corrections: [number, number][]; said: number[] };
  reach: Reach & { targets: number[]; window: Reach & { size: number } };
  transplants: { source: number; to: number; what: What; predictions: number[] }[];
}

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures", "networks");

export const networkFixtures: NetworkFixture[] = readdirSync(folder).map((file) => ({
  name: file.replace(".json", ""),
  ...JSON.parse(readFileSync(join(folder, file), "utf8")),
}));

/** Weights in the dtype of a network. */
export const weightsOf = ({ dtype }: NetworkShape, values: ArrayLike<number>): FlatWeights =>
  dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);

export const networkOf = ({ network, weights }: NetworkFixture): Network =>
  new Network(network, weightsOf(network, weights));

export const fixtureOf = (name: string): NetworkFixture =>
  networkFixtures.find((fixture) => fixture.name === name) as NetworkFixture;

/** A network of one layer with made-up weights, whose hidden state is the logits. */
export function madeUpNetwork(cell: CellKind, tokens: number, seed: number, scale = 2): Network {
  const { shape, weights } = madeUp(cell, tokens, seed, scale);
  return new Network(shape, weights);
}

/** Its description and its weights. */
export function madeUp(cell: CellKind, tokens: number, seed: number, scale = 2) {
  const layer = { cell, input_size: tokens, hidden_size: tokens, bias: true, nonlinearity: "tanh" as const };
  const shape: NetworkShape = { tokens, embedding: null, layers: [layer], output: null, dtype: "float32" };
  const weights = new Float32Array(weightCount(shape)).map(
    (_, index) => scale * Math.sin((seed + 1) * (index + 1) ** 2),
  );
  return { shape, weights };
}
