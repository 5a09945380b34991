/**
 * The five architectures of recurrent networks, and which of them a text is learned with. The taxonomy is that of the
 * Stanford course CS231n (Li, Johnson and Yeung, 2018, lecture 10); the drawings are our own.
 */

export type ArchitectureName = "one_to_one" | "one_to_many" | "many_to_one" | "many_to_many" | "every_step";

export interface Architecture {
  readonly name: ArchitectureName;
  readonly steps: number;
  /** The steps that read an input, and those that give an output. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export const ARCHITECTURES: readonly Architecture[] = [
  { name: "one_to_one", steps: 1, inputs: [0], outputs: [0] },
  { name: "one_to_many", steps: 3, inputs: [0], outputs: [0, 1, 2] },
  { name: "many_to_one", steps: 3, inputs: [0, 1, 2], outputs: [2] },
  { name: "many_to_many", steps: 4, inputs: [0, 1], outputs: [2, 3] },
  { name: "every_step", steps: 3, inputs: [0, 1, 2], outputs: [0, 1, 2] },
];

/** Positions, and which of them have a target. */
interface Targets {
  readonly positions: number;
  readonly countedPositions: number;
  isCounted(position: number): boolean;
}

/**
 * The architecture that the targets make of a network that reads every position. Ignored positions at the end are
 * padding; those before the first target are read without an answer.
 */
export function architectureOf(recording: Targets): ArchitectureName {
  const { positions, countedPositions } = recording;
  if (positions === 1) return "one_to_one";
  let first = 0;
  while (first < positions && !recording.isCounted(first)) first++;
  if (first === 0 || first === positions) return "every_step";
  if (countedPositions === 1) return "many_to_one";
  let end = first;
  while (end < positions && recording.isCounted(end)) end++;
  return end - first === countedPositions ? "many_to_many" : "every_step";
}
