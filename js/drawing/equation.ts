/** The equation of one unit of a cell, with its numbers. */
import type { Gate } from "../network/cells";
import type { CellKind } from "../network/types";
import type { UnitStep } from "../network/unit";

export interface Equation {
  readonly formula: string;
  readonly numbers: string;
  readonly result: string;
}

const LETTERS = { input: "i", forget: "f", candidate: "g", output: "o", reset: "r", update: "z" } as const;

/** The letter of a gate in equations, as in torch's documentation. */
export const letterOf = (cell: CellKind, gate: Gate): string =>
  cell === "gru" && gate === "candidate" ? "n" : LETTERS[gate];

/** A number with three decimals and a minus sign. */
export function signed(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const digits = size < 10_000 ? size.toFixed(3) : size.toExponential(2);
  return value < 0 && Number(digits) !== 0 ? `−${digits}` : digits;
}

/** A number within a sum or product: negative ones in brackets. */
const within = (value: number): string => {
  const text = signed(value);
  return text.startsWith("−") ? `(${text})` : text;
};

/** The equations of a unit; `before("c")` is the name of the state c before. */
export function equations(
  cell: CellKind,
  nonlinearity: "tanh" | "relu",
  step: UnitStep,
  before: (state: "c" | "h") => string,
): readonly Equation[] {
  const { hidden, hiddenBefore, cell: c, cellBefore, gates, fromInput, fromHidden } = step;
  const gate = (name: Gate): string => within(gates[name] ?? Number.NaN);
  if (cell === "lstm") {
    const sum = `${gate("forget")} · ${within(cellBefore)} + ${gate("input")} · ${gate("candidate")}`;
    return [
      { formula: `c = f · ${before("c")} + i · g`, numbers: sum, result: signed(c) },
      { formula: "h = o · tanh c", numbers: `${gate("output")} · ${within(Math.tanh(c))}`, result: signed(hidden) },
    ];
  }
  if (cell === "gru") {
    const kept = `(1 − ${gate("update")}) · ${gate("candidate")}`;
    const numbers = `${kept} + ${gate("update")} · ${within(hiddenBefore)}`;
    return [{ formula: `h = (1 − z) · n + z · ${before("h")}`, numbers, result: signed(hidden) }];
  }
  const sum = `${signed(fromInput)} + ${within(fromHidden)}`;
  const [formula, numbers] =
    nonlinearity === "relu" ? ["h = max(0, a + b)", `max(0, ${sum})`] : ["h = tanh(a + b)", `tanh(${sum})`];
  return [{ formula, numbers, result: signed(hidden) }];
}
