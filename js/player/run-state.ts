/** The run as the kernel has reported it: recording, status and connection. */
import { batch, computed, type Signal, signal } from "@preact/signals";
import type { Parts } from "./decode";
import { type Chunk, type ChunkResult, type GrowingRecording, mergeRecording } from "./recording";
import { Speed } from "./speed";
import { acceptsCommands, initialStatus, isConnected } from "./status";
import type { Connection, Recording, Status } from "./types";

export class RunState {
  readonly recording = signal<GrowingRecording | null>(null) as Signal<Recording | null>;
  readonly version = signal(0);
  readonly head = signal(-1);
  readonly status = signal<Status>(initialStatus);
  readonly connection = signal<Connection>("live");
  readonly speed = new Speed();
  readonly canTrain = computed(() => isConnected(this.connection.value) && acceptsCommands(this.status.value));
  readonly isTraining = computed(() => isConnected(this.connection.value) && this.status.value.state === "training");

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
    batch(() => {
      const before = this.status.peek();
      this.status.value = status;
      this.speed.receive(status, before);
    });
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
