/** Maps of states and gates, one row per unit and one column per position: rows, sizes and colours. No DOM. */
import { LEVELS } from "./color";

/** The most rows of a map. */
export const MAX_ROWS = 32;
/** Rows that are lower than this have no labels, px. */
const LABELLED = 8;

/**
 * The units of the rows: all of them, or the `MAX_ROWS` whose values (T*size) vary most over the positions.
 *
 * Units with names stay in their order. Numbered ones are sorted, the one that varies most first.
 */
export function rowUnits(values: Float64Array, size: number, named: boolean): number[] {
  const units = Array.from({ length: size }, (_, unit) => unit);
  if (named && size <= MAX_ROWS) return units;
  const variances = units.map((unit) => variance(values, size, unit));
  units.sort((a, b) => (variances[b] as number) - (variances[a] as number) || a - b);
  const shown = units.slice(0, MAX_ROWS);
  return named ? shown.sort((a, b) => a - b) : shown;
}

/** Variance of a unit over the positions; 0 if a value is not finite. */
function variance(values: Float64Array, size: number, unit: number): number {
  let [sum, squares, count] = [0, 0, 0];
  for (let at = unit; at < values.length; at += size) {
    const value = values[at] as number;
    sum += value;
    squares += value * value;
    count++;
  }
  const result = squares / count - (sum / count) ** 2;
  return Number.isFinite(result) ? result : 0;
}

/** Raise the limits (size,) of units to their largest absolute values (T*size); what is not finite does not count. */
export function raiseLimits(limits: Float64Array, values: Float64Array): void {
  for (let at = 0; at < values.length; at++) {
    const value = Math.abs(values[at] as number);
    const unit = at % limits.length;
    if (value > (limits[unit] as number) && value < Number.POSITIVE_INFINITY) limits[unit] = value;
  }
}

/** Index of the colour of a value in a scale of `2 * LEVELS - 1` colours from -limit to limit; -1 for NaN. */
export function shade(value: number, limit: number): number {
  if (Number.isNaN(value)) return -1;
  const share = limit > 0 ? Math.min(1, Math.max(-1, value / limit)) : 0;
  return LEVELS - 1 + Math.round(share * (LEVELS - 1));
}

/**
 * Where a cell state is on a scale from -limit to limit, -1..1: linear near 0 and logarithmic beyond.
 *
 * One unit that counts reaches tens, while the others stay within ±2; on a linear scale these would be blank.
 */
export const compressed = (value: number, limit: number): number => Math.asinh(value) / Math.asinh(limit);

/** The value at a place of that scale, relative to the limit. */
export const expanded = (place: number, limit: number): number => Math.sinh(place * Math.asinh(limit)) / limit;

/** A scale from -1 over 0 to 1, of two that begin at 0. */
export function signedScale(down: Uint32Array, up: Uint32Array): Uint32Array {
  const scale = new Uint32Array(2 * LEVELS - 1);
  scale.set(down.slice(1).reverse());
  scale.set(up, LEVELS - 1);
  return scale;
}

/** Height of a row, px, on whole device pixels, and whether rows have labels. */
export function rowHeight(
  rows: number,
  narrow: boolean,
  unit: number,
  ratio: number,
): { height: number; labelled: boolean } {
  const size = rows > 16 ? (narrow ? 8 : rows > 24 ? 9 : 11) : narrow ? 11 : 14;
  const height = Math.max(1, Math.round(size * unit * ratio)) / ratio;
  return { height, labelled: height >= LABELLED - 0.5 };
}
