/** The state of one player: what the kernel has said, what the viewer has chosen, and what follows from both. */
import { batch, computed, type Signal, signal } from "@preact/signals";
import { Rest } from "./cursor-reporter";
import type { Parts } from "./decode";
import type { Command, Kernel } from "./kernel";
import { isConnected, Playback, type Scheduler } from "./playback";
import { type Chunk, type GrowingRecording, replaced, type Verdict } from "./recording";
import { Speed, told } from "./speed";
import type { Connection, Recording, Status, Store, Until } from "./types";

const IDLE: Status = {
  ...{ state: "idle", head: -1, revision: 0, goal: 300, speed: 12, reason: null, message: null, source: "trainer" },
};

export class PlayerStore implements Store {
  readonly recording = signal<GrowingRecording | null>(null) as Signal<Recording | null>;
  readonly version = signal(0);
  readonly status = signal<Status>(IDLE);
  readonly connection = signal<Connection>("live");
  readonly #speed = new Speed();
  readonly speed = this.#speed.value;
  readonly loop = signal(false);
  readonly logarithmic = signal(false);
  readonly hover = signal<number | null>(null);
  readonly focus = signal<number | null>(null);
  readonly dragging = signal(false);
  readonly head = signal(-1);
  readonly canTrain = computed(() => isConnected(this.connection.value) && takesCommands(this.status.value));
  readonly #kernel: Kernel;
  readonly #playback: Playback;
  readonly #rest: Rest;
  /** A play is on its way: the status that it was sent under. */
  #expecting: Status | null = null;
  /** An epoch to show as soon as it is here. */
  #wanted: number | null = null;

  constructor(kernel: Kernel, scheduler: Scheduler) {
    this.#kernel = kernel;
    this.#playback = new Playback(this, scheduler);
    const resting = () => this.mode.value === "rest" && !this.dragging.value && !this.#awaits();
    this.#rest = new Rest(this.cursor, resting, scheduler, (epoch) => kernel.setCursor(epoch));
  }

  get cursor() {
    return this.#playback.cursor;
  }

  get mode() {
    return this.#playback.mode;
  }

  dispose(): void {
    this.#rest.dispose();
    this.#playback.dispose();
  }

  // ---- what the viewer wants

  play(): void {
    batch(() => {
      const { held, replaying, mode } = this.#playback;
      if (mode.peek() !== "rest") return;
      this.#wanted = null;
      const head = this.head.peek();
      if (held.peek()) {
        held.value = false;
        this.#sendPlay(null);
      } else if (this.cursor.peek() < head) replaying.value = true;
      else if (this.#canGoOn()) {
        if (this.#expecting !== this.status.peek()) this.#sendPlay(null);
      } else if (head > 0) {
        this.#playback.goTo(0);
        replaying.value = true;
      }
    });
  }

  pause(): void {
    const { held, replaying, trains, mode } = this.#playback;
    const hoping = this.#expecting === this.status.peek();
    this.#expecting = null;
    if (replaying.peek()) {
      replaying.value = false;
      this.#rest.now();
    } else if (trains.peek() || hoping) {
      if (mode.peek() === "training") held.value = true;
      this.#kernel.send({ command: "pause" });
    }
  }

  toggle(): void {
    if (this.mode.peek() !== "rest" || this.#expecting === this.status.peek()) this.pause();
    else this.play();
  }

  step(n: number): void {
    if (n === 0) return;
    batch(() => {
      this.#wanted = null;
      const atHead = this.cursor.peek() >= this.head.peek();
      if (n < 0 || (!atHead && this.mode.peek() !== "training")) {
        this.#playback.replaying.value = false;
        this.#move(this.cursor.peek() + n);
      } else if (this.#canGoOn() && !this.#playback.trains.peek()) {
        this.#playback.replaying.value = false;
        this.#kernel.send({ command: "step", n });
      }
    });
  }

  seek(epoch: number): void {
    if (!Number.isNaN(epoch)) batch(() => this.#move(epoch));
  }

  toHead(): void {
    batch(() => {
      this.#playback.replaying.value = false;
      this.#move(this.head.peek());
    });
  }

  toStart(): void {
    this.seek(0);
  }

  reset(): void {
    this.#change({ command: "reset" });
  }

  rewind(): void {
    const epoch = this.cursor.peek();
    if (epoch >= 0) this.#change({ command: "rewind", epoch });
  }

  branch(lr: number): void {
    const epoch = this.cursor.peek();
    if (epoch >= 0) this.#change({ command: "branch", epoch, lr });
  }

  returnTo(ghost: number): void {
    this.#change({ command: "return", ghost });
  }

  setSpeed(speed: number): void {
    if (!(speed > 0)) return;
    const trains = this.#playback.trains.peek();
    this.#speed.wish(speed, trains);
    if (trains) this.#kernel.send({ command: "speed", speed: told(speed) });
  }

  runUntil(until: Until | null): void {
    if (!this.#canGoOn()) return;
    this.toHead();
    this.#sendPlay(until);
  }

  // ---- what the kernel says

  hearRecording(parts: Parts): void {
    this.#take((known) => {
      this.recording.value = replaced(known, parts);
      return "changed";
    });
  }

  hearChunk(chunk: Chunk, block: Uint8Array, ghosts?: Uint8Array): Verdict {
    return this.#take((known) => known?.apply(chunk, block, ghosts) ?? "ask");
  }

  /** What came cannot be read: say so where the viewer looks. */
  hearTrouble(message: string): void {
    this.hearStatus({ ...this.status.peek(), state: "failed", reason: "unreadable", message });
  }

  hearStatus(status: Status): void {
    batch(() => {
      const before = this.status.peek();
      this.status.value = status;
      this.#speed.hear(status, before);
    });
  }

  hearConnection(connection: Connection): void {
    const hoping = this.#expecting === this.status.peek();
    this.connection.value = connection;
    if (isConnected(connection)) return;
    this.#expecting = null;
    // There is nobody to train: what was asked for can only have been the film.
    if (connection === "none" && hoping) this.play();
  }

  /** Python has moved the cursor: to its own head, which may be ahead of ours or behind it by now, or elsewhere. */
  hearCursor(epoch: number): void {
    batch(() => {
      this.#rest.heard(epoch);
      if (epoch === this.status.peek().head) {
        this.toHead();
        return;
      }
      this.#playback.replaying.value = false;
      this.#move(epoch);
      if (epoch > this.head.peek()) this.#wanted = epoch;
    });
  }

  // ---- how it hangs together

  #move(epoch: number): void {
    this.#wanted = null;
    this.#playback.goTo(epoch);
  }

  /** The head that the cursor goes along with is still on its way. */
  #awaits(): boolean {
    const { held, following } = this.#playback;
    return held.value || (following.value && this.head.value < this.status.value.head);
  }

  #canGoOn(): boolean {
    return this.canTrain.peek() && this.status.peek().reason !== "diverged";
  }

  #sendPlay(until: Until | null): void {
    this.#expecting = this.status.peek();
    this.#kernel.send({ command: "play", speed: told(this.speed.peek()), until });
  }

  #change(command: Command): void {
    this.#playback.replaying.value = false;
    this.#kernel.send(command);
  }

  #take(take: (known: GrowingRecording | null) => Verdict): Verdict {
    return batch(() => {
      const known = this.recording.peek() as GrowingRecording | null;
      const revision = known?.revision;
      const verdict = take(known);
      if (verdict !== "changed") return verdict;
      this.version.value++;
      const head = (this.recording.peek()?.epochs ?? 0) - 1;
      this.head.value = head;
      // Where the line is cut at or before the cursor, what comes next is what the viewer is waiting for.
      if (revision !== this.recording.peek()?.revision && this.cursor.peek() >= head) this.#playback.goTo(head);
      if (this.#wanted !== null && this.#wanted <= head) this.#move(this.#wanted);
      return verdict;
    });
  }
}

/** A monitor takes commands while its loop runs; a recording never does. */
const takesCommands = ({ source, state }: Status): boolean =>
  source === "trainer" || (source === "monitor" && (state === "training" || state === "paused"));
