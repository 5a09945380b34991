/** What torch computes while it learns: tests/network/learning_fixture.py writes the files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OptimizerOptions } from "../network/optimizers";
import type { NetworkShape } from "../network/types";

interface Gradient {
  loss: number;
  /** (W,) */
  gradient: number[];
}

/** By the names of the networks of `networkFixtures`. */
type Gradients = Record<string, { targets: number[]; whole: Gradient; windows: Gradient & { size: number } }>;

interface Optimizers {
  start: number[];
  slopes: number[][];
  optimizers: Record<string, { options: OptimizerOptions; weights: number[][] }>;
}

export interface TorchRun {
  network: NetworkShape;
  weights: number[];
  inputs: number[];
  targets: number[];
  window: number | null;
  optimizer: OptimizerOptions;
  lr: number;
  losses: number[];
  /** (E, P) */
  predictions: number[][];
}

/** A run, its weights and Adam's moments at the last of `epochs`. */
interface TorchPause {
  network: NetworkShape;
  epochs: number[];
  weights: number[][];
  moments: number[][];
  alphabet: string[];
  inputs: number[];
  targets: number[];
  losses: number[];
}

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures", "learning");
const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

export const gradients: Gradients = read("gradients");
export const optimizers: Optimizers = read("optimizers");
export const torchRuns: Record<string, TorchRun> = read("runs");
export const torchPause: TorchPause = read("adopted");
