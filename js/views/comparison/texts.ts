/** Which runs of a comparison read the same text, and where their predictions differ. Pure. */
import type { Recording } from "../../player/types";
import type { Run } from "./runs";

/** Runs that read the same text with the same alphabet. */
export interface Group {
  readonly recording: Recording;
  readonly runs: readonly Run[];
}

/** The runs whose recording has arrived, by text, in the order of the runs. Reads the signals of the recordings. */
export function groupsOf(runs: readonly Run[]): readonly Group[] {
  const groups: { recording: Recording; runs: Run[] }[] = [];
  for (const run of runs) {
    const recording = run.store.recording.value;
    if (recording === null) continue;
    const group = groups.find((each) => isSameText(each.recording, recording));
    if (group) group.runs.push(run);
    else groups.push({ recording, runs: [run] });
  }
  return groups;
}

function isSameText(a: Recording, b: Recording): boolean {
  const same = <T>(one: ArrayLike<T>, other: ArrayLike<T>): boolean =>
    one.length === other.length && Array.prototype.every.call(one, (value, i) => value === other[i]);
  return a === b || (same(a.alphabet, b.alphabet) && same(a.inputs, b.inputs) && same(a.targets, b.targets));
}

/** Whether the runs predict different tokens at a position; those without an epoch (-1) do not count. */
export function differsAt(recordings: readonly (Recording | null)[], epochs: readonly number[], at: number): boolean {
  let token = -1;
  for (let run = 0; run < recordings.length; run++) {
    const [recording, epoch] = [recordings[run], epochs[run] as number];
    if (!recording || epoch < 0) continue;
    const own = recording.token(epoch, at);
    if (token >= 0 && own !== token) return true;
    token = own;
  }
  return false;
}
