/** The run as the kernel has reported it: recording, status and connection. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Chunk, ChunkResult } from "./chunk";
import type { Parts } from "./decode";
import { LimitedRecording } from "./limited-recording";
import { ProbeRecording } from "./probe-recording";
import { type Budget, PAGE_BUDGET } from "./record-blocks";
import { type GrowingRecording, mergeRecording } from "./recording";
import { acceptsCommands, initialStatus, isConnected } from "./status";
import type { Connection, Probe, Recording, Status } from "./types";

const NO_PROBES: readonly Probe[] = [];

export class RunState {
  readonly #budget: Budget;
  /** All that has been received. */
  readonly received = signal<GrowingRecording | null>(null);
  /** Only so many of its first epochs are shown; null: all. */
  readonly limit = signal<number | null>(null);
  readonly version = signal(0);
  /** The texts of which one is shown; empty: the recording has only one text. */
  readonly probes = computed(() => {
    this.version.value;
    return this.received.value?.probes ?? NO_PROBES;
  });
  /** The name of the probe that the viewer has chosen; null: none so far. */
  readonly chosenProbe = signal<string | null>(null);
  /** The number of the probe that is shown: the chosen one if the recording has it. */
  readonly probe = computed(() => {
    const chosen = this.probes.value.findIndex(({ name }) => name === this.chosenProbe.value);
    return Math.max(0, chosen);
  });
  /** What is shown. */
  readonly recording: ReadonlySignal<Recording | null> = computed(() => {
    const [received, limit] = [this.received.value, this.limit.value];
    if (received === null) return null;
    const isProbe = this.probes.value.length > 0;
    const whole = isProbe ? new ProbeRecording(received, this.probe.value) : received;
    return limit === null ? whole : new LimitedRecording(whole, limit);
  });
  /** Increases when records arrive that this page had dropped or never had. */
  readonly filled = signal(0);
  /** The last epoch of what is shown, -1 = none. */
  readonly head = computed(() => {
    this.version.value;
    return (this.recording.value?.epochs ?? 0) - 1;
  });
  readonly status = signal<Status>(initialStatus);
  readonly connection = signal<Connection>("live");
  readonly canTrain = computed(
    () => this.limit.value === null && isConnected(this.connection.value) && acceptsCommands(this.status.value),
  );
  readonly isTraining = computed(() => isConnected(this.connection.value) && this.status.value.state === "training");

  /** Whether it has epochs left to train, so that its head is where training goes on. */
  readonly isUnfinished = computed(() => {
    const { state } = this.status.value;
    return this.canTrain.value && (state === "idle" || state === "paused");
  });

  /** `budget`: how many records are kept. */
  constructor(budget = PAGE_BUDGET) {
    this.#budget = budget;
  }

  /** Whether Play or Step at the head would train. */
  get canContinue(): boolean {
    return this.canTrain.peek() && this.status.peek().reason !== "diverged";
  }

  applyRecording(parts: Parts, budget = this.#budget): ChunkResult {
    return this.#apply((known) => {
      this.received.value = mergeRecording(known, parts, budget);
      return "applied";
    });
  }

  applyChunk(chunk: Chunk, block: Uint8Array, losses?: Uint8Array, extras?: Uint8Array): ChunkResult {
    return this.#apply((known) => known?.apply(chunk, block, losses, extras) ?? "gap");
  }

  /** Take records that were asked for; return whether any of them were missing. */
  fill(revision: number, start: number, count: number, block: Uint8Array): boolean {
    const received = this.received.peek();
    if (received?.revision !== revision || !received.fill(start, block, count)) return false;
    this.filled.value++;
    return true;
  }

  applyStatus(status: Status): void {
    this.status.value = status;
  }

  #apply(apply: (known: GrowingRecording | null) => ChunkResult): ChunkResult {
    return batch(() => {
      const result = apply(this.received.peek());
      if (result === "applied") this.version.value++;
      return result;
    });
  }
}
