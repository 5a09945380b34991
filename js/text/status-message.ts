/** The state of the run as one line of text. */

import type { Store } from "../player/store";
import type { Axis, Recording, RunEvent, Status } from "../player/types";
import { describePlace, EPOCHS } from "./places";
import { describeEvent, fill, grouped, type Words } from "./words";

export interface StatusMessage {
  readonly text: string;
  readonly tone: "plain" | "problem";
  /** After a divergence: the epoch to rewind to. */
  readonly rewindTo?: number;
}

const problem = (text: string): StatusMessage => ({ text, tone: "problem" });

/** The message while a question is covered: what the run does or did would tell the answer. */
export const coveredMessage = ({ connection }: Pick<Store, "connection">, words: Words): StatusMessage =>
  connection.value === "gone" ? problem(words.status_disconnected) : { text: words.ask_covered, tone: "plain" };

/** The most urgent message about the run. Reads signals. */
export function statusMessage(store: Store, words: Words): StatusMessage {
  if (store.asked.covered.value) return coveredMessage(store, words);
  store.version.value;
  const [recording, connection] = [store.recording.value, store.connection.value];
  const { state, reason, message, source } = store.status.value;
  if (connection === "gone") return problem(words.status_disconnected);
  if (state === "failed" && reason === "error") {
    return problem(fill(failed(words, source), { message: message ?? "" }));
  }
  if (state === "failed" && reason === "unreadable") {
    return problem(fill(words.status_unreadable, { message: message ?? "" }));
  }
  if (reason === "refused") return problem(fill(words.status_refused, { message: message ?? "" }));
  if (state === "failed" && recording) {
    const epoch = lastEvent(recording.events, ({ kind }) => kind === "diverged")?.epoch ?? store.head.value;
    return {
      ...problem(fill(words.status_diverged, { at: describePlace(words, recording, epoch) })),
      rewindTo: lastGoodEpoch(recording, epoch),
    };
  }
  if (connection === "waiting") return problem(words.status_busy);
  return { text: plainMessage(store, words), tone: "plain" };
}

/** The message after an error: in a trainer, in the user's loop, or of the process that writes a file. */
const failed = (words: Words, source: Status["source"]): string =>
  ({ trainer: words.status_error, monitor: words.status_error_loop, recording: words.status_error_file })[source];

/** The message when there is no problem. */
function plainMessage(store: Store, words: Words): string {
  const [cursor, head, mode] = [store.cursor.value, store.head.value, store.mode.value];
  const { state, source, goal } = store.status.value;
  const recording = store.recording.value ?? EPOCHS;
  const at = describePlace(words, recording, head);
  const hasKernel = store.connection.value !== "none";
  if (mode === "replaying") return words.status_replaying;
  if (mode === "training") return words.status_training;
  const event = lastEvent(store.recording.value?.events ?? [], ({ epoch }) => epoch === cursor);
  if (event) return describeEvent(words, recording, event);
  if (state === "training") return fill(words.status_training_ahead, { at });
  if (head < 0 && !hasKernel) return words.status_empty;
  if (head < 0) return source === "monitor" ? readyMessage(words, recording.axis) : words.status_ready;
  const stride = store.recording.value?.stride ?? 1;
  if (!hasKernel && stride > 1) return fill(words.status_thinned, { stride: grouped(stride) });
  if (store.wanted.value < head) return fill(words.status_behind, { at });
  if (!hasKernel || source === "recording") return words.status_replay_only;
  const values = { epochs: grouped(head + 1), goal: grouped(goal) };
  if (state === "finished" && recording.axis !== null)
    return fill(head + 1 < goal ? words.status_ended_at : words.status_finished_at, { at });
  if (state === "finished") return fill(head + 1 < goal ? words.status_ended : words.status_finished, values);
  return fill(words.status_paused, { at });
}

const readyMessage = (words: Words, axis: Axis | null): string =>
  axis === null ? words.status_ready_monitor : words.status_ready_steps;

function lastEvent(events: readonly RunEvent[], matches: (event: RunEvent) => boolean): RunEvent | undefined {
  return events.filter(matches).at(-1);
}

/** The last epoch before the divergence whose loss was not above that of epoch 0. */
export function lastGoodEpoch(recording: Recording, diverged: number): number {
  for (let epoch = Math.min(diverged, recording.epochs) - 1; epoch > 0; epoch--) {
    if (recording.loss(epoch) <= recording.loss(0)) return epoch; // false for NaN
  }
  return 0;
}
