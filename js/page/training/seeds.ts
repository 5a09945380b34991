/** Other seeds for runs that start again. */
import { MAX_SEED } from "./settings";

/** Runs with equal seeds get equal ones again: the first `seed`, the others the numbers after it. */
export function newSeeds(seeds: readonly number[], seed: number): number[] {
  const different = [...new Set(seeds)];
  return seeds.map((each) => (seed + different.indexOf(each)) % (MAX_SEED + 1));
}
