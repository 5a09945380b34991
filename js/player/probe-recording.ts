/** One probe of a recording, as if its text were all: what a player shows where there are probes. */
import { IGNORED } from "./decode";
import type { GrowingRecording } from "./recording";
import { RecordingView } from "./recording-view";
import type { SpanSummary } from "./span-summary";
import type { Probe, RunEvent } from "./types";

/** Nothing looked at. */
const NONE: { upTo: number; first: number | null } = { upTo: 0, first: null };

export class ProbeRecording extends RecordingView {
  readonly #whole: GrowingRecording;
  readonly #number: number;
  readonly #start: number;
  readonly #inputs: Uint32Array;
  readonly #targets: Uint32Array;
  readonly #counted: number;
  /** The first record at which all positions are correct among those that were looked at; null: none. */
  #allCorrect: { revision: number; upTo: number; first: number | null } = { revision: -1, upTo: 0, first: null };
  #events: { of: readonly RunEvent[]; first: number | null; shown: readonly RunEvent[] } | null = null;

  /** `number`: of the probe. */
  constructor(whole: GrowingRecording, number: number) {
    super(whole);
    const { start, stop } = whole.probes[number] as Probe;
    this.#whole = whole;
    this.#number = number;
    this.#start = start;
    this.#inputs = whole.inputs.subarray(start, stop);
    this.#targets = whole.targets.subarray(start, stop);
    this.#counted = this.#targets.filter((target) => target !== IGNORED).length;
  }

  get #summary(): SpanSummary {
    return this.#whole.spans[this.#number] as SpanSummary;
  }

  override get positions(): number {
    return this.#inputs.length;
  }

  override get countedPositions(): number {
    return this.#counted;
  }

  override get inputs(): Uint32Array {
    return this.#inputs;
  }

  override get targets(): Uint32Array {
    return this.#targets;
  }

  override get losses(): Float64Array {
    return (this.#summary.losses as Float64Array).subarray(0, this.epochs);
  }

  /** Those of the run; that all positions are correct is one of the probe. */
  override get events(): readonly RunEvent[] {
    const { events } = this.all;
    const first = this.#firstAllCorrect();
    if (this.#events?.of !== events || this.#events.first !== first) {
      const shown = events.filter(({ kind }) => kind !== "all_correct");
      if (first !== null) shown.push({ epoch: first, kind: "all_correct" });
      this.#events = { of: events, first, shown: shown.sort((a, b) => a.epoch - b.epoch) };
    }
    return this.#events.shown;
  }

  #firstAllCorrect(): number | null {
    const known = this.#allCorrect;
    let { upTo, first } = known.revision === this.revision && known.upTo <= this.epochs ? known : NONE;
    for (; first === null && upTo < this.epochs; upTo++) if (this.correctCount(upTo) === this.#counted) first = upTo;
    this.#allCorrect = { revision: this.revision, upTo, first };
    return first;
  }

  override loss(epoch: number): number {
    return this.#summary.losses?.[epoch] as number;
  }

  override token(epoch: number, position: number, rank?: number): number {
    return this.all.token(epoch, this.#start + position, rank);
  }

  override probability(epoch: number, position: number, rank?: number): number {
    return this.all.probability(epoch, this.#start + position, rank);
  }

  override isCounted(position: number): boolean {
    return this.all.isCounted(this.#start + position);
  }

  override positionLoss(epoch: number, position: number): number {
    return this.all.positionLoss(epoch, this.#start + position);
  }

  override pTarget(epoch: number, position: number): number {
    return this.all.pTarget(epoch, this.#start + position);
  }

  override isCorrect(epoch: number, position: number): boolean {
    return this.all.isCorrect(epoch, this.#start + position);
  }

  override correctCount(epoch: number): number {
    return this.#summary.correct[epoch] as number;
  }

  override firstError(epoch: number): number {
    return this.#summary.firstErrors[epoch] as number;
  }

  override learnedAt(position: number): number | null {
    return this.all.learnedAt(this.#start + position);
  }
}
