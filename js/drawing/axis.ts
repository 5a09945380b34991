/** The number of epochs on the axes of map and timeline, as `epochs_on_axis` in recording/epoch_axis.py for the chart. */

export interface Recorded {
  /** The number of recorded epochs. */
  readonly epochs: number;
  /** The epoch after the last one of the longest old branch, 0 without one. */
  readonly longest?: number;
  readonly goal: number;
  /** Whether epochs are being recorded, perhaps beyond the goal. */
  readonly growing?: boolean;
}

/** With a goal ahead, or without one during training, the next round number; otherwise exactly what is recorded. */
export function epochsOnAxis({ epochs, longest = 0, goal, growing = false }: Recorded): number {
  const reached = Math.max(epochs, longest, 1);
  if (reached < goal) return Math.min(goal, roundUp(reached));
  return growing && epochs > goal ? roundUp(reached) : reached;
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `count`, and at least 10. */
function roundUp(count: number): number {
  let power = 10;
  while (power * 10 <= count) power *= 10;
  return ([1, 2, 5, 10].find((factor) => factor * power >= count) as number) * power;
}
