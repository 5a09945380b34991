/** A question before a training in the page: when will all be correct, or which run is the first? The page knows no answer yet. */
import { effect } from "@preact/signals";
import type { Choice, Question } from "../../player/question";
import type { GrowingRecording } from "../../player/recording";
import type { PlayerStore } from "../../player/store";
import type { Recording } from "../../player/types";
import { mostEpochs } from "../../training/limits";
import type { Scene } from "../scene";

/** The share of the epochs that a guess may be off, as a divisor; the same as in Python. */
const TOLERANCE = 20;
/** Without a loss chart its axes are not shown. */
const NO_AXES = { linear: [0, 1, []], log: [1, 2, []] } as const;

let asked = 0;

/** Ask about runs that have not begun; `epochs`: the length of the run. The reveal trains. Returns what ends the question. */
export function askBefore({ stage, runs }: Scene, epochs: number): () => void {
  const id = `page-${Date.now()}-${asked++}`;
  const kept = runs.flatMap(({ received }) => received.peek() ?? []).map(({ shape }) => mostEpochs(shape));
  const question = questionFor(id, runs.length, Math.min(epochs, ...kept));
  stage.asked.receiveQuestion(question);
  const dispose = effect(() => {
    for (const { version } of runs) version.value;
    const answer = answerOf(runs, question.epoch);
    if (answer === null) return;
    const tells = runs.length === 1 && typeof answer[0] === "number" && answer[0] >= 0 ? answer[0] : question.epoch;
    stage.asked.receiveQuestion({ ...question, answer, tells });
  });
  return () => {
    dispose();
    stage.asked.receiveQuestion(null);
  };
}

function questionFor(id: string, runs: number, epochs: number): Question {
  const epoch = epochs - 1;
  const nothing = { prompt: null, options: null, run: null, position: null, after: null, what: null, given: null };
  const one = { kind: "first_all_correct", by: null, tolerance: Math.max(1, Math.floor(epochs / TOLERANCE)) } as const;
  const several = { kind: "which_run", by: "first_all_correct", tolerance: null } as const;
  return {
    ...nothing,
    ...{ id, generation: 0, shown: -1, epoch, tells: epoch, axes: NO_AXES, answer: null, why: null },
    ...{ hold: false, round: 1, revealed: false },
    ...(runs === 1 ? one : several),
  };
}

/** The choices that are correct; null: not known yet. */
function answerOf(runs: readonly PlayerStore[], last: number): Choice[] | null {
  const recordings = runs.map(({ received }) => received.peek());
  const firsts = recordings.map((recording) => (recording ? firstAllCorrect(recording, last) : -1));
  const reached = firsts.filter((first) => first >= 0);
  const first = Math.min(...reached, last);
  // A run that has not come so far may still be the first.
  if (recordings.some((recording) => (recording?.epochs ?? 0) <= first && !hasEnded(recording))) return null;
  if (reached.length === 0) return [-1];
  return runs.length === 1 ? [first] : firsts.flatMap((each, run) => (each === first ? [run] : []));
}

/** Whether a run cannot go on: it has diverged, or the page keeps no more of its epochs. */
function hasEnded(recording: GrowingRecording | null): boolean {
  if (recording === null || recording.epochs === 0) return false;
  const { epochs } = recording;
  return !Number.isFinite(recording.loss(epochs - 1)) || epochs >= mostEpochs(recording.shape);
}

/** The first epoch up to `last` at which all positions are correct; -1: none so far. */
function firstAllCorrect({ events }: Recording, last: number): number {
  const event = events.find(({ kind }) => kind === "all_correct");
  return event !== undefined && event.epoch <= last ? event.epoch : -1;
}
