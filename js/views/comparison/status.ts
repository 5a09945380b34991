/** The state of several runs in lock step as one line of text. */
import type { Stage } from "../../player/stage";
import { describePlace, EPOCHS } from "../../text/places";
import { coveredMessage, lastGoodEpoch } from "../../text/status-message";
import { fill, grouped, type Words } from "../../text/words";
import { ticksOf } from "./events";
import { canChange, labelsOf, laggards, nameOf, type Run } from "./runs";

/** What the message depends on beside the runs. */
export type LockStep = Pick<
  Stage,
  "cursor" | "wanted" | "head" | "front" | "mode" | "speed" | "isTraining" | "connection" | "asked"
>;

export interface ComparisonMessage {
  readonly text: string;
  readonly tone: "plain" | "problem";
  /** After a divergence: the run and the epoch to which it can be rewound. */
  readonly rewind?: { readonly run: Run; readonly epoch: number };
}

/** The most urgent message about the runs. Reads signals. */
export function comparisonMessage(stage: LockStep, runs: readonly Run[], words: Words): ComparisonMessage {
  if (stage.asked.covered.value) return coveredMessage(stage, words);
  for (const { store } of runs) store.version.value;
  if (stage.connection.value === "gone") return { text: words.status_disconnected, tone: "problem" };
  const problems = runs.flatMap((run) => {
    const problem = problemOf(run, words);
    return problem ? [{ run, problem }] : [];
  });
  const plain = plainMessage(stage, runs, words);
  if (problems.length > 0) {
    const text = problems.map(({ problem }) => problem).join("; ");
    const others = runs.some((run) => canChange(run) && !problems.some((one) => one.run === run));
    const goOn = stage.isTraining.value && others;
    const rewind = problems.map(({ run }) => rewindOf(run)).find((one) => one !== undefined);
    return {
      text: goOn ? fill(words.status_runs_go_on, { problem: text }) : others ? `${text}. ${plain}` : `${text}.`,
      tone: "problem",
      ...(rewind && { rewind }),
    };
  }
  if (stage.connection.value === "waiting") return { text: words.status_busy, tone: "problem" };
  return { text: plain, tone: "plain" };
}

/** What is wrong with a run, as the beginning of a sentence; null: nothing. */
function problemOf({ label: run, store }: Run, words: Words): string | null {
  const { state, reason, message } = store.status.value;
  const values = { run, message: (message ?? "").replace(/\.$/, "") };
  if (reason === "refused") return fill(words.status_runs_refused, values);
  if (state !== "failed") return null;
  if (reason === "error") return fill(words.status_runs_error, values);
  if (reason === "unreadable") return fill(words.status_runs_unreadable, values);
  return fill(words.status_runs_diverged, { run, epoch: divergedAt(store) });
}

function divergedAt({ recording, head }: Run["store"]): number {
  return recording.value?.events.filter(({ kind }) => kind === "diverged").at(-1)?.epoch ?? head.value;
}

function rewindOf(run: Run): ComparisonMessage["rewind"] {
  const { recording, status } = run.store;
  const { state, reason } = status.value;
  const diverged = state === "failed" && reason !== "error" && reason !== "unreadable" && reason !== "refused";
  if (!diverged || !recording.value || !canChange(run)) return undefined;
  return { run, epoch: lastGoodEpoch(recording.value, divergedAt(run.store)) };
}

function plainMessage(stage: LockStep, runs: readonly Run[], words: Words): string {
  const [cursor, head, front, mode] = [stage.cursor.value, stage.head.value, stage.front.value, stage.mode.value];
  // In lock step the heads differ by one epoch. While epochs arrive, those of one run come up to a second later.
  const slack = stage.isTraining.value ? Math.max(1, stage.speed.value) : 1;
  const [able, behind] = [runs.filter(canChange), laggards(runs, head, slack)];
  if (mode === "replaying") return words.status_replaying;
  if (stage.isTraining.value && behind.length > 0)
    return fill(words.status_runs_catching_up, { runs: labelsOf(behind), epoch: head });
  if (mode === "training") return trainingMessage(runs, words);
  if (stage.isTraining.value) return fill(words.status_training_ahead, { at: describePlace(words, EPOCHS, front) });
  if (behind.length > 0 && stage.wanted.value >= front) return behindMessage(behind, head, words);
  const event = ticksOf(runs, words)
    .filter(({ epoch }) => epoch === cursor)
    .at(-1);
  if (event) return event.title;
  if (head < 0) return able.length > 0 ? words.status_ready : words.status_empty;
  const stride = Math.max(1, ...runs.map(({ store }) => store.recording.value?.stride ?? 1));
  if (stage.connection.value === "none" && stride > 1)
    return fill(words.status_runs_thinned, { stride: grouped(stride) });
  if (stage.wanted.value < (able.length > 0 ? front : head))
    return fill(words.status_behind, { at: describePlace(words, EPOCHS, head) });
  if (able.length === 0) return words.status_runs_replay_only;
  if (able.every(({ store }) => store.status.value.state === "finished")) {
    const goal = Math.max(...able.map(({ store }) => store.status.value.goal));
    const values = { epochs: grouped(front + 1), goal: grouped(goal) };
    return fill(front + 1 < goal ? words.status_ended : words.status_finished, values);
  }
  return fill(words.status_paused, { at: describePlace(words, EPOCHS, front) });
}

/** Which runs train, if it is not all of them. */
function trainingMessage(runs: readonly Run[], words: Words): string {
  const training = runs.filter(({ store }) => store.status.value.state === "training");
  const named = training.length > 0 && training.length < runs.length;
  return fill(words.status_runs_training, { runs: named ? labelsOf(training) : nameOf(words, runs, runs) });
}

function behindMessage(behind: readonly Run[], epoch: number, words: Words): string {
  const [run] = behind;
  if (!run || behind.length > 1) return fill(words.status_runs_behind_many, { runs: labelsOf(behind), epoch });
  const head = run.store.head.value;
  return fill(head < 0 ? words.status_runs_at_start : words.status_runs_behind, { run: run.label, head, epoch });
}
