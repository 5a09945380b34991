/** Asks the kernel for weights while a panel needs them: those nearest to the cursor first, one request at a time. */
import { effect } from "@preact/signals";
import type { Scheduler } from "../drawing/scheduler";
import { bytesOf } from "../player/decode";
import { inflate } from "../player/inflate";
import { unpackWeights } from "../player/packed-weights";
import type { PlayerStore } from "../player/store";
import { BLOCK, type Block, nextBlock } from "../player/weight-blocks";
import { BUDGET_BYTES } from "../player/weights";

/** The answer to a request; `complete` lists all epochs from `first` to `last` that the kernel has, null: more may follow. */
export interface WeightsMessage {
  view: string;
  revision: number;
  first: number;
  last: number;
  complete: number[] | null;
  refused: string | null;
}

/** At least this long between two requests. */
const INTERVAL_MS = 60;
/** A run that trains as fast as possible has few weights to send. */
const BUSY_INTERVAL_MS = 400;
/** A request without an answer for this long is sent again: it may have been lost. */
const TIMEOUT_MS = 3000;

export class WeightRequests {
  readonly #post: (message: object) => void;
  readonly #scheduler: Scheduler;
  readonly #view: string;
  readonly #isHidden: () => boolean;
  readonly #inflate: typeof inflate;
  #store: PlayerStore | null = null;
  /** When the request that is not answered yet was sent. */
  #askedAt: number | null = null;
  #notBefore = 0;
  #cancel: (() => void) | null = null;
  /** When the next check is due. */
  #due = Number.POSITIVE_INFINITY;
  #revision = -1;
  /** Blocks of which the kernel has sent all it has, with the last epoch that they had then. */
  readonly #done = new Map<number, number>();

  constructor(
    view: string,
    post: (message: object) => void,
    scheduler: Scheduler,
    isHidden: () => boolean,
    inflater = inflate,
  ) {
    this.#view = view;
    this.#post = post;
    this.#scheduler = scheduler;
    this.#isHidden = isHidden;
    this.#inflate = inflater;
  }

  /** Ask whenever weights are missing, until `signal` is aborted. */
  connect(store: PlayerStore, signal: AbortSignal): void {
    this.#store = store;
    const stop = effect(() => {
      store.version.value;
      store.connection.value;
      store.cursor.value;
      if (store.weights.wanted.value) this.#checkAfter(0);
    });
    signal.addEventListener("abort", () => {
      stop();
      this.#cancel?.();
      this.#due = Number.POSITIVE_INFINITY;
      this.#store = null;
    });
  }

  /** The saved state of a notebook, or of a page that was reloaded, may have weights. */
  async receiveSaved(value: unknown): Promise<void> {
    const bytes = value ? bytesOf(value) : null;
    if (bytes !== null && bytes.byteLength > 0) await this.#add(bytes);
  }

  async receive(message: WeightsMessage, [buffer]: unknown[]): Promise<void> {
    const now = this.#scheduler.now();
    if (message.view === this.#view) {
      this.#askedAt = message.complete || message.refused !== null ? null : now;
      if (!message.complete) this.#pause(now);
    }
    if (message.revision !== this.#store?.received.peek()?.revision) return;
    if (message.refused !== null) return this.#store.weights.refuse(message.refused);
    if (buffer) await this.#add(bytesOf(buffer));
    if (this.#store === null) return; // not connected any more
    const { weights } = this.#store;
    if (message.complete?.every((epoch) => weights.has(epoch))) this.#markDone(message);
    this.#checkAfter(0);
  }

  /** A run that trains at full speed sends what it has and no more: ask again later. */
  #pause(now: number): void {
    const { state, speed } = this.#store?.status.peek() ?? {};
    if (state !== "training" || speed !== null) return;
    this.#askedAt = null;
    this.#notBefore = now + BUSY_INTERVAL_MS;
  }

  async #add(bytes: Uint8Array): Promise<void> {
    try {
      const packed = await unpackWeights(bytes, this.#inflate);
      if (packed.revision === this.#store?.received.peek()?.revision) this.#store.receiveWeights(packed);
    } catch (error) {
      console.error("[epochscope] weights were skipped:", error);
    }
  }

  #markDone({ first, last }: Block): void {
    for (let index = Math.ceil(first / BLOCK); index * BLOCK <= last; index++) {
      this.#done.set(index, Math.min(last, (index + 1) * BLOCK - 1));
    }
  }

  #checkAfter(ms: number): void {
    const now = this.#scheduler.now();
    const due = Math.max(now + ms, this.#notBefore);
    if (due >= this.#due) return;
    this.#cancel?.();
    this.#due = due;
    this.#cancel = this.#scheduler.after(due - now, () => {
      this.#due = Number.POSITIVE_INFINITY;
      this.check();
    });
  }

  /** Ask, if weights are missing and no answer is awaited. */
  check(): void {
    const [store, now] = [this.#store, this.#scheduler.now()];
    const recording = store?.received.peek();
    if (!store?.weights.wanted.peek() || !recording || store.connection.peek() === "none") return;
    if (recording.revision !== this.#revision) {
      this.#revision = recording.revision;
      this.#done.clear();
      this.#askedAt = null;
    }
    if (this.#askedAt !== null && now - this.#askedAt < TIMEOUT_MS) {
      this.#checkAfter(this.#askedAt + TIMEOUT_MS - now);
      return;
    }
    const block = this.#isHidden() ? null : this.#next(store, recording.epochs - 1);
    if (block === null) return;
    this.#askedAt = now;
    this.#notBefore = now + INTERVAL_MS;
    const epoch = Math.min(block.last, Math.max(block.first, store.cursor.peek()));
    this.#post({ kind: "want", view: this.#view, revision: recording.revision, epoch, ...block });
    this.#checkAfter(TIMEOUT_MS);
  }

  #next(store: PlayerStore, head: number): Block | null {
    if (head < 0 || store.weights.refusal.peek() !== null) return null;
    const { bytesPerEpoch } = store.weights;
    const blocks = Math.max(1, Math.floor(BUDGET_BYTES / Math.max(1, bytesPerEpoch * BLOCK)));
    const isDone = ({ first, last }: Block) => (this.#done.get(Math.floor(first / BLOCK)) ?? -1) >= last;
    return nextBlock(store.cursor.peek(), head, blocks, (epoch) => store.weights.has(epoch), isDone);
  }
}
