/**
 * The recurrences of the three cells, in the notation of torch's documentation (torch.nn.RNN, LSTM, GRU).
 *
 * Elman 1990, "Finding structure in time"; Hochreiter & Schmidhuber 1997, "Long short-term memory", with the forget gate
 * of Gers et al. 2000; Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder", with torch's reset
 * gate, which acts after the product W_hn h.
 */
import type { CellKind, LayerShape } from "./types";

export type Gate = "input" | "forget" | "candidate" | "output" | "reset" | "update";

/** The gates of each cell in the order of torch's weights. */
export const GATES: Readonly<Record<CellKind, readonly Gate[]>> = {
  rnn: [],
  lstm: ["input", "forget", "candidate", "output"],
  gru: ["reset", "update", "candidate"],
};

/** What a cell computes with; size H. `x` and `u` hold one part of size H for each gate, in torch's order. */
export interface CellStep {
  /** W_ih x + b_ih, (G*H): from the input */
  readonly x: Float64Array;
  /** W_hh h + b_hh, (G*H): from the hidden state of the position before */
  readonly u: Float64Array;
  /** the hidden state (H,), overwritten */
  readonly h: Float64Array;
  /** the cell state (H,) of an LSTM, overwritten */
  readonly c: Float64Array;
  /** (H,) each, overwritten */
  readonly gates: Readonly<Record<Gate, Float64Array>>;
}

type Cell = (step: CellStep) => void;

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** h = tanh(W_ih x + b_ih + W_hh h + b_hh) */
function rnn({ x, u, h }: CellStep): void {
  for (let k = 0; k < h.length; k++) h[k] = Math.tanh((x[k] as number) + (u[k] as number));
}

/** h = max(0, W_ih x + b_ih + W_hh h + b_hh) */
function reluRnn({ x, u, h }: CellStep): void {
  for (let k = 0; k < h.length; k++) h[k] = Math.max(0, (x[k] as number) + (u[k] as number));
}

function lstm({ x, u, h, c, gates }: CellStep): void {
  const H = h.length;
  const { input, forget, candidate, output } = gates;
  for (let k = 0; k < H; k++) {
    const i = sigmoid((x[k] as number) + (u[k] as number));
    const f = sigmoid((x[H + k] as number) + (u[H + k] as number));
    const g = Math.tanh((x[2 * H + k] as number) + (u[2 * H + k] as number));
    const o = sigmoid((x[3 * H + k] as number) + (u[3 * H + k] as number));
    const cell = f * (c[k] as number) + i * g;
    c[k] = cell;
    h[k] = o * Math.tanh(cell);
    input[k] = i;
    forget[k] = f;
    candidate[k] = g;
    output[k] = o;
  }
}

function gru({ x, u, h, gates }: CellStep): void {
  const H = h.length;
  const { reset, update, candidate } = gates;
  for (let k = 0; k < H; k++) {
    const r = sigmoid((x[k] as number) + (u[k] as number));
    const z = sigmoid((x[H + k] as number) + (u[H + k] as number));
    const n = Math.tanh((x[2 * H + k] as number) + r * (u[2 * H + k] as number));
    h[k] = (1 - z) * n + z * (h[k] as number);
    reset[k] = r;
    update[k] = z;
    candidate[k] = n;
  }
}

/** Return the recurrence of a layer. */
export function cellOf({ cell, nonlinearity }: LayerShape): Cell {
  if (cell === "rnn") return nonlinearity === "relu" ? reluRnn : rnn;
  return cell === "lstm" ? lstm : gru;
}
