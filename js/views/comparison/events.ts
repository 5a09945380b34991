/** The events of several runs: those that a comparison asks about, not each spike. */
import { EPOCHS } from "../../text/places";
import { describeEvent, fill, type Words } from "../../text/words";
import type { Tick } from "../timeline";
import type { Run } from "./runs";

const SHOWN = new Set(["all_correct", "diverged", "branch"]);

/** By epoch. Reads nothing but the recordings. */
export function ticksOf(runs: readonly Run[], words: Words): readonly Tick[] {
  const ticks = runs.flatMap(({ index, label, store }) =>
    (store.recording.peek()?.events ?? [])
      .filter(({ kind }) => SHOWN.has(kind))
      .map((event) => ({
        epoch: event.epoch,
        kind: event.kind,
        run: index,
        title: describeEvent(words, EPOCHS, event, label),
      })),
  );
  return ticks.sort((a, b) => a.epoch - b.epoch);
}

/** Their epochs, ascending. */
export const eventEpochs = (runs: readonly Run[], words: Words): readonly number[] => [
  ...new Set(ticksOf(runs, words).map(({ epoch }) => epoch)),
];

/** Score and loss of each run at an epoch, or at its last one. */
export function describeRuns(runs: readonly Run[], words: Words, epoch: number): string {
  const each = runs.flatMap(({ label, store }) => {
    const recording = store.recording.peek();
    const at = Math.min(epoch, (recording?.epochs ?? 0) - 1);
    if (!recording || at < 0) return [];
    const score = fill(words.score, { correct: recording.correctCount(at), positions: recording.countedPositions });
    return [`${label} ${score}`];
  });
  return `${fill(words.epoch_number, { epoch })}: ${each.join("; ")}`;
}
