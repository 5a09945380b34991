/** Which record is nearest to a place. */
import type { Recording } from "../player/types";

/** The number of the record whose place is nearest; places never decrease. 0 if nothing is recorded. */
export function nearestRecord(recording: Pick<Recording, "epochs" | "place">, at: number): number {
  let [low, high] = [0, recording.epochs - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (recording.place(middle) < at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at - recording.place(low - 1) < recording.place(low) - at ? low - 1 : low;
}
