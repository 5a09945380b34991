/** Connects a widget's model to a store: the only file that names the traits and messages. */
import type { Scheduler } from "../drawing/scheduler";
import type { Chunk } from "../player/chunk";
import { FOLLOW_HEAD } from "../player/cursor-reporter";
import { bytesOf, decodeRecording } from "../player/decode";
import { runCodeOf } from "../player/run-code";
import type { PlayerStore } from "../player/store";
import type { Command, Kernel, Status } from "../player/types";
import { type Contact, connectionAt } from "./connection";
import { RecordRequests, type RecordsMessage } from "./record-requests";
import { SavedRecording } from "./saved-recording";
import { WeightRequests, type WeightsMessage } from "./weight-requests";

/**
 * The part of anywidget's model that is used. A page sets traits only for those who save its state, and so never calls
 * `save_changes`, which would send them to the kernel.
 */
export interface Model {
  get(trait: string): unknown;
  set(trait: string, value: unknown): void;
  send(content: unknown): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
}

/** The part of `document` that is used. */
export interface Page extends Pick<EventTarget, "addEventListener"> {
  readonly visibilityState: string;
}

/**
 * {kind: "chunk", ...Chunk}, {kind: "overview"}, {kind: "records", ...RecordsMessage}, {kind: "status", view, status},
 * {kind: "weights", ...WeightsMessage} or {kind: "refused", message}
 */
type Message = Partial<Record<"kind" | "view" | "status" | "message", unknown>>;

/** At least this long between two acknowledgements: answering every message would slow the next one down. */
const ACK_INTERVAL_MS = 400;
const HEARTBEAT_MS = 2000;
/** The heartbeat while the kernel does not answer. */
const SLOW_HEARTBEAT_MS = 5000;
const CHECK_INTERVAL_MS = 500;
/** Keep asking this long after the first unanswered message; the reply may have been lost. */
const RETRY_FOR_MS = 60_000;

/** The values of the trait `recording` that did not come from Python: another view of the model may have set them. */
const setByPages = new WeakSet();

const NO_CONTACT: Contact = { openedAt: 0, receivedAt: null, askedAt: null, training: false, broken: false };

export class Link implements Kernel {
  readonly #model: Model;
  readonly #scheduler: Scheduler;
  readonly #page: Page;
  readonly #view = Math.random().toString(36).slice(2, 12);
  readonly #weights: WeightRequests;
  readonly #records: RecordRequests;
  readonly #saved: SavedRecording;
  #store: PlayerStore | null = null;
  #contact = { ...NO_CONTACT };
  #ackedAt = Number.NEGATIVE_INFINITY;
  /** A chunk did not fit the recording, or epochs never arrived. */
  #missed = false;
  /** The last acknowledgement has no answer yet; other views may have had one. */
  #unanswered = false;
  #cancelAck: (() => void) | null = null;
  #cancelCheck: (() => void) | null = null;
  /** True while this page sets its cursor: the change event did not come from Python. */
  #setting = false;

  /** `inflater` decompresses weights; tests pass one that takes no time. */
  constructor(model: Model, scheduler: Scheduler, page: Page, inflater?: (bytes: Uint8Array) => Promise<Uint8Array>) {
    this.#model = model;
    this.#scheduler = scheduler;
    this.#page = page;
    const isHidden = () => page.visibilityState === "hidden";
    this.#records = new RecordRequests(this.#view, (message) => this.#post(message), scheduler);
    this.#weights = new WeightRequests(this.#view, (message) => this.#post(message), scheduler, isHidden, inflater);
    this.#saved = new SavedRecording(scheduler, isHidden, (bytes) => {
      setByPages.add(bytes);
      model.set("recording", bytes);
    });
  }

  /** Show the model in `store`, and keep both in sync until `signal` is aborted. */
  connect(store: PlayerStore, signal: AbortSignal): void {
    this.#store = store;
    this.#contact = { ...NO_CONTACT, openedAt: this.#scheduler.now() };
    this.#receiveStatus(this.#model.get("status"));
    this.#receiveRecording();
    this.#receiveWeights();
    this.#receiveCode();
    store.receiveCursor(Number(this.#model.get("cursor") ?? FOLLOW_HEAD));
    if (this.#contact.training) store.toHead();
    const listeners: Record<string, (...args: never[]) => void> = {
      "msg:custom": this.#onMessage,
      "change:recording": () => {
        if (!setByPages.has(this.#model.get("recording") as object)) this.#onTrait(() => this.#receiveRecording());
      },
      "change:weights": () => this.#receive(() => this.#receiveWeights()),
      "change:code": () => this.#receive(() => this.#receiveCode()),
      "change:status": () => this.#onTrait(() => this.#receiveStatus(this.#model.get("status"))),
      "change:cursor": () => {
        if (!this.#setting) this.#receive(() => store.receiveCursor(this.#model.get("cursor") as number));
      },
      comm_live_update: () => this.#ack(), // the channel was closed or opened: check whether the kernel answers
    };
    for (const [event, listener] of Object.entries(listeners)) this.#model.on(event, listener);
    const onVisibility = () => {
      this.#ack();
      this.#weights.check();
    };
    this.#page.addEventListener("visibilitychange", onVisibility, { signal });
    this.#weights.connect(store, signal);
    this.#records.connect(store, signal);
    this.#saved.connect(store, signal);
    const disconnect = () => {
      for (const [event, listener] of Object.entries(listeners)) this.#model.off(event, listener);
      this.#disconnect();
    };
    signal.addEventListener("abort", disconnect, { once: true });
    this.#ack();
  }

  send(command: Command): void {
    this.#post({ kind: "command", ...command });
    this.#ackSoon(); // not every command changes something; an acknowledgement is always answered
  }

  setCursor(cursor: number): void {
    this.#setting = true;
    try {
      this.#model.set("cursor", cursor); // for those who save the state of this page
    } finally {
      this.#setting = false;
    }
    try {
      this.#model.send({ kind: "cursor", cursor });
    } catch {
      this.#markBroken();
    }
  }

  /** Report to the kernel what has arrived. */
  #ack(): void {
    if (this.#store === null) return;
    this.#cancelAck?.();
    this.#cancelAck = null;
    this.#ackedAt = this.#scheduler.now();
    this.#unanswered = true;
    const recording = this.#store.received.peek();
    this.#post({
      kind: "ack",
      view: this.#view,
      revision: recording?.revision ?? -1,
      epochs: recording?.epochs ?? 0,
      hidden: this.#page.visibilityState === "hidden",
      missed: this.#missed,
      thinned: (recording?.stride ?? 1) > 1,
      status_seq: this.#store.status.peek().seq,
    });
    this.#missed = false;
  }

  /** Acknowledge now if the last acknowledgement is old enough (timers do not run in hidden pages), otherwise later. */
  #ackSoon(): void {
    const wait = this.#ackedAt + ACK_INTERVAL_MS - this.#scheduler.now();
    if (wait <= 0) this.#ack();
    else this.#cancelAck ??= this.#scheduler.after(wait, () => this.#ack());
  }

  #post(message: object): void {
    this.#contact.askedAt ??= this.#scheduler.now();
    try {
      this.#model.send(message);
    } catch {
      this.#markBroken();
    }
    this.#checkConnection();
  }

  #markBroken(): void {
    this.#contact.broken = true;
    this.#checkConnection();
  }

  #disconnect(): void {
    this.#store = null;
    this.#cancelAck?.();
    this.#cancelCheck?.();
    this.#cancelAck = this.#cancelCheck = null;
    try {
      this.#model.send({ kind: "closed", view: this.#view });
    } catch {
      // The channel is closed: the kernel cannot be notified.
    }
  }

  readonly #onMessage = (message: Message | null, buffers: unknown[] = []) => {
    if (message?.kind === "chunk") this.#receive(() => this.#receiveChunk(message as Chunk, buffers));
    else if (message?.kind === "overview") this.#onTrait(() => this.#receiveRecording(buffers[0]));
    else if (message?.kind === "records")
      this.#receive(() => this.#receiveRecords(message as unknown as RecordsMessage, buffers));
    else if (message?.kind === "status") this.#receive(() => this.#receiveAnswer(message));
    else if (message?.kind === "weights")
      this.#receive(() => this.#weights.receive(message as unknown as WeightsMessage, buffers));
    else if (message?.kind === "refused") this.#receive(() => console.warn("[epochscope]", message.message));
  };

  #receive(apply: () => void): void {
    this.#contact.receivedAt = this.#scheduler.now();
    this.#contact.askedAt = null;
    this.#contact.broken = false;
    apply();
    this.#checkConnection();
  }

  /** A trait may be the only message that arrived, so it is acknowledged too. */
  #onTrait(apply: () => void): void {
    this.#receive(apply);
    this.#ackSoon();
  }

  #receiveAnswer({ view, status }: Message): void {
    if (view === this.#view) this.#unanswered = false;
    this.#receiveStatus(status);
  }

  #receiveChunk(chunk: Chunk, [block, ...others]: unknown[]): void {
    try {
      const extras = chunk.scalars && bytesOf(others.shift());
      const losses = chunk.header && bytesOf(others.shift());
      const result = this.#store?.receiveChunk(chunk, bytesOf(block), losses, extras);
      this.#missed ||= result === "gap";
    } catch (error) {
      console.error("[epochscope] a chunk was skipped:", error);
      this.#missed = true;
    }
    this.#ackSoon();
  }

  #receiveWeights(): void {
    void this.#weights.receiveSaved(this.#model.get("weights"));
  }

  #receiveCode(): void {
    this.#store?.receiveCode(runCodeOf(this.#model.get("code")));
  }

  #receiveRecords(message: RecordsMessage, buffers: unknown[]): void {
    try {
      this.#records.receive(message, buffers);
    } catch (error) {
      console.error("[epochscope] records were skipped:", error);
    }
  }

  /** Take the recording of the trait, or the overview of a message. */
  #receiveRecording(overview?: unknown): void {
    try {
      const bytes = bytesOf(overview ?? this.#model.get("recording"));
      if (bytes.byteLength === 0) return;
      const parts = decodeRecording(bytes);
      if (overview === undefined) this.#saved.receive(parts);
      this.#store?.receiveRecording(parts);
    } catch (error) {
      this.#store?.reportUnreadable(error instanceof Error ? error.message : String(error));
    }
  }

  /** Statuses arrive as a trait and with every answer, in any order: take only one with a higher number. */
  #receiveStatus(received: unknown): void {
    if (this.#store === null) return;
    const [status, known] = [received as Partial<Status> | null | undefined, this.#store.status.peek()];
    if (status?.seq !== undefined && status.seq > known.seq) this.#store.receiveStatus(status as Status);
    this.#contact.training = this.#store.status.peek().state === "training";
  }

  /** Update the connection, and check again as long as a message is expected. */
  #checkConnection(): void {
    if (this.#store === null) return;
    const connection = connectionAt(this.#scheduler.now(), this.#contact);
    if (connection !== this.#store.connection.peek()) this.#store.receiveConnection(connection);
    if (!this.#awaitingMessage || (connection === "none" && this.#gaveUp)) return;
    this.#cancelCheck ??= this.#scheduler.after(CHECK_INTERVAL_MS, () => {
      this.#cancelCheck = null;
      const interval = connection === "gone" || connection === "none" ? SLOW_HEARTBEAT_MS : HEARTBEAT_MS;
      if (this.#scheduler.now() - this.#ackedAt >= interval) {
        this.#missed ||= this.#epochsMissing;
        this.#ack();
      } else this.#checkConnection();
    });
  }

  get #awaitingReply(): boolean {
    return this.#contact.askedAt !== null || this.#unanswered;
  }

  get #awaitingMessage(): boolean {
    return this.#contact.training || this.#awaitingReply || this.#epochsMissing;
  }

  get #gaveUp(): boolean {
    return this.#contact.broken || this.#scheduler.now() - this.#contact.openedAt >= RETRY_FOR_MS;
  }

  /** Whether the status reports epochs that have not arrived. */
  get #epochsMissing(): boolean {
    const [recording, status] = [this.#store?.received.peek(), this.#store?.status.peek()];
    if (!recording || !status) return false;
    if (status.revision !== recording.revision) return status.revision > recording.revision;
    return status.head >= recording.epochs;
  }
}
