/** What the reader has done to the network's memory, and what that gives at the epoch on show. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { sampler } from "../../network/free-run";
import { transplant } from "../../network/transplant";
import type { View } from "../view";
import type { Passage } from "./inspection";
import { type CutResult, defaultCut, defaultMove, type Move } from "./memory-effects";

export interface MoveResult extends Move {
  /** (P - to,) what the network says from `to` on, with its own memory */
  readonly before: Uint32Array;
  /** (P - to,) with the memory of `source` */
  readonly predictions: Uint32Array;
}

export class Memory {
  readonly move: Signal<Move> = signal({ source: 0, to: 0 });
  /** The position whose memory is carried by keyboard or by two clicks; null: none. */
  readonly carried: Signal<number | null> = signal(null);
  /** Whether the reader has chosen positions: they stay when the text changes, if they are in it. */
  chosen = false;
  readonly cut: ReadonlySignal<CutResult | null>;
  readonly moved: ReadonlySignal<MoveResult | null>;
  readonly #view: View;
  #moveBefore: Move | null = null;

  constructor(view: View) {
    this.#view = view;
    this.cut = view.inspection.afterCut;
    this.moved = computed(() => this.#moved());
  }

  /** Choose positions when the panel opens and when another text is read; returns a function that ends all. */
  open(): () => void {
    const { inspection, store } = this.#view;
    let shown: unknown[] = [];
    const stop = effect(() => {
      const passage = inspection.passage.value;
      if (!passage) return;
      // Not what the network adds to the reader's words: that depends on the epoch.
      const text = passage.own ? passage.tokens.subarray(0, passage.given) : passage.tokens;
      const now = [passage.own ? text.join() : store.recording.value, passage.tokens.length];
      if (now.every((value, index) => value === shown[index])) return;
      shown = now;
      this.#place(text, passage.tokens.length);
    });
    return () => {
      stop();
      inspection.cut.value = null;
    };
  }

  cutAfter(position: number | null): void {
    this.chosen = true;
    this.#view.inspection.cut.value = position === null || position < 0 ? null : position;
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

  #place(text: Uint32Array, length: number): void {
    const { cut } = this.#view.inspection;
    const { source, to } = this.move.peek();
    if (this.chosen && Math.max(source, to, cut.peek() ?? 0) < length) return;
    this.chosen = false;
    this.carried.value = null;
    cut.value = defaultCut(text);
    this.move.value = defaultMove(text);
  }

  #moved(): MoveResult | null {
    const { shown, passage, pass } = this.#view.inspection;
    const [network, read] = [shown.value?.network, pass.value];
    if (!network || !read || !passage.value) return null;
    const last = read.length - 1;
    const [source, to] = [Math.min(this.move.value.source, last), Math.min(this.move.value.to, last)];
    const from = (position: number): Uint32Array =>
      transplant(network, read.tokens, {
        ...{ source: position, to, what: this.#view.inspection.part.value, length: read.length },
        window: (passage.value as Passage).window,
        ...this.#choice(),
      }).predictions;
    const before = from(to);
    return { source, to, before, predictions: source === to ? before : from(source) };
  }

  /** How the network chooses a token when it goes on from the reader's words. */
  #choice() {
    const { passage, temperature, seed } = this.#view.inspection;
    if (!passage.value?.own || temperature.value === 0) return {};
    return { choose: sampler(temperature.value, seed.value) };
  }
}
