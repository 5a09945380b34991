/** The state of the run in plain words. */
import type { Recording, RunEvent, Store } from "../player/types";
import type { Words } from "./words";

export interface Sentence {
  readonly text: string;
  /** trouble: something that the viewer should not miss. */
  readonly tone: "plain" | "trouble";
  /** After a divergence: the epoch to go back to. */
  readonly backTo?: number;
}

const plain = (text: string): Sentence => ({ text, tone: "plain" });
const trouble = (text: string): Sentence => ({ text, tone: "trouble" });

/** What is to be said of the run, the most pressing first. Reads signals. */
export function sentence(store: Store, words: Words): Sentence {
  store.version.value;
  const [recording, connection] = [store.recording.value, store.connection.value];
  const { state, reason, message } = store.status.value;
  if (connection === "gone") return trouble(words.gone);
  if (state === "failed" && reason === "error") return trouble(words.error(message ?? ""));
  if (state === "failed" && reason === "unreadable") return trouble(words.unreadable(message ?? ""));
  if (state === "failed" && recording) {
    const failed = lastOf(recording.events, ({ kind }) => kind === "non_finite")?.epoch ?? store.head.value;
    return { ...trouble(words.diverged(failed)), backTo: lastGood(recording, failed) };
  }
  if (connection === "waiting") return trouble(words.waiting);
  return plain(calm(store, words));
}

/** What is to be said when nothing is wrong. */
function calm(store: Store, words: Words): string {
  const [cursor, head, mode] = [store.cursor.value, store.head.value, store.mode.value];
  const { state, source } = store.status.value;
  const alone = store.connection.value === "none";
  if (mode === "replaying") return words.replaying;
  if (mode === "training") return words.training;
  const event = lastOf(store.recording.value?.events ?? [], ({ epoch }) => epoch === cursor);
  if (event) return words.atEvent(cursor, words.event(event));
  if (state === "training") return words.trainingAhead(head);
  if (head < 0) return alone ? words.empty : source === "monitor" ? words.readyMonitor : words.ready;
  if (cursor < head) return words.behind(head);
  if (alone || source === "recording") return words.replayOnly;
  return state === "finished" ? words.finished(head + 1) : words.pausedAt(head);
}

function lastOf(events: readonly RunEvent[], is: (event: RunEvent) => boolean): RunEvent | undefined {
  return events.filter(is).at(-1);
}

/** The last epoch before the failure that was no worse than the first: from there a smaller step may do. */
export function lastGood(recording: Recording, failed: number): number {
  for (let epoch = Math.min(failed, recording.epochs) - 1; epoch > 0; epoch--) {
    if (recording.loss(epoch) <= recording.loss(0)) return epoch; // false for NaN
  }
  return 0;
}
