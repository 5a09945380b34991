/** Connects the model of a sweep to its store. */
import type { Scheduler } from "../drawing/scheduler";
import { bytesOf } from "../player/decode";
import { type SweepMessage, type SweepSource, SweepStore } from "../player/sweep";
import { isSweep, type SweepState } from "../player/sweep-data";
import type { Model } from "./link";

/** A kernel that has not answered for this long is busy, or there is none. */
export const SILENT_MS = 3000;

export class SweepLink implements SweepSource {
  readonly store: SweepStore;
  readonly #model: Model;
  readonly #scheduler: Scheduler;
  #shown: readonly unknown[];
  #cancel: (() => void) | null = null;

  /** `inflater` decompresses recordings; tests pass one that takes no time. */
  constructor(model: Model, scheduler: Scheduler, inflater?: (bytes: Uint8Array) => Promise<Uint8Array>) {
    this.#model = model;
    this.#scheduler = scheduler;
    this.#shown = this.#traits();
    const [state, curves] = this.#shown;
    this.store = new SweepStore(this, state as SweepState, curves, inflater);
  }

  /** Keep the store up to date until `signal` is aborted. */
  connect(signal: AbortSignal): void {
    this.#receiveState();
    const listeners: Record<string, (...args: never[]) => void> = {
      "change:sweep": () => this.#answered(() => this.#receiveState()),
      "change:curves": () => this.#answered(() => this.#receiveState()),
      "change:recordings": () => this.#answered(() => this.store.receiveRecordings()),
      "msg:custom": this.#onMessage,
    };
    for (const [event, listener] of Object.entries(listeners)) this.#model.on(event, listener);
    const disconnect = () => {
      for (const [event, listener] of Object.entries(listeners)) this.#model.off(event, listener);
      this.#cancel?.();
      this.#cancel = null;
      try {
        this.#model.send({ kind: "closed" });
      } catch {
        // The channel is closed: the kernel cannot be notified.
      }
    };
    signal.addEventListener("abort", disconnect, { once: true });
  }

  send = (message: SweepMessage): void => {
    this.#cancel ??= this.#scheduler.after(SILENT_MS, () => {
      this.store.silent.value = true;
    });
    try {
      this.#model.send(message);
    } catch {
      this.store.silent.value = true; // the channel is closed
    }
  };

  packed(run: number): Uint8Array | null {
    const recordings = this.#model.get("recordings");
    const packed: unknown = Array.isArray(recordings) ? recordings[run] : null;
    return packed ? bytesOf(packed) : null;
  }

  #traits(): readonly unknown[] {
    return [this.#model.get("sweep"), this.#model.get("curves")];
  }

  /** Both traits change together, but each has an event of its own. */
  #receiveState(): void {
    const [state, curves] = this.#traits();
    if ((state === this.#shown[0] && curves === this.#shown[1]) || !isSweep(state)) return;
    try {
      this.store.receive(state, curves);
      this.#shown = [state, curves];
    } catch (error) {
      console.warn("[epochscope] a state of the sweep was skipped:", error);
    }
  }

  #answered(apply: () => void): void {
    this.#cancel?.();
    this.#cancel = null;
    this.store.silent.value = false;
    apply();
  }

  readonly #onMessage = (message: Record<string, unknown> | null, buffers: unknown[] = []): void => {
    const { kind, run, message: reason } = message ?? {};
    if (kind === "recording") this.#answered(() => void this.store.receiveRecording(Number(run), bytesOf(buffers[0])));
    else if (kind === "refused")
      this.#answered(() => {
        if (typeof run === "number") this.store.receiveRefusal(run, String(reason));
        else console.warn("[epochscope]", reason);
      });
  };
}
