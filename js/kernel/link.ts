/** Between a widget's model and a store: the one file that knows the names of traits and messages. */

import { bytesOf, decodeRecording } from "../player/decode";
import type { Command, Kernel } from "../player/kernel";
import type { Scheduler } from "../player/playback";
import type { Chunk } from "../player/recording";
import type { PlayerStore } from "../player/store";
import type { Status } from "../player/types";
import { type Contact, connectionAt } from "./connection";

/** What is used of anywidget's model. */
export interface Model {
  get(trait: string): unknown;
  set(trait: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
}

/** What is used of `document`. */
export interface Page extends Pick<EventTarget, "addEventListener"> {
  readonly visibilityState: string;
}

/** Acknowledgements are lazy: answering every message would slow the next one down. */
const ACK_MS = 400;
const HEARTBEAT_MS = 2000;
/** While nobody answers there is no hurry. */
const SLOW_HEARTBEAT_MS = 5000;
const LOOK_MS = 500;
/** A page that was never answered asks on for so long: it may be the answer that was lost, not the kernel. */
const HOPE_MS = 60_000;

export class Link implements Kernel {
  readonly #model: Model;
  readonly #scheduler: Scheduler;
  readonly #page: Page;
  readonly #view = Math.random().toString(36).slice(2, 12);
  #store: PlayerStore | null = null;
  #contact: Contact;
  #haveAt = Number.NEGATIVE_INFINITY;
  #gap = false;
  /** What is here was said, and the kernel has not answered that yet; it may have answered others. */
  #unanswered = false;
  #cancelAck: (() => void) | null = null;
  #cancelLook: (() => void) | null = null;
  /** Our own set of the cursor comes back as a change: it is no news. */
  #setting = false;

  constructor(model: Model, scheduler: Scheduler, page: Page) {
    this.#model = model;
    this.#scheduler = scheduler;
    this.#page = page;
    this.#contact = { since: 0, heardAt: null, askedAt: null, training: false, broken: false };
  }

  /** Show the model in `store`, and keep it so until `signal` is aborted. */
  connect(store: PlayerStore, signal: AbortSignal): void {
    this.#store = store;
    this.#contact = { since: this.#scheduler.now(), heardAt: null, askedAt: null, training: false, broken: false };
    this.#hearStatus(this.#model.get("status"));
    this.#hearRecording();
    const cursor = this.#model.get("cursor");
    if (this.#contact.training) store.toHead();
    else if (typeof cursor === "number" && cursor >= 0) store.hearCursor(cursor);
    const heard: [string, (...args: never[]) => void][] = [];
    const on = (event: string, callback: (...args: never[]) => void) => {
      this.#model.on(event, callback);
      heard.push([event, callback]);
    };
    on("msg:custom", this.#onMessage);
    on("change:recording", () => this.#heardTrait(() => this.#hearRecording()));
    on("change:status", () => this.#heardTrait(() => this.#hearStatus(this.#model.get("status"))));
    on("change:cursor", () => {
      if (!this.#setting) this.#heard(() => store.hearCursor(this.#model.get("cursor") as number));
    });
    on("comm_live_update", () => this.#have()); // the channel was closed, or is there again: ask who is there
    this.#page.addEventListener("visibilitychange", () => this.#have(), { signal });
    const leave = () => {
      for (const [event, callback] of heard) this.#model.off(event, callback);
      this.#disconnect();
    };
    signal.addEventListener("abort", leave, { once: true });
    this.#have();
  }

  // ---- to the kernel

  send(command: Command): void {
    this.#post({ kind: "command", ...command });
    // Not every command changes something: this asks for an answer in any case.
    this.#ack();
  }

  setCursor(epoch: number): void {
    this.#setting = true;
    try {
      this.#model.set("cursor", epoch);
      this.#model.save_changes();
    } catch {
      this.#broken();
    } finally {
      this.#setting = false;
    }
  }

  /** Say what is here, at once. */
  #have(): void {
    if (this.#store === null) return;
    this.#cancelAck?.();
    this.#cancelAck = null;
    this.#haveAt = this.#scheduler.now();
    this.#unanswered = true;
    const recording = this.#store.recording.peek();
    this.#post({
      kind: "have",
      view: this.#view,
      revision: recording?.revision ?? -1,
      epochs: recording?.epochs ?? 0,
      told: this.#store.status.peek().told ?? -1,
      hidden: this.#page.visibilityState === "hidden",
      ...(this.#gap ? { gap: true } : {}),
    });
    this.#gap = false;
  }

  /** Say what is here, soon: now if the last time is long enough ago, for timers sleep in hidden pages. */
  #ack(): void {
    const wait = this.#haveAt + ACK_MS - this.#scheduler.now();
    if (wait <= 0) this.#have();
    else this.#cancelAck ??= this.#scheduler.after(wait, () => this.#have());
  }

  #post(message: object): void {
    this.#contact.askedAt ??= this.#scheduler.now();
    try {
      this.#model.send(message);
    } catch {
      this.#broken();
    }
    this.#look();
  }

  #broken(): void {
    this.#contact.broken = true;
    this.#look();
  }

  #disconnect(): void {
    this.#store = null;
    this.#cancelAck?.();
    this.#cancelLook?.();
    this.#cancelAck = this.#cancelLook = null;
    try {
      this.#model.send({ kind: "bye", view: this.#view });
    } catch {
      // Nobody is there to miss us.
    }
  }

  // ---- from the kernel

  readonly #onMessage = (
    content: { kind?: unknown; message?: unknown; view?: unknown; status?: unknown } | null,
    buffers: unknown[] = [],
  ) => {
    if (content?.kind === "chunk") this.#heard(() => this.#hearChunk(content as unknown as Chunk, buffers));
    else if (content?.kind === "alive") this.#heard(() => this.#hearAlive(content));
    else if (content?.kind === "refused") this.#heard(() => console.warn("[epochscope]", content.message));
  };

  #heard(take: () => void): void {
    this.#contact.heardAt = this.#scheduler.now();
    this.#contact.askedAt = null;
    this.#contact.broken = false;
    take();
    this.#look();
  }

  #hearAlive({ view, status }: { view?: unknown; status?: unknown }): void {
    if (view === this.#view) this.#unanswered = false;
    this.#hearStatus(status);
  }

  /** What comes as a trait may have been all that came: the kernel waits to hear of it. */
  #heardTrait(take: () => void): void {
    this.#heard(take);
    this.#ack();
  }

  #hearChunk(chunk: Chunk, [block, ghosts]: unknown[]): void {
    try {
      this.#gap ||= this.#store?.hearChunk(chunk, bytesOf(block), ghosts ? bytesOf(ghosts) : undefined) === "ask";
    } catch (error) {
      console.error("[epochscope] a chunk was left out:", error);
      this.#gap = true;
    }
    this.#ack();
  }

  #hearRecording(): void {
    const buffer = this.#model.get("recording");
    try {
      const bytes = bytesOf(buffer);
      if (bytes.byteLength > 0) this.#store?.hearRecording(decodeRecording(bytes));
    } catch (error) {
      this.#store?.hearTrouble(error instanceof Error ? error.message : String(error));
    }
  }

  /** It comes as a trait and with every answer, in any order: news is what has a higher number. */
  #hearStatus(heard: unknown): void {
    const [status, known] = [heard as Status | null | undefined, this.#store?.status.peek()];
    if (status?.state !== undefined && (status.told ?? 0) > (known?.told ?? -1)) this.#store?.hearStatus(status);
    this.#contact.training = this.#store?.status.peek().state === "training";
  }

  // ---- is anybody there?

  /** Look at the clock, now and as long as something is to be heard. */
  #look(): void {
    if (this.#store === null) return;
    const now = this.#scheduler.now();
    const connection = connectionAt(now, this.#contact);
    if (connection !== this.#store.connection.peek()) this.#store.hearConnection(connection);
    const open = this.#contact.training || this.#contact.askedAt !== null || this.#unanswered || this.#lacks();
    const { since, broken } = this.#contact;
    if (!open || (connection === "none" && (broken || now - since >= HOPE_MS))) return;
    this.#cancelLook ??= this.#scheduler.after(LOOK_MS, () => {
      this.#cancelLook = null;
      const pause = connection === "gone" || connection === "none" ? SLOW_HEARTBEAT_MS : HEARTBEAT_MS;
      if (this.#scheduler.now() - this.#haveAt >= pause) {
        this.#gap ||= this.#lacks();
        this.#have();
      } else this.#look();
    });
  }

  /** The status tells of epochs that have not come. */
  #lacks(): boolean {
    const recording = this.#store?.recording.peek();
    const status = this.#store?.status.peek();
    if (!recording || !status) return false;
    return (
      status.revision > recording.revision ||
      (status.revision === recording.revision && status.head >= recording.epochs)
    );
  }
}
