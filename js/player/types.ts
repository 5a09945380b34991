/** The nouns that the model side and the views share. Types only: importing this file costs no bytes. */
import type { ReadonlySignal, Signal } from "@preact/signals";

/** What is known of the run without its numbers. Any key may be missing. */
export interface About {
  model?: string;
  cell?: string;
  hidden_size?: number;
  num_layers?: number;
  readout?: boolean;
  parameters?: number;
  optimizer?: string;
  lr?: number;
  seed?: number | null;
  window?: number | null;
  device?: string;
  source?: string;
}

/** A loss (nats per token) that can be computed without training. */
export interface Reference {
  kind: "uniform" | "previous" | "saturation";
  loss: number;
  tokens?: number | null;
}

/** Something worth a tick on the timeline. `value`: the loss of a spike, the new rate of "lr" and "branch". */
export interface RunEvent {
  epoch: number;
  kind: "all_right" | "spike" | "non_finite" | "lr" | "branch";
  value?: number | null;
}

/** The losses of a line that was branched away from; `losses[0]` belongs to epoch `start`. */
export interface Ghost {
  id: number;
  start: number;
  losses: Float64Array;
  lr: number | null;
}

/** All that is known of a run: P positions, E epochs, the K likeliest tokens of each position. */
export interface Recording {
  readonly revision: number;
  readonly alphabet: readonly string[];
  /** The text was a string, so tokens join with nothing between them; otherwise with a space. */
  readonly joined: boolean;
  /** P */
  readonly positions: number;
  /** (P,) alphabet indices */
  readonly inputs: Uint32Array;
  /** (P,) alphabet indices */
  readonly targets: Uint32Array;
  /** K */
  readonly top: number;
  /** E */
  readonly epochs: number;
  readonly about: About;
  readonly references: readonly Reference[];
  readonly events: readonly RunEvent[];
  readonly ghosts: readonly Ghost[];
  /** (E,) nats per token; a view that is only good until the recording grows. */
  readonly losses: Float64Array;
  loss(epoch: number): number;
  lr(epoch: number): number;
  /** Alphabet index of the rank-th likeliest token; rank 0 is what the network says. */
  token(epoch: number, position: number, rank?: number): number;
  /** 0..1 */
  probability(epoch: number, position: number, rank?: number): number;
  /** nats */
  positionLoss(epoch: number, position: number): number;
  /** 0..1 */
  pTarget(epoch: number, position: number): number;
  right(epoch: number, position: number): boolean;
  /** O(1) */
  rightCount(epoch: number): number;
  /** The epoch from which a position is right for good, -1 if it is not. */
  learnedAt(position: number): number;
}

/** Where a run ends by itself. */
export type Until = { epochs: number } | { all_right: true } | { loss: number };

/** What the kernel says of the run. `speed` null: as fast as it trains. */
export interface Status {
  state: "idle" | "training" | "paused" | "finished" | "failed";
  head: number;
  revision: number;
  goal: number;
  speed: number | null;
  /** unreadable: what came is no recording; the browser's own finding */
  reason: null | "diverged" | "error" | "unreadable";
  message: string | null;
  source: "trainer" | "monitor" | "recording";
  until?: Until | null;
  /** Counts what the kernel has told: of two, the higher is the newer one. */
  told?: number;
}

export type Mode = "rest" | "replaying" | "training";
/** none: no kernel was ever there, so there is replay only. */
export type Connection = "live" | "waiting" | "gone" | "none";

/** The state of one player, shared by all its views. */
export interface Store {
  /** The same object while it grows: read `version` to hear of that. */
  readonly recording: ReadonlySignal<Recording | null>;
  /** Increases with every change of the recording. */
  readonly version: ReadonlySignal<number>;
  /** The epoch on show, -1 = nothing recorded. */
  readonly cursor: Signal<number>;
  /** The last recorded epoch, -1 = none. */
  readonly head: ReadonlySignal<number>;
  readonly mode: ReadonlySignal<Mode>;
  /** Epochs per second; Infinity = as fast as it trains. */
  readonly speed: Signal<number>;
  readonly loop: Signal<boolean>;
  /** The chart's axis of the loss is logarithmic. */
  readonly logarithmic: Signal<boolean>;
  /** The position under the pointer. */
  readonly hover: Signal<number | null>;
  /** The position that has the keyboard focus. */
  readonly focus: Signal<number | null>;
  readonly status: ReadonlySignal<Status>;
  readonly connection: ReadonlySignal<Connection>;
  readonly canTrain: ReadonlySignal<boolean>;
  /** A pointer is dragging the cursor somewhere. */
  readonly dragging: Signal<boolean>;
  play(): void;
  pause(): void;
  toggle(): void;
  /** n < 0: back; at the head n > 0 trains. */
  step(n: number): void;
  seek(epoch: number): void;
  toHead(): void;
  toStart(): void;
  reset(): void;
  /** Back to the weights of the cursor's epoch. */
  rewind(): void;
  /** Go on from the cursor's epoch with another learning rate. */
  branch(lr: number): void;
  returnTo(ghost: number): void;
  setSpeed(speed: number): void;
  runUntil(until: Until | null): void;
}
