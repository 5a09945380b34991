/** What comes of the network's memory that the reader has cut or moved, at the epoch on show. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { sampler } from "../../network/free-run";
import { transplant } from "../../network/transplant";
import type { View } from "../view";
import type { MemoryChoices } from "./choices";
import type { Passage } from "./inspection";
import type { CutResult, Move } from "./memory-effects";

export interface MoveResult extends Move {
  /** (P - to,) what the network says from `to` on, with its own memory */
  readonly before: Uint32Array;
  /** (P - to,) with the memory of `source` */
  readonly predictions: Uint32Array;
}

export class Memory {
  readonly choices: MemoryChoices;
  readonly cut: ReadonlySignal<CutResult | null>;
  readonly moved: ReadonlySignal<MoveResult | null>;
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
    this.choices = view.inspection.choices.memory;
    this.cut = view.inspection.afterCut;
    this.moved = computed(() => this.#moved());
  }

  /** Choose positions when the panel opens and when another text is read; returns a function that ends this. */
  open(): () => void {
    const { inspection, store } = this.#view;
    let shown: unknown[] = [];
    return effect(() => {
      const passage = inspection.passage.value;
      if (!passage) return;
      // Not what the network adds to the reader's words: that depends on the epoch.
      const text = passage.own ? passage.tokens.subarray(0, passage.given) : passage.tokens;
      const now = [passage.own ? text.join() : store.recording.value, passage.tokens.length];
      if (now.every((value, index) => value === shown[index])) return;
      shown = now;
      this.choices.place(text, passage.tokens.length);
    });
  }

  #moved(): MoveResult | null {
    const { shown, passage, pass } = this.#view.inspection;
    const [network, read] = [shown.value?.network, pass.value];
    if (!network || !read || !passage.value) return null;
    const last = read.length - 1;
    const { source: from, to: at } = this.choices.move.value;
    const [source, to] = [Math.min(from, last), Math.min(at, last)];
    const goesOn = (position: number): Uint32Array =>
      transplant(network, read.tokens, {
        ...{ source: position, to, what: this.#view.inspection.part.value, length: read.length },
        window: (passage.value as Passage).window,
        ...this.#choice(),
      }).predictions;
    const before = goesOn(to);
    return { source, to, before, predictions: source === to ? before : goesOn(source) };
  }

  /** How the network chooses a token when it goes on from the reader's words. */
  #choice() {
    const { passage, choices } = this.#view.inspection;
    if (!passage.value?.own || choices.temperature.value === 0) return {};
    return { choose: sampler(choices.temperature.value, choices.seed.value) };
  }
}
