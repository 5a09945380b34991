/** Trains a network epoch by epoch, records every epoch, and can return to those whose weights are known or repeated. */
import { initialWeights } from "../network/initial";
import { makeOptimizer, type OptimizerOptions } from "../network/optimizers";
import type { FlatWeights, NetworkShape } from "../network/types";
import type { Records } from "../player/decode";
import { KEEP_ALL } from "../player/record-blocks";
import { GrowingRecording } from "../player/recording";
import { Condenser } from "./condense";
import { EventDetector } from "./events";
import { emptyParts, forgetBiasOf, NAMES, shapeOf } from "./from-scratch";
import { Refusal } from "./refusal";
import { type Snapshot, Snapshots } from "./snapshots";
import { TrainState } from "./train-state";
import type { Adopted, RunOptions } from "./types";

/** How much a repeated loss may differ from one that was recorded elsewhere, relative to it. */
const TOLERANCE = 1e-3;
const DEFAULT_LR = 0.1;

/** What is the same in all branches of a run. */
interface Setup {
  readonly shape: NetworkShape;
  readonly optimizer: OptimizerOptions;
}

export class Trainer {
  readonly recording: GrowingRecording;
  readonly shape: NetworkShape;
  /** The learning rate of the next update. */
  lr: number;
  readonly #setup: Setup;
  /** The first epoch that is trained in the page, or was, if there is any. */
  #own: number;
  #snapshots: Snapshots;
  readonly #branches: Set<number>;
  readonly #state: TrainState;
  /** The epoch whose update is next in `#state`; null: unknown. */
  #at: number | null = null;
  /** A second state, which reads the weights of earlier epochs. */
  #reader: { state: TrainState; at: number } | null = null;
  #detector: EventDetector;
  readonly #condenser: Condenser;
  readonly #row: Records;

  private constructor(
    setup: Setup,
    recording: GrowingRecording,
    snapshots: Snapshots,
    branches: Iterable<number>,
    own: number,
  ) {
    const { shape, optimizer } = setup;
    this.#setup = setup;
    this.shape = shape;
    this.recording = recording;
    this.#snapshots = snapshots;
    this.#branches = new Set(branches);
    this.#own = own;
    const { weights } = snapshots.before(snapshots.epochs[0] ?? 0) as Snapshot;
    this.#state = new TrainState(shape, optimizer, this.#batch, weights);
    this.lr = this.#lrAt(recording.epochs - 1);
    this.#detector = this.#detect();
    const { positions, alphabet } = recording;
    this.#condenser = new Condenser(positions, alphabet.length);
    this.#row = rowOf(recording);
  }

  /** A run from scratch. */
  static begin(options: RunOptions): Trainer {
    const parts = emptyParts(options);
    const shape = shapeOf(options, parts.alphabet.length);
    const setup = { shape, optimizer: options.optimizer };
    const snapshots = new Snapshots([first(setup, initialWeights(shape, options.seed, forgetBiasOf(options)))]);
    return new Trainer(setup, new GrowingRecording(parts, KEEP_ALL), snapshots, [], 0);
  }

  /** A recording that goes on, with what is known of its weights: at least those of one epoch. */
  static adopt({ parts, network, epochs, weights, optimizer, states }: Adopted): Trainer {
    const setup = { shape: network, optimizer };
    const given = epochs.map((epoch, i): Snapshot => {
      const known = weights[i] as FlatWeights;
      return epoch === 0 ? first(setup, known) : { epoch, weights: known, optimizer: states?.[i] ?? null, given: true };
    });
    const recording = new GrowingRecording(parts, KEEP_ALL);
    const { epochs: count, metadata, events } = recording;
    const branches = events.filter(({ kind }) => kind === "branch").map(({ epoch }) => epoch);
    const own = metadata.trained_in_page ?? count;
    return new Trainer(setup, recording, new Snapshots(given), branches, own);
  }

  /** Whether the last loss is not finite: it made no update. */
  get diverged(): boolean {
    const { epochs } = this.recording;
    return epochs > 0 && !Number.isFinite(this.recording.loss(epochs - 1));
  }

  /** Number of updates. */
  get epoch(): number {
    return this.recording.epochs - Number(this.diverged);
  }

  get optimizer(): OptimizerOptions {
    return this.#setup.optimizer;
  }

  /** Epochs at which this recording branched from another one. */
  get branches(): readonly number[] {
    return [...this.#branches].sort((a, b) => a - b);
  }

  /** Train an epoch and return its loss. Throws a Refusal if the weights at the head are not known. */
  train(): number {
    const { recording } = this;
    const epoch = recording.epochs;
    if (this.#at !== epoch) this.#restore(epoch);
    if (this.#snapshots.isDue(epoch)) this.#snapshots.add(this.#state.snapshot(epoch));
    this.#at = null;
    const loss = this.#state.update(this.lr);
    this.#at = epoch + 1;
    this.#row.losses[0] = loss;
    this.#row.lrs[0] = this.lr;
    this.#condenser.write(this.#state.logits, recording.targets, this.#row, 0);
    recording.append(this.#row);
    this.#note(epoch);
    if (epoch === this.#own) this.#describe();
    return loss;
  }

  /** Restore the state before an epoch and discard the epochs from there on. */
  rewind(epoch: number): void {
    const lr = this.#lrAt(epoch);
    this.#restore(epoch);
    this.lr = lr;
    this.recording.truncate(epoch);
    for (const branch of this.branches) if (branch > epoch) this.#branches.delete(branch);
    this.#snapshots = this.#snapshots.fork(epoch);
    this.#reader = null;
    this.#own = Math.min(this.#own, epoch);
    this.#describe();
    this.#detector = this.#detect();
  }

  /** Return a trainer that goes on from before an epoch with another learning rate. This one does not change. */
  branch(epoch: number, lr: number): Trainer {
    if (this.#snapshots.before(epoch) === null) throw this.#unknown(epoch);
    const branches = [...this.branches.filter((each) => each < epoch), epoch];
    const snapshots = this.#snapshots.fork(epoch);
    const branch = new Trainer(this.#setup, this.recording.fork(epoch), snapshots, branches, this.#own);
    branch.#restore(epoch, this.recording);
    branch.lr = lr;
    branch.#own = Math.min(branch.#own, epoch);
    branch.#describe();
    return branch;
  }

  /** The same run without its epochs. With a seed, its initial weights are new ones. */
  restarted(seed: number | null): Trainer {
    const known = this.#snapshots.before(0);
    if (seed === null && known === null) throw this.#unknown(0);
    const recording = this.recording.fork(0);
    const { metadata } = recording;
    const forgetBias = metadata.forget_bias ?? 0;
    const weights = seed === null ? (known as Snapshot).weights : initialWeights(this.shape, seed, forgetBias);
    const restarted = new Trainer(this.#setup, recording, new Snapshots([first(this.#setup, weights)]), [], 0);
    restarted.lr = metadata.lr ?? this.#lrAt(0);
    restarted.recording.metadata = { ...metadata, ...restarted.#ownMetadata, ...(seed !== null && { seed }) };
    return restarted;
  }

  /** The weights (W,) with which an epoch was recorded; null if they are not known, or not without repeating others. */
  weightsAt(epoch: number, repeat = true): FlatWeights | null {
    const snapshot = this.#snapshots.before(epoch);
    if (snapshot?.epoch === epoch) return snapshot.weights;
    if (!repeat || snapshot === null || snapshot.optimizer === null) return null;
    const { shape, optimizer } = this.#setup;
    this.#reader ??= { state: new TrainState(shape, optimizer, this.#batch, snapshot.weights), at: -1 };
    const reader = this.#reader;
    if (!(reader.at >= snapshot.epoch && reader.at <= epoch)) {
      reader.state.restore(snapshot);
      reader.at = snapshot.epoch;
    }
    for (; reader.at < epoch; reader.at++) {
      const loss = reader.state.update(this.#lrAt(reader.at));
      if (!agrees(loss, this.recording.loss(reader.at))) {
        this.#reader = null;
        return null;
      }
    }
    return reader.state.weights.slice();
  }

  get bytesPerEpoch(): number {
    return this.#state.weights.byteLength;
  }

  /** The epochs whose weights are known without repeating others, ascending. */
  get known(): readonly number[] {
    return this.#snapshots.epochs.filter((epoch) => epoch < this.recording.epochs);
  }

  get #batch() {
    const { inputs, targets, metadata } = this.recording;
    return { inputs, targets, window: metadata.window ?? null };
  }

  /** The learning rate of the update of an epoch, or of the last one; the one that the run began with if it is unknown. */
  #lrAt(epoch: number): number {
    const { recording } = this;
    const at = Math.min(epoch, recording.epochs - 1);
    const lr = at >= 0 ? recording.lr(at) : Number.NaN;
    return Number.isNaN(lr) ? (this.lr ?? recording.metadata.lr ?? DEFAULT_LR) : lr;
  }

  /** Say in the recording from which epoch on it was trained in the page, and how. */
  #describe(): void {
    const { recording } = this;
    const { trained_in_page: _, ...metadata } = recording.metadata;
    recording.metadata = { ...metadata, ...(this.#own < recording.epochs && this.#ownMetadata) };
  }

  /** How the epochs are trained that the page trains. */
  get #ownMetadata() {
    return { source: "page", optimizer: NAMES[this.#setup.optimizer.kind], trained_in_page: this.#own };
  }

  /** Bring the state to before an epoch: from a snapshot, by repeating the epochs after it. `recorded`: their losses. */
  #restore(epoch: number, recorded: GrowingRecording = this.recording): void {
    const snapshot = this.#snapshots.before(epoch);
    if (snapshot === null) throw this.#unknown(epoch);
    this.#at = null;
    this.#state.restore(snapshot);
    for (let at = snapshot.epoch; at < epoch; at++)
      this.#check(this.#state.update(this.#lrAt(at)), at, snapshot, recorded);
    if (epoch < recorded.epochs) this.#check(this.#state.loss(), epoch, snapshot, recorded);
    this.#at = epoch;
  }

  /** Throw a Refusal unless a repeated loss is the recorded one. */
  #check(loss: number, epoch: number, { epoch: known, optimizer }: Snapshot, recorded: GrowingRecording): void {
    if (agrees(loss, recorded.loss(epoch))) return;
    // With the recorded weights, or from a recorded state of the optimizer, there is no reason but another training.
    if (epoch === known || optimizer !== null) throw new Refusal("refused_differs", { epoch });
    throw this.#unknown(epoch);
  }

  #unknown(epoch: number): Refusal {
    const epochs = nearest(this.#snapshots.epochs, epoch);
    return epochs.length === 0
      ? new Refusal("refused_no_weights")
      : new Refusal("refused_epoch", { epoch, known: epochs.join(", ") });
  }

  /** Detect the events of the recorded epochs again. */
  #detect(): EventDetector {
    this.#detector = new EventDetector();
    for (let epoch = 0; epoch < this.recording.epochs; epoch++) this.#detected(epoch);
    return this.#detector;
  }

  #detected(epoch: number) {
    const { recording } = this;
    const isAllCorrect = recording.correctCount(epoch) === recording.countedPositions;
    return this.#detector.add(recording.loss(epoch), recording.lr(epoch), isAllCorrect, this.#branches.has(epoch));
  }

  #note(epoch: number): void {
    const events = this.#detected(epoch);
    if (events.length > 0) this.recording.events = [...this.recording.events, ...events];
  }
}

/** The snapshot before the first update: whatever the optimizer, it is new. */
const first = ({ optimizer }: Setup, weights: FlatWeights): Snapshot => ({
  ...{ epoch: 0, weights, given: true },
  optimizer: makeOptimizer(optimizer, weights).state,
});

const agrees = (loss: number, recorded: number): boolean =>
  Math.abs(loss - recorded) <= TOLERANCE * Math.abs(recorded) + 1e-9 || Object.is(loss, recorded);

/** The known epochs around one that is not. */
function nearest(known: readonly number[], epoch: number): number[] {
  const [before, after] = [known.findLast((each) => each <= epoch), known.find((each) => each > epoch)];
  return [before, after].filter((each) => each !== undefined);
}

function rowOf({ positions, topk, alphabet }: GrowingRecording): Records {
  const ranked = positions * topk;
  return {
    count: 1,
    losses: new Float64Array(1),
    lrs: new Float64Array(1),
    positionLosses: new Uint16Array(positions),
    topTokens: alphabet.length > 256 ? new Uint16Array(ranked) : new Uint8Array(ranked),
    topProbabilities: new Uint8Array(ranked),
  };
}
