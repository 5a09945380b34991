/** The run as the kernel has reported it: recording, status and connection. */
import { batch, computed, type Signal, signal } from "@preact/signals";
import type { Parts } from "./decode";
import { type Chunk, type ChunkResult, type GrowingRecording, mergeRecording } from "./recording";
import { acceptsCommands, initialStatus, isConnected } from "./status";
import type { Connection, Recording, Status } from "./types";

export class RunState {
  readonly recording = signal<GrowingRecording | null>(null) as Signal<Recording | null>;
  readonly version = signal(0);
  readonly head = signal(-1);
  readonly status = signal<Status>(initialStatus);
  readonly connection = signal<Connection>("live");
  readonly canTrain = computed(() => isConnected(this.connection.value) && acceptsCommands(this.status.value));
  readonly isTraining = computed(() => isConnected(this.connection.value) && this.status.value.state === "training");

  /** Whether it has epochs left to train, so that its head is where training goes on. */
  readonly isUnfinished = computed(() => {
    const { state } = this.status.value;
    return this.canTrain.value && (state === "idle" || state === "paused");
  });

  /** Whether Play or Step at the head would train. */
  get canContinue(): boolean {
    return this.canTrain.peek() && this.status.peek().reason !== "diverged";
  }

  applyRecording(parts: Parts): ChunkResult {
    return this.#apply((known) => {
      this.recording.value = mergeRecording(known, parts);
      return "applied";
    });
  }

  applyChunk(chunk: Chunk, block: Uint8Array, losses?: Uint8Array): ChunkResult {
    return this.#apply((known) => known?.apply(chunk, block, losses) ?? "gap");
  }

  applyStatus(status: Status): void {
    this.status.value = status;
  }

  #apply(apply: (known: GrowingRecording | null) => ChunkResult): ChunkResult {
    return batch(() => {
      const result = apply(this.recording.peek() as GrowingRecording | null);
      if (result === "applied") {
        this.version.value++;
        this.head.value = (this.recording.peek()?.epochs ?? 0) - 1;
      }
      return result;
    });
  }
}
