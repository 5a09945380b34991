/**
 * Keeps a page's own `recording` trait up to date, because a notebook saves the traits of its pages. The kernel sends
 * records only once, in chunks. After a run has ended, the page writes what it has received into the trait.
 */
import { effect } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import type { Parts } from "../player/decode";
import { encodeRecording } from "../player/encode";
import { epochsOf } from "../player/overview";
import type { GrowingRecording } from "../player/recording";
import type { PlayerStore } from "../player/store";

/** Nothing must have changed for this long. */
const DELAY_MS = 300;

export class SavedRecording {
  readonly #scheduler: Scheduler;
  readonly #isHidden: () => boolean;
  readonly #set: (bytes: DataView) => void;
  /** What the trait contains; null: nothing that is known. */
  #saved: { revision: number; epochs: number } | null = null;

  /** `set` sets the trait of this page. */
  constructor(scheduler: Scheduler, isHidden: () => boolean, set: (bytes: DataView) => void) {
    this.#scheduler = scheduler;
    this.#isHidden = isHidden;
    this.#set = set;
  }

  /** Take note of what the trait contains. */
  receive(parts: Parts): void {
    this.#saved = { revision: parts.revision, epochs: epochsOf(parts) };
  }

  /** Set the trait whenever a run has ended, until `signal` is aborted. */
  connect(store: PlayerStore, signal: AbortSignal): void {
    let cancel = () => {};
    /** Encode the next piece; all at once in a hidden page, whose timers are slow. */
    const encode = (recording: GrowingRecording, pieces: ReturnType<typeof encodeRecording>) => {
      let piece = pieces.next();
      while (!piece.done && (this.#isHidden() || signal.aborted)) piece = pieces.next();
      if (!piece.done) {
        cancel = this.#scheduler.after(0, () => encode(recording, pieces));
        return;
      }
      this.#saved = { revision: recording.revision, epochs: recording.epochs };
      this.#set(new DataView(piece.value.buffer));
    };
    const begin = () => {
      const recording = store.received.peek();
      if (recording) encode(recording, encodeRecording(recording));
    };
    const stop = effect(() => {
      store.version.value;
      store.received.value;
      store.status.value;
      cancel();
      cancel = this.#isDue(store) ? this.#scheduler.after(DELAY_MS, begin) : () => {};
    });
    signal.addEventListener("abort", () => {
      stop();
      cancel();
      if (this.#isDue(store)) begin(); // the kernel knows that the page has everything
    });
  }

  /** Whether the run has ended, and the trait lacks something that was received. */
  #isDue(store: PlayerStore): boolean {
    const [recording, { state, revision, head }] = [store.received.peek(), store.status.peek()];
    // Of a long recording the page has only some records: the kernel sends what is saved of it.
    if (!recording || recording.stride > 1 || state === "training") return false;
    if (recording.revision !== revision || recording.epochs !== head + 1) return false;
    return this.#saved?.revision !== revision || this.#saved.epochs !== recording.epochs;
  }
}
