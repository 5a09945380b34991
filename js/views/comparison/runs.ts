/** The runs of a comparison, by what can be done with them, and what they are called together. Pure. */
import type { Store } from "../../player/store";
import { fill, type Words } from "../../text/words";

export interface Run {
  /** From 0 on. */
  readonly index: number;
  readonly label: string;
  readonly store: Store;
}

export const runsOf = (stores: readonly Store[], labels: readonly string[]): readonly Run[] =>
  stores.map((store, index) => ({ index, label: labels[index] ?? "", store }));

/** Whether a run can be continued, rewound and reset: not a recording, and not a loop of the user's own. */
export const canChange = ({ store }: Run): boolean => store.canTrain.value && store.status.value.source === "trainer";

/** What several runs are called: by their label if it is one, "all 3 runs" if these are all. */
export function nameOf(words: Words, chosen: readonly Run[], all: readonly Run[]): string {
  const [first] = chosen;
  if (chosen.length === 1 && first) return first.label;
  if (chosen.length < all.length) return fill(words.runs_trainable, { count: chosen.length });
  return chosen.length === 2 ? words.runs_both : fill(words.runs_all, { count: chosen.length });
}

export const labelsOf = (runs: readonly Run[]): string => runs.map(({ label }) => label).join(", ");

/** Those that have epochs left and are more than `slack` epochs behind the others: they were rewound or reset alone. */
export function laggards(runs: readonly Run[], head: number, slack: number): readonly Run[] {
  return runs.filter((run) => {
    const { state } = run.store.status.value;
    return canChange(run) && state !== "failed" && state !== "finished" && run.store.head.value < head - slack;
  });
}
