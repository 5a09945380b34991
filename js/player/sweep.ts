/** The state of a sweep: what Python reports, the recordings of its runs as far as they are here, and the viewer's choices. */
import { batch, signal } from "@preact/signals";
import { decodeRecording, type Parts } from "./decode";
import { inflate } from "./inflate";
import { boxOf, decodeCurves, isStopping, type SweepCurves, type SweepState } from "./sweep-data";

/** A comparison has at most so many runs. */
export const MOST_COMPARED = 6;

export type SweepMessage = { kind: "stop" } | { kind: "resume" } | { kind: "open"; run: number };

/** Where the recordings of a sweep come from, and who trains it. */
export interface SweepSource {
  /** Send a message to the kernel; null: there is none. */
  readonly send: ((message: SweepMessage) => void) | null;
  /** The recording of a run as this page has it, compressed with zlib; null or empty: not here. */
  packed(run: number): Uint8Array | null;
}

/** The recording of a run: on its way, here, or why it cannot be shown. */
export type Fetched =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly parts: Parts }
  | { readonly state: "missing" | "refused"; readonly message: string };

type Inflate = (bytes: Uint8Array) => Promise<Uint8Array>;

export class SweepStore {
  readonly #source: SweepSource;
  readonly #inflate: Inflate;
  readonly state;
  readonly curves;
  /** The run that is selected. */
  readonly selected = signal<number | null>(null);
  /** The run that is replayed. */
  readonly opened = signal<number | null>(null);
  /** The runs to compare, in the order in which they were added. */
  readonly compared = signal<readonly number[]>([]);
  readonly recordings = signal<ReadonlyMap<number, Fetched>>(new Map());
  /** What was asked of the kernel and has not happened yet. */
  readonly pending = signal<"stop" | "resume" | null>(null);
  /** Whether the kernel has not answered a message for some time. */
  readonly silent = signal(false);

  /** Throws an Error if the curves do not fit the state. */
  constructor(source: SweepSource, state: SweepState, curves: unknown, inflater: Inflate = inflate) {
    this.#source = source;
    this.#inflate = inflater;
    this.state = signal(state);
    this.curves = signal<SweepCurves>(decodeCurves(curves, state));
  }

  get hasKernel(): boolean {
    return this.#source.send !== null;
  }

  /** Replace what is known of all runs. Throws an Error, and changes nothing, if the curves do not fit the state. */
  receive(state: SweepState, packed: unknown): void {
    const curves = decodeCurves(packed, state);
    batch(() => {
      const before = this.state.peek();
      // A result may arrive before the kernel has read "stop"; a refused "resume" is answered with the same state.
      if (this.pending.peek() !== "stop" || state.state !== "running" || isStopping(state)) this.pending.value = null;
      this.state.value = state;
      this.curves.value = curves;
      this.#forget((run) => state.runs[run]?.epochs !== before.runs[run]?.epochs);
    });
  }

  /** A recording that was asked for. */
  async receiveRecording(run: number, packed: Uint8Array): Promise<void> {
    try {
      this.#note(run, { state: "ready", parts: decodeRecording(await this.#inflate(packed)) });
    } catch (error) {
      this.#note(run, { state: "refused", message: error instanceof Error ? error.message : String(error) });
    }
  }

  receiveRefusal(run: number, message: string): void {
    this.#note(run, { state: "refused", message });
  }

  /** More recordings may be here than before. */
  receiveRecordings(): void {
    for (const [run, { state }] of this.recordings.peek()) {
      if (state === "loading" || state === "missing") this.#fetch(run);
    }
  }

  stop(): void {
    if (this.state.peek().state !== "running" || !this.#source.send) return;
    this.pending.value = "stop";
    this.#source.send({ kind: "stop" });
  }

  resume(): void {
    if (this.state.peek().state === "running" || !this.state.peek().can_resume || !this.#source.send) return;
    this.pending.value = "resume";
    this.#source.send({ kind: "resume" });
  }

  /** Whether there is something to replay. */
  canOpen(run: number): boolean {
    return (this.state.peek().runs[run]?.epochs ?? 0) > 0;
  }

  /** Replay a run. */
  open(run: number): void {
    if (!this.canOpen(run)) return;
    batch(() => {
      this.selected.value = run;
      this.opened.value = run;
      this.#need(run);
    });
  }

  close(): void {
    this.opened.value = null;
  }

  canCompare(run: number): boolean {
    return this.canOpen(run) && this.compared.peek().length < MOST_COMPARED;
  }

  /** Add a run to the comparison, or remove it. Returns whether that was possible. */
  toggleCompared(run: number): boolean {
    const compared = this.compared.peek();
    if (compared.includes(run)) this.compared.value = compared.filter((each) => each !== run);
    else if (!this.canCompare(run)) return false;
    else {
      batch(() => {
        this.compared.value = [...compared, run];
        this.#need(run);
      });
    }
    return true;
  }

  /** Select the run `by` places after the selected one in a list of runs, or the first or last one of them. */
  move(runs: readonly number[], by: number): void {
    const at = this.selected.peek() === null ? -1 : runs.indexOf(this.selected.peek() as number);
    const from = at < 0 ? (by > 0 ? -1 : runs.length) : at;
    this.selected.value = runs[Math.max(0, Math.min(runs.length - 1, from + by))] ?? null;
  }

  /** Whether a box has the selected run. */
  isIn(start: number): boolean {
    const run = this.selected.value;
    return run !== null && boxOf(this.state.value, run).start === start;
  }

  #need(run: number): void {
    const known = this.recordings.peek().get(run)?.state;
    if (known !== "ready" && known !== "loading") this.#fetch(run);
  }

  #fetch(run: number): void {
    const packed = this.#source.packed(run);
    if (packed !== null && packed.byteLength > 0) {
      this.#note(run, { state: "loading" });
      void this.receiveRecording(run, packed);
    } else if (this.#source.send) {
      const asked = this.recordings.peek().get(run)?.state === "loading";
      this.#note(run, { state: "loading" });
      if (!asked) this.#source.send({ kind: "open", run });
    } else this.#note(run, { state: "missing", message: "" });
  }

  #note(run: number, fetched: Fetched): void {
    this.recordings.value = new Map(this.recordings.peek()).set(run, fetched);
  }

  /** Drop recordings that are out of date: a run may be trained again. */
  #forget(changed: (run: number) => boolean): void {
    const stale = [...this.recordings.peek().keys()].filter(changed);
    if (stale.length === 0) return;
    this.recordings.value = new Map([...this.recordings.peek()].filter(([run]) => !stale.includes(run)));
    for (const run of stale) {
      if (run === this.opened.peek() || this.compared.peek().includes(run)) this.#fetch(run);
    }
  }
}
