/** What a reader has chosen in the inspection panels. The panels of several runs share it: the experiment is the same. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { What } from "../../network/network";
import type { CellKind } from "../../network/types";
import type { MapName, Selection } from "./inside-model";
import { defaultCut, defaultMove, type Move } from "./memory-effects";

export type InspectionName = "free_run" | "memory" | "inside" | "gradient_reach" | "network" | "code";

export class InspectionChoices {
  /** The open panels. */
  readonly open: Signal<ReadonlySet<InspectionName>> = signal(new Set<InspectionName>());
  /** Whether an open panel needs weights; the picture of the network and the code do not. */
  readonly needsWeights: ReadonlySignal<boolean> = computed(() =>
    [...this.open.value].some((name) => name !== "network" && name !== "code"),
  );
  /** The reader's own words; "" is the text of the run. */
  readonly words = signal("");
  /** 0: the most probable token. Otherwise tokens are drawn. */
  readonly temperature = signal(0);
  /** Seed of the draws. */
  readonly seed = signal(0);
  /** Number of tokens of the text that a free run reads before its own. */
  readonly given = signal(1);
  /** Positions at which a free run gets the text's token; they stay while the epoch changes. */
  readonly corrections: Signal<ReadonlySet<number>> = signal(new Set<number>());
  readonly memory = new MemoryChoices();
  readonly inside = new InsideChoices();
  /** The position whose gradient is followed; null: none is chosen yet. */
  readonly reachPosition = signal<number | null>(null);

  toggle(name: InspectionName): void {
    const open = new Set(this.open.peek());
    const closed = open.delete(name);
    if (!closed) open.add(name);
    this.open.value = open;
    // In these two, what was chosen ends with the panel.
    if (closed && (name === "memory" || name === "inside")) this[name].forget();
  }

  /** Correct a free run at a position, or take the correction back. */
  correct(position: number): void {
    const corrections = new Set(this.corrections.peek());
    if (!corrections.delete(position)) corrections.add(position);
    this.corrections.value = corrections;
  }
}

/** Where the memory is cut, and which memory is moved where. */
export class MemoryChoices {
  /** The position after which the state is set to zero; null: none. */
  readonly cut = signal<number | null>(null);
  readonly move: Signal<Move> = signal({ source: 0, to: 0 });
  /** The position whose memory is carried by keyboard or by two clicks; null: none. */
  readonly carried: Signal<number | null> = signal(null);
  /** Which part of the state is cut or moved, if the network has a cell state. */
  readonly part: Signal<What> = signal("all");
  /** Whether the reader has chosen positions: they stay when the text changes, if they are in it. */
  chosen = false;
  #moveBefore: Move | null = null;

  cutAfter(position: number | null): void {
    this.chosen = true;
    this.cut.value = position === null || position < 0 ? null : position;
  }

  moveTo(move: Move): void {
    this.chosen = true;
    this.carried.value = null;
    this.#moveBefore = null;
    if (move.source !== this.move.peek().source || move.to !== this.move.peek().to) this.move.value = move;
  }

  /** Take up the memory of a position: until it is put down it goes with the focus. */
  pickUp(position: number): void {
    const before = this.move.peek();
    this.moveTo({ source: position, to: position });
    this.#moveBefore = before;
    this.carried.value = position;
  }

  carryTo(position: number): void {
    const source = this.carried.peek();
    if (source !== null) this.move.value = { source, to: position };
  }

  /** Put the memory back that is carried; returns whether there was one. */
  putBack(): boolean {
    if (this.carried.peek() === null || !this.#moveBefore) return false;
    this.moveTo(this.#moveBefore);
    return true;
  }

  /** Choose positions in a text, of which `length` tokens are read, unless the reader has chosen some that are in it. */
  place(text: Uint32Array, length: number): void {
    const { source, to } = this.move.peek();
    if (this.chosen && Math.max(source, to, this.cut.peek() ?? 0) < length) return;
    this.chosen = false;
    this.carried.value = null;
    this.cut.value = defaultCut(text);
    this.move.value = defaultMove(text);
  }

  forget(): void {
    this.chosen = false;
    this.#moveBefore = null;
    this.carried.value = null;
    this.cut.value = null;
    this.move.value = { source: 0, to: 0 };
  }
}

/** What is selected among the states and gates. */
export class InsideChoices {
  /** The chosen maps of each cell; those that are shown at first if there are none. */
  readonly maps: Signal<Readonly<Partial<Record<CellKind, readonly MapName[]>>>> = signal({});
  /** null: the last layer */
  readonly layer = signal<number | null>(null);
  readonly selected = signal<Selection | null>(null);
  /** The unit and position under the pointer. */
  readonly pointed = signal<Selection | null>(null);

  select(unit: number, position: number): void {
    this.selected.value = { unit, position };
  }

  forget(): void {
    this.maps.value = {};
    this.layer.value = null;
    this.selected.value = null;
    this.pointed.value = null;
  }
}
