/**
 * The derivatives of the three cells: what a gradient is multiplied by on its way through one step.
 *
 * Everything in them but the gradient is known after the forward step, so it is computed once, for all gradients that
 * pass through. Each array has one part of size H for every name in the comment of its cell.
 */
import type { CellStep } from "./cells";
import type { LayerState } from "./network";
import type { LayerShape } from "./types";

/** A gradient before and after a step. */
export interface Flow {
  /** With respect to the state after the step: (H,); c of an LSTM. Overwritten by what reaches the state before directly. */
  readonly h: Float64Array;
  readonly c: Float64Array;
  /** With respect to W_hh h + b_hh and to W_ih x + b_ih, (G*H); the same array except for a GRU. */
  readonly hiddenSums: Float64Array;
  readonly inputSums: Float64Array;
}

export interface Slopes {
  /** How many parts of size H there are. */
  readonly parts: number;
  /** Write those of a step that led from `before` to `after`, from `at` on. */
  record(step: CellStep, before: LayerState, after: LayerState, out: Float64Array, at: number): void;
  /** Take a gradient back through the step whose slopes begin at `at`. */
  back(slopes: Float64Array, at: number, flow: Flow): void;
}

const squash = (value: number) => value * (1 - value); // the derivative of a sigmoid, from its value

/** dh/da */
const rnn = (derivative: (h: number) => number): Slopes => ({
  parts: 1,
  record(_step, _before, { h }, out, at) {
    for (let k = 0; k < h.length; k++) out[at + k] = derivative(h[k] as number);
  },
  back(slopes, at, { h, hiddenSums }) {
    for (let k = 0; k < h.length; k++) {
      hiddenSums[k] = (h[k] as number) * (slopes[at + k] as number);
      h[k] = 0;
    }
  },
});

/** dc/di, dc/df, dc/dg, dh/do (all before the nonlinearity); dh/dc; f */
const lstm: Slopes = {
  parts: 6,
  record({ gates: { input, forget, candidate, output } }, before, { h, c }, out, at) {
    const H = h.length;
    for (let k = 0; k < H; k++) {
      const [i, f, g, o] = [input[k] as number, forget[k] as number, candidate[k] as number, output[k] as number];
      const squashed = Math.tanh(c?.[k] as number);
      out[at + k] = g * squash(i);
      out[at + H + k] = (before.c?.[k] as number) * squash(f);
      out[at + 2 * H + k] = i * (1 - g * g);
      out[at + 3 * H + k] = squashed * squash(o);
      out[at + 4 * H + k] = o * (1 - squashed * squashed);
      out[at + 5 * H + k] = f;
    }
  },
  back(slopes, at, { h, c, hiddenSums }) {
    const H = h.length;
    for (let k = 0; k < H; k++) {
      const dh = h[k] as number;
      const dc = (c[k] as number) + dh * (slopes[at + 4 * H + k] as number);
      hiddenSums[k] = dc * (slopes[at + k] as number);
      hiddenSums[H + k] = dc * (slopes[at + H + k] as number);
      hiddenSums[2 * H + k] = dc * (slopes[at + 2 * H + k] as number);
      hiddenSums[3 * H + k] = dh * (slopes[at + 3 * H + k] as number);
      c[k] = dc * (slopes[at + 5 * H + k] as number);
      h[k] = 0;
    }
  },
};

/** dn/dr; dh/dz, dh/dn (all before the nonlinearity); r, z */
const gru: Slopes = {
  parts: 5,
  record({ u, gates: { reset, update, candidate } }, before, { h }, out, at) {
    const H = h.length;
    for (let k = 0; k < H; k++) {
      const [r, z, n] = [reset[k] as number, update[k] as number, candidate[k] as number];
      out[at + k] = (u[2 * H + k] as number) * squash(r);
      out[at + H + k] = ((before.h[k] as number) - n) * squash(z);
      out[at + 2 * H + k] = (1 - z) * (1 - n * n);
      out[at + 3 * H + k] = r;
      out[at + 4 * H + k] = z;
    }
  },
  back(slopes, at, { h, hiddenSums, inputSums }) {
    const H = h.length;
    for (let k = 0; k < H; k++) {
      const dh = h[k] as number;
      const dn = dh * (slopes[at + 2 * H + k] as number);
      hiddenSums[k] = inputSums[k] = dn * (slopes[at + k] as number);
      hiddenSums[H + k] = inputSums[H + k] = dh * (slopes[at + H + k] as number);
      inputSums[2 * H + k] = dn;
      hiddenSums[2 * H + k] = dn * (slopes[at + 3 * H + k] as number);
      h[k] = dh * (slopes[at + 4 * H + k] as number);
    }
  },
};

const tanhRnn = rnn((h) => 1 - h * h);
const reluRnn = rnn((h) => (h > 0 ? 1 : Number.isNaN(h) ? h : 0));

/** Return the derivatives of a layer's cell. */
export function slopesOf({ cell, nonlinearity }: LayerShape): Slopes {
  if (cell === "rnn") return nonlinearity === "relu" ? reluRnn : tanhRnn;
  return cell === "lstm" ? lstm : gru;
}

/** Return a gradient of zeros; `rows`: number of the sums, G*H. */
export function makeFlow({ cell, hidden_size }: LayerShape, rows: number): Flow {
  const sums = new Float64Array(rows);
  return {
    h: new Float64Array(hidden_size),
    c: new Float64Array(cell === "lstm" ? hidden_size : 0),
    hiddenSums: sums,
    inputSums: cell === "gru" ? new Float64Array(rows) : sums,
  };
}
