/** One unit of a layer at one position: what it computes with. */

import type { Gate } from "./cells";
import type { Network } from "./network";
import { type LayerTrace, type Pass, stateBefore } from "./pass";

/** The step of one unit; `cell` of an LSTM only, otherwise NaN. */
export interface UnitStep {
  readonly hidden: number;
  readonly hiddenBefore: number;
  readonly cell: number;
  readonly cellBefore: number;
  readonly gates: Readonly<Partial<Record<Gate, number>>>;
  /** W_ih x + b_ih and W_hh h + b_hh of the first gate; an RNN has only these. */
  readonly fromInput: number;
  readonly fromHidden: number;
}

/** Return the step of a unit at a position of `pass`, which `read` has computed with the same window. */
export function unitStep(
  network: Network,
  pass: Pass,
  window: number | null,
  { layer, unit, position }: { layer: number; unit: number; position: number },
): UnitStep {
  const { size, hidden, cell, gates } = pass.layers[layer] as LayerTrace;
  const at = position * size + unit;
  const before = stateBefore(network, pass, position, window);
  const { h, c } = before[layer] as (typeof before)[number];
  const [hiddenBefore, cellBefore] = [h[unit] as number, c ? (c[unit] as number) : Number.NaN];
  network.advance(before, pass.tokens[position] as number);
  const { x, u } = network.lastStep(layer);
  return {
    hidden: hidden[at] as number,
    hiddenBefore,
    cell: cell ? (cell[at] as number) : Number.NaN,
    cellBefore,
    gates: Object.fromEntries(Object.entries(gates).map(([name, values]) => [name, values[at]])),
    fromInput: x[unit] as number,
    fromHidden: u[unit] as number,
  };
}
