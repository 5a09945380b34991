/** The numbers of gradient reach as shades and as steps. Pure. */

/** The smallest share that is still shaded, as a power of ten. */
export const DECADES = 6;
/** A gradient has arrived as long as this share of it has. */
export const ARRIVED = 0.01;

/** How dark a share is drawn: 1 for all of the gradient, 0 for 10^-6 and less; NaN for NaN. */
export const reachShade = (share: number): number => Math.min(1, Math.max(0, 1 + Math.log10(share) / DECADES));

/** The largest lag at which at least 1 % of the gradient of a position arrives; NaN if it has none. */
export function stepsBack(shares: ArrayLike<number>, lags: number, position: number): number {
  for (let lag = lags - 1; lag >= 0; lag--) if ((shares[position * lags + lag] as number) >= ARRIVED) return lag;
  return Number.NaN;
}

/** The largest lag at which forgetting changes the answer of a position; 0 if none does. */
export function dependsOn(changes: ArrayLike<number>, lags: number, position: number): number {
  for (let lag = lags - 1; lag > 0; lag--) if (changes[position * lags + lag]) return lag;
  return 0;
}

/** The median of the values that are numbers, as numpy has it; NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}

/**
 * The positions that can look back far, as `steps_back` in inspection/gradient_reach.py has them: from 12 on, or the later
 * half of a shorter text. Of more than `count`, as many that are evenly spaced.
 */
export function laterPositions(length: number, count: number): number[] {
  const first = Math.min(12, Math.ceil(length / 2), length - 1);
  const step = Math.max(1, (length - first) / count);
  return Array.from({ length: Math.min(count, length - first) }, (_, index) => first + Math.floor(index * step));
}
