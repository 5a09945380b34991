/** The handle behind the last token that is given. */
import type { Layout } from "../../drawing/layout";
import { fill, spoken } from "../../text/words";
import { element } from "../element";
import type { View } from "../view";
import { sliderStep } from "./slider";
import type { Edges, TileLines } from "./tile-lines";

export class GivenHandle {
  readonly #view: View;
  readonly #tiles: TileLines;
  readonly #el: HTMLElement;
  #length = 1;

  constructor(stage: HTMLElement, view: View, tiles: TileLines, signal: AbortSignal) {
    this.#view = view;
    this.#tiles = tiles;
    const el = element(stage, "free-run-handle");
    stage.prepend(el); // before the positions in the order of the Tab key
    this.#el = el;
    el.tabIndex = 0;
    el.title = view.words.free_run_given;
    el.setAttribute("role", "slider");
    el.setAttribute("aria-label", view.words.free_run_given);
    el.setAttribute("aria-valuemin", "1");
    el.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    el.addEventListener(
      "pointerdown",
      (event) => {
        if (event.button === 0) el.setPointerCapture(event.pointerId);
      },
      { signal },
    );
    el.addEventListener(
      "pointermove",
      (event) => {
        if (el.hasPointerCapture(event.pointerId)) this.#give(this.#boundaryAt(event));
      },
      { signal },
    );
  }

  /** Place the handle behind the token at position `given - 1`, whose edges are these. */
  show(layout: Layout, given: number, tokens: Uint32Array, edges: Edges): void {
    const el = this.#el;
    this.#length = tokens.length;
    const x = layout.direction === "ltr" ? edges.right + layout.gap / 2 : edges.left - layout.gap / 2;
    el.style.transform = `translate(${x}px, ${edges.top}px)`;
    el.style.height = `${edges.bottom - edges.top}px`;
    el.setAttribute("aria-valuemax", String(tokens.length));
    if (el.getAttribute("aria-valuenow") === String(given)) return;
    const { words, store } = this.#view;
    const token = spoken(store.recording.peek()?.alphabet[tokens[given - 1] as number] ?? "", words);
    el.setAttribute("aria-valuenow", String(given));
    el.setAttribute("aria-valuetext", fill(words.free_run_given_value, { count: given, position: given, token }));
  }

  #give(given: number): void {
    this.#view.inspection.choices.given.value = Math.max(1, Math.min(this.#length, given));
  }

  /** The number of tokens before the boundary that is nearest to a point of the page. */
  #boundaryAt({ clientX, clientY }: PointerEvent): number {
    const layout = this.#view.layout.peek();
    if (!layout) return 1;
    const box = this.#tiles.content.getBoundingClientRect();
    const left = box.left + layout.gutter;
    const right = left + layout.columns * layout.pitch;
    const point = {
      clientX: Math.min(Math.max(clientX, left + 1), right - 1),
      clientY: Math.min(Math.max(clientY, box.top + 1), box.bottom - 1),
    };
    const position = this.#tiles.positionAt(point);
    if (position === null) return this.#length; // behind the end of the last line
    const edges = this.#tiles.edgesOf(0, position);
    const rightHalf = point.clientX - box.left > (edges.left + edges.right) / 2;
    return rightHalf === (layout.direction === "ltr") ? position + 1 : position;
  }

  #onKey(event: KeyboardEvent): void {
    const step = sliderStep(event, this.#view.layout.peek()?.direction ?? "ltr");
    if (step === null) return;
    this.#give(Math.min(this.#length, this.#view.inspection.choices.given.peek()) + step);
    event.preventDefault();
    event.stopPropagation(); // outside, the arrow keys step through the epochs
  }
}
