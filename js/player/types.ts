/** The types shared by the player, the kernel link and the views. Types only: importing this file adds no code. */

/** How a run was made. Any key may be missing. */
export interface Metadata {
  model?: string;
  cell?: string;
  hidden_size?: number;
  num_layers?: number;
  readout?: boolean;
  forget_bias?: number;
  parameters?: number;
  optimizer?: string;
  lr?: number;
  seed?: number | null;
  window?: number | null;
  device?: string;
  source?: string;
  /** The first epoch that was trained in a page; missing: none. */
  trained_in_page?: number;
}

/** A loss (nats per token) that can be computed without training. */
export interface Reference {
  kind: "uniform" | "previous" | "saturation";
  loss: number;
  tokens?: number | null;
}

/** An event marked on the timeline. `value`: the loss of a spike, the new learning rate of "lr" and "branch". */
export interface RunEvent {
  epoch: number;
  kind: "all_correct" | "spike" | "diverged" | "lr" | "branch";
  value?: number | null;
}

/** The losses of a branch that was left; `losses[0]` belongs to epoch `start`. */
export interface OldBranch {
  id: number;
  start: number;
  losses: Float64Array;
  lr: number | null;
}

/** What the places of records count, where these are not simply epochs: steps done, tokens seen, epochs as a fraction. */
export type Axis = "step" | "token" | "epoch";

/** A text on which a loop tests its network: the positions start .. stop - 1. */
export interface Probe {
  readonly name: string;
  readonly start: number;
  readonly stop: number;
}

/** A recorded run: P positions, E epochs, the K most probable tokens of each position. */
export interface Recording {
  readonly revision: number;
  readonly alphabet: readonly string[];
  /** Between two tokens of the text: "" for a string, " " for a sequence of words. */
  readonly separator: string;
  /** P */
  readonly positions: number;
  /** Number of positions that have a target. */
  readonly countedPositions: number;
  /** (P,) alphabet indices */
  readonly inputs: Uint32Array;
  /** (P,) alphabet indices; none where `isCounted` is false */
  readonly targets: Uint32Array;
  /** K */
  readonly topk: number;
  /** E */
  readonly epochs: number;
  readonly metadata: Metadata;
  /** null: records are numbered by their epochs. */
  readonly axis: Axis | null;
  /** Spans of positions that together cover all, in order; empty: the text is what is trained. */
  readonly probes: readonly Probe[];
  /** (E,) by name, other numbers that were recorded; NaN: not given. Valid only until the recording grows. */
  readonly scalars: ReadonlyMap<string, Float64Array>;
  readonly references: readonly Reference[];
  readonly events: readonly RunEvent[];
  readonly oldBranches: readonly OldBranch[];
  /** (E,) nats per token; a view that is valid only until the recording grows. */
  readonly losses: Float64Array;
  loss(epoch: number): number;
  /** The loss that the loop has logged: that of its batch, where `loss` is that of a probe. */
  loggedLoss(epoch: number): number;
  /** Whether that is a loss of its own: a loop that gives none logs that of its first probe. */
  hasLoggedLoss(epoch: number): boolean;
  /** Where a record stands on the axis. Those that are still to come are taken to follow at the same distance. */
  place(epoch: number): number;
  lr(epoch: number): number;
  /** Alphabet index of the rank-th most probable token; rank 0 is the prediction. */
  token(epoch: number, position: number, rank?: number): number;
  /** 0..1 */
  probability(epoch: number, position: number, rank?: number): number;
  /** Whether a position has a target; without one it is ignored, e.g. padding: neither correct nor wrong. */
  isCounted(position: number): boolean;
  /** nats; NaN if the position is ignored */
  positionLoss(epoch: number, position: number): number;
  /** 0..1; NaN if the position is ignored */
  pTarget(epoch: number, position: number): number;
  /** Whether the prediction equals the target; false if the position is ignored. */
  isCorrect(epoch: number, position: number): boolean;
  /** Number of correct positions. O(1) */
  correctCount(epoch: number): number;
  /** The first wrong position, as far as a free run follows the text; P if all are correct. O(1) */
  firstError(epoch: number): number;
  /**
   * The epoch from which a position stays correct; -1 if its last prediction is wrong, or it is ignored; null if only
   * records tell that are not in this page.
   */
  learnedAt(position: number): number | null;
  /**
   * Of a long recording only some records are in this page: every `stride`-th, and those of epochs that were asked for.
   * 1: all are. What is known of single positions (tokens, probabilities, losses) can be read only where `has` is true.
   */
  readonly stride: number;
  has(epoch: number): boolean;
  /** The last epoch up to `epoch` whose record is here, -1 if there is none. */
  latest(epoch: number): number;
  /** The first epoch from `epoch` on whose record is here; the last epoch, here or not, if there is none. */
  next(epoch: number): number;
}

/** The conditions at the first of which a run stops. */
export interface Until {
  epochs?: number;
  all_correct?: true;
  loss?: number;
}

/** The state of the run as reported by the kernel. */
export interface Status {
  state: "idle" | "training" | "paused" | "finished" | "failed";
  head: number;
  revision: number;
  goal: number;
  /** Epochs per second; null: as fast as possible. */
  speed: number | null;
  /** "unreadable" is set by the browser: the received bytes are not a valid recording. */
  reason: null | "diverged" | "error" | "refused" | "unreadable";
  message: string | null;
  source: "trainer" | "monitor" | "recording";
  /** Sequence number: of two statuses, the one with the higher number is newer. */
  seq: number;
}

/** `run: null`, in a comparison: all runs; otherwise the run whose kernel carries the command. */
export type Command = Order & { run?: null };

type Order =
  /** speed null: as fast as possible */
  | { command: "play"; speed: number | null; until: Until | null }
  | { command: "pause" | "reset" }
  | { command: "step"; n: number }
  | { command: "speed"; speed: number | null }
  | { command: "rewind"; epoch: number }
  | { command: "branch"; epoch: number; lr: number }
  | { command: "switch_to"; branch: number };

/** The connection to the kernel, as the store sees it. */
export interface Kernel {
  send(command: Command): void;
  /** Report the cursor: an epoch, or `FOLLOW_HEAD`. */
  setCursor(cursor: number): void;
}

export type Mode = "stopped" | "replaying" | "training";
/** "none": there never was a kernel, so recordings can only be replayed. */
export type Connection = "live" | "waiting" | "gone" | "none";
