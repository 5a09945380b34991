/** Asks the kernel for records that this page does not keep: those at the cursor, then those where it is going. */
import { effect } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import { MAX_REPLAY_SPEED } from "../player/clock";
import { bytesOf, recordsSize } from "../player/decode";
import type { GrowingRecording } from "../player/recording";
import type { PlayerStore } from "../player/store";

/** The answer to a request: the records of epochs start .. start + count - 1; fewer than asked for if they are large. */
export interface RecordsMessage {
  view: string;
  revision: number;
  start: number;
  count: number;
}

/** A request without an answer for this long is sent again: it may have been lost. Doubled each time, */
const TIMEOUT_MS = 1500;
/** up to this long: a kernel that is busy answers all of them when it is done. */
const LONGEST_MS = 30_000;
/** A replay needs the records of so much time ahead. */
const AHEAD_S = 1;
/** The most bytes that a request asks for ahead of the cursor. */
const AHEAD_BYTES = 1e6;

interface Range {
  first: number;
  last: number;
}

export class RecordRequests {
  readonly #view: string;
  readonly #post: (message: object) => void;
  readonly #scheduler: Scheduler;
  #store: PlayerStore | null = null;
  /** The last request, and when it was sent; null: it was answered. `isUseless`: the answer added nothing. */
  #asked: (Range & { revision: number; at: number; isUseless: boolean }) | null = null;
  #wait = TIMEOUT_MS;
  #cancel: (() => void) | null = null;

  constructor(view: string, post: (message: object) => void, scheduler: Scheduler) {
    this.#view = view;
    this.#post = post;
    this.#scheduler = scheduler;
  }

  /** Ask whenever records are missing, until `signal` is aborted. */
  connect(store: PlayerStore, signal: AbortSignal): void {
    this.#store = store;
    const stop = effect(() => {
      store.version.value;
      store.connection.value;
      store.wanted.value;
      store.mode.value;
      const [recording, cursor] = [store.received.value, store.cursor.value];
      if (recording === null || recording.stride === 1) return;
      if (cursor >= 0) recording.touch(cursor);
      this.#check();
    });
    signal.addEventListener("abort", () => {
      stop();
      this.#cancel?.();
      this.#asked = this.#cancel = this.#store = null;
    });
  }

  receive({ view, revision, start, count }: RecordsMessage, [buffer]: unknown[]): void {
    if (view !== this.#view) return;
    const asked = this.#asked?.first === start && this.#asked.revision === revision ? this.#asked : null;
    if (asked) asked.isUseless = true; // also if it is damaged, which is an error
    if (this.#store?.receiveRecords(revision, start, count, bytesOf(buffer)) && asked) this.#asked = null;
    this.#check();
  }

  /** Ask, if records are missing and no answer is awaited; not at once for what an answer did not contain. */
  #check(): void {
    const [store, now] = [this.#store, this.#scheduler.now()];
    const recording = store?.received.peek();
    if (!store || !recording || recording.stride === 1 || store.connection.peek() !== "live") return;
    const { revision } = recording;
    const asked = this.#asked?.revision === revision ? this.#asked : null;
    const isEarly = asked !== null && now - asked.at < this.#wait;
    if (isEarly && !asked.isUseless) return;
    const range = this.#next(store, recording);
    const isRepeated = asked !== null && (!asked.isUseless || asked.first === range?.first);
    if (isEarly && isRepeated) return;
    this.#wait = isRepeated ? Math.min(2 * this.#wait, LONGEST_MS) : TIMEOUT_MS;
    this.#asked = range && { ...range, revision, at: now, isUseless: false };
    if (range === null) return;
    this.#post({ kind: "want_records", view: this.#view, revision, ...range });
    this.#cancel?.();
    this.#cancel = this.#scheduler.after(this.#wait, () => this.#check());
  }

  /** The epochs to ask for next, whole blocks; null: nothing is missing. */
  #next(store: PlayerStore, recording: GrowingRecording): Range | null {
    const [wanted, head] = [store.wanted.peek(), recording.epochs - 1];
    if (wanted < 0) return null;
    const { blockSize: size, shape } = recording;
    const blocks = (count: number) => Math.max(1, Math.floor(count / size));
    const most = blocks(AHEAD_BYTES / recordsSize(1, shape));
    const range = (from: number, to: number, count: number): Range | null => {
      const missing = [...recording.missing(from, Math.min(to, head))];
      const [number] = missing;
      if (number === undefined) return null;
      let end = 1;
      while (end < count && missing[end] === number + end) end++;
      return { first: number * size, last: Math.min(head, (number + end) * size - 1) };
    };
    const here = range(wanted, wanted, 1);
    if (here || store.dragging.peek()) return here;
    if (store.mode.peek() !== "replaying") return range(wanted - size, wanted + size, 1);
    const ahead = AHEAD_S * Math.min(store.speed.peek(), MAX_REPLAY_SPEED);
    return range(wanted, wanted + Math.max(size, Math.min(ahead, most * size)), most);
  }
}
