/** What a page and its worker tell each other about trainings in the page. Types only. */

import type { WeightsMessage } from "../kernel/weight-requests";
import type { OptimizerKind, OptimizerOptions, OptimizerState } from "../network/optimizers";
import type { CellKind, FlatWeights, LayerShape, NetworkShape } from "../network/types";
import type { Chunk } from "../player/chunk";
import type { Parts } from "../player/decode";
import type { Command, Status } from "../player/types";
import type { PageWords } from "../text/page-words";

export type { OptimizerKind, OptimizerOptions, OptimizerState };

/** A run that a page trains from scratch. */
export interface RunOptions {
  text: string;
  cell: CellKind;
  /** null: as many as there are tokens */
  hiddenSize: number | null;
  layers: number;
  /** of an RNN */
  nonlinearity: LayerShape["nonlinearity"];
  /** whether layers have biases, and the output layer */
  bias: boolean;
  /** added to the initial biases of the forget gates of an LSTM */
  forgetBias: number;
  dtype: NetworkShape["dtype"];
  /** null: one-hot vectors */
  embedding: number | null;
  /** whether an output layer computes the logits */
  output: boolean;
  optimizer: OptimizerOptions;
  lr: number;
  /** whole number from 0 to 2^32 - 1 */
  seed: number;
  /** tokens per window; null: the whole text at once */
  window: number | null;
  /** length of the run */
  epochs: number;
}

/** A recording that goes on in the page. */
export interface Adopted {
  parts: Parts;
  network: NetworkShape;
  /** weights of some epochs, ascending */
  epochs: number[];
  weights: FlatWeights[];
  optimizer: OptimizerOptions;
  /** before the update of each epoch, in the order of `epochs`; null: not in this page, so the optimizer starts anew */
  states: OptimizerState[] | null;
}

/** A command of the player, or a reset with other initial weights, after which the run plays. */
export type WorkerCommand = Command | { command: "reset"; seed: number };

/** `run`: the number of the run from 0 on; null: all runs. */
export type ToWorker =
  /** The first message: the words for what is refused. */
  | { kind: "words"; words: PageWords }
  /** Train from scratch. With `keep`, the runs so far stay, and these are added to them. */
  | { kind: "begin"; runs: RunOptions[]; keep: boolean }
  /** Go on with recordings; null: one that cannot go on. */
  | { kind: "adopt"; runs: (Adopted | null)[] }
  /** Send all runs again: other stores show them. What belongs to an earlier generation is not for them. */
  | { kind: "again"; generation: number }
  | { kind: "command"; run: number | null; command: WorkerCommand }
  /** All updates up to this number have been shown. */
  | { kind: "seen"; update: number }
  /** A page wants weights, see `WeightRequests`. */
  | { kind: "want"; run: number; view: string; revision: number; first: number; last: number }
  | { kind: "file"; run: number };

export type FromWorker =
  /** What happened since the last update, in this order. The page answers `seen`. */
  | { kind: "update"; update: number; generation: number; messages: RunMessage[] }
  | { kind: "weights"; run: number; message: WeightsMessage; packed: Uint8Array }
  | { kind: "file"; run: number; bytes: Uint8Array; error: null }
  | { kind: "file"; run: number; bytes: null; error: string }
  /** An error in the worker: nothing goes on. */
  | { kind: "failed"; message: string };

export type RunMessage =
  | { kind: "recording"; run: number; parts: Parts }
  | { kind: "chunk"; run: number; chunk: Chunk; block: Uint8Array; losses?: Uint8Array }
  | { kind: "status"; run: number; status: Status };
