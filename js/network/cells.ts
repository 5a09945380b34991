/**
 * The recurrences of the three cells, in the notation of torch's documentation (torch.nn.RNN, LSTM, GRU).
 *
 * Elman 1990, "Finding structure in time"; Hochreiter & Schmidhuber 1997, "Long short-term memory", with the forget gate
 * of Gers et al. 2000, "Learning to forget"; Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", with torch's reset
 * gate, which acts after the product W_hn h.
 */
import type { CellKind, LayerShape, FlatWeights as Values } from "./types";

export type Gate = "input" | "forget" | "candidate" | "output" | "reset" | "update";

/** The gates of each cell in the order of torch's weights. */
export const GATES: Readonly<Record<CellKind, readonly Gate[]>> = {
  rnn: [],
  lstm: ["input", "forget", "candidate", "output"],
  gru: ["reset", "update", "candidate"],
};

/**
 * What a cell computes with; size H. `x` and `u` hold one part of size H for each gate, in torch's order.
 *
 * The arrays have the dtype of the network: storing a float32 rounds it, as torch does. This decides predictions where
 * states saturate: two units whose tanh rounds to 1 are equally large for torch, and the first one wins.
 */
export interface CellStep {
  /** W_ih x + b_ih, (G*H): from the input */
  readonly x: Values;
  /** W_hh h + b_hh, (G*H): from the hidden state of the position before */
  readonly u: Values;
  /** the hidden state (H,), overwritten */
  readonly h: Values;
  /** the cell state (H,) of an LSTM, overwritten */
  readonly c: Values;
  /** (H,) each, overwritten */
  readonly gates: Readonly<Record<Gate, Values>>;
}

export type Cell = (step: CellStep) => void;

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** h = tanh(W_ih x + b_ih + W_hh h + b_hh) */
function rnn({ x, u, h }: CellStep): void {
  for (let k = 0; k < h.length; k++) h[k] = Math.tanh((x[k] as number) + (u[k] as number));
}

/** h = max(0, W_ih x + b_ih + W_hh h + b_hh) */
function reluRnn({ x, u, h }: CellStep): void {
  for (let k = 0; k < h.length; k++) h[k] = Math.max(0, (x[k] as number) + (u[k] as number));
}

/** i, f, o = sigmoid(...) and g = tanh(...) of four such sums; c = f c + i g; h = o tanh(c) */
function lstm({ x, u, h, c, gates: { input, forget, candidate, output } }: CellStep): void {
  const H = h.length;
  for (let k = 0; k < H; k++) {
    input[k] = sigmoid((x[k] as number) + (u[k] as number));
    forget[k] = sigmoid((x[H + k] as number) + (u[H + k] as number));
    candidate[k] = Math.tanh((x[2 * H + k] as number) + (u[2 * H + k] as number));
    output[k] = sigmoid((x[3 * H + k] as number) + (u[3 * H + k] as number));
    c[k] = (forget[k] as number) * (c[k] as number) + (input[k] as number) * (candidate[k] as number);
    h[k] = (output[k] as number) * Math.tanh(c[k] as number);
  }
}

/** r, z = sigmoid(...); n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h = (1 - z) n + z h */
function gru({ x, u, h, gates: { reset, update, candidate } }: CellStep): void {
  const H = h.length;
  for (let k = 0; k < H; k++) {
    reset[k] = sigmoid((x[k] as number) + (u[k] as number));
    update[k] = sigmoid((x[H + k] as number) + (u[H + k] as number));
    candidate[k] = Math.tanh((x[2 * H + k] as number) + (reset[k] as number) * (u[2 * H + k] as number));
    h[k] = (1 - (update[k] as number)) * (candidate[k] as number) + (update[k] as number) * (h[k] as number);
  }
}

/** Return the recurrence of a layer. */
export function cellOf({ cell, nonlinearity }: LayerShape): Cell {
  if (cell === "rnn") return nonlinearity === "relu" ? reluRnn : rnn;
  return cell === "lstm" ? lstm : gru;
}
