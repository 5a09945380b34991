/** The text with a line of scissors, behind which the network's memory is zero. */
import { render } from "preact";
import { fill, spoken } from "../../text/words";
import { element } from "../element";
import { Icon } from "../icons";
import { isLetter } from "../keyboard";
import type { View } from "../view";
import type { Memory } from "./memory";
import { type MemoryRows, memoryRows, nearestPosition } from "./memory-rows";
import { sliderStep } from "./slider";
import type { Tone } from "./tile-lines";

const [INPUT, MEMORY, BEFORE] = [0, 1, 2];
/** Size of the scissors, relative to small type. */
const SCISSORS = 1.35;
/** A press within a few pixels is a click, px. */
const SLOP = 4;

export class CutRows {
  readonly #view: View;
  readonly #memory: Memory;
  readonly #rows: MemoryRows;
  readonly #line: HTMLElement;

  constructor(host: HTMLElement, view: View, memory: Memory) {
    const { words } = view;
    this.#view = view;
    this.#memory = memory;
    const options = {
      label: words.memory_cut,
      rows: [
        { name: "input", label: words.input, tile: false },
        { name: "memory", label: words.memory_row, tile: false },
        { name: "before", label: words.prediction, tile: false },
        { name: "after", label: words.memory_cut_row, tile: true },
      ],
      nameOf: (position: number) => this.#nameOf(position),
      onPress: (position: number, event: Event) =>
        memory.choices.cutAfter(event instanceof MouseEvent && event.detail > 0 ? this.#boundaryAt(event) : position),
      onKey: (position: number, event: KeyboardEvent) => {
        if (event.key === "Escape") return this.#takeBack();
        if (!isLetter(event, "x")) return false;
        memory.choices.cutAfter(position);
        return true;
      },
    };
    this.#rows = memoryRows(host, view, options, { watch: () => memory.cut.value, draw: () => this.#draw() });
    this.#line = element(this.#rows.stage, "memory-scissors");
    this.#rows.stage.prepend(this.#line); // before the positions in the order of the Tab key
    this.#listen();
  }

  destroy(): void {
    this.#rows.destroy();
  }

  get #length(): number {
    return this.#memory.cut.peek()?.predictions.length ?? 0;
  }

  #draw(): void {
    const [result, passage] = [this.#memory.cut.peek(), this.#view.inspection.passage.peek()];
    const recording = this.#view.store.recording.peek();
    if (!result || !passage || !recording) return;
    const { after, before, predictions } = result;
    const window = passage.window ?? predictions.length;
    const reached = (position: number): boolean => after !== null && position > after && position < after + window;
    const toneOf = (position: number): Tone => {
      if (passage.own || !recording.isCounted(position)) return "plain";
      return predictions[position] === recording.targets[position] ? "correct" : "wrong";
    };
    this.#rows.tiles.show(predictions.length, (row, position) => {
      if (row === INPUT) return { token: passage.tokens[position] as number };
      if (row === MEMORY) return { token: -1, tone: reached(position) ? "plain" : "given" };
      if (row === BEFORE) return { token: before[position] as number };
      const ring = predictions[position] !== before[position];
      return { token: predictions[position] as number, tone: toneOf(position), ring };
    });
    this.#placeLine(after);
  }

  #placeLine(after: number | null): void {
    const { tiles } = this.#rows;
    const layout = this.#view.layout.peek();
    const [top, bottom] = [tiles.edgesOf(INPUT, after ?? 0), tiles.edgesOf(3, after ?? 0)];
    const atEnd = (after !== null) === (layout?.direction === "ltr");
    const half = (layout?.gap ?? 0) / 2;
    const line = this.#line;
    line.style.transform = `translate(${atEnd ? top.right + half : top.left - half}px, ${top.top}px)`;
    const memory = tiles.edgesOf(MEMORY, after ?? 0);
    line.style.setProperty("--epochscope-scissors-y", `${(memory.top + memory.bottom) / 2 - top.top}px`);
    line.style.setProperty("--epochscope-scissors", `${Math.round((layout?.type.small ?? 0) * SCISSORS)}px`);
    line.style.height = `${bottom.bottom - top.top}px`;
    line.dataset.cut = String(after !== null);
    line.setAttribute("aria-valuemax", String(this.#length));
    line.setAttribute("aria-valuenow", String(after === null ? 0 : after + 1));
    line.setAttribute("aria-valuetext", this.#valueText(after));
  }

  #valueText(after: number | null): string {
    const { words } = this.#view;
    if (after === null) return words.memory_uncut;
    return fill(words.memory_cut_after, { position: after + 1, token: this.#spokenInput(after) });
  }

  #spokenInput(position: number): string {
    return this.#spoken(this.#view.inspection.passage.peek()?.tokens[position]);
  }

  #spoken(token = -1): string {
    return spoken(this.#view.store.recording.peek()?.alphabet[token] ?? "", this.#view.words);
  }

  #nameOf(position: number): string {
    const { words } = this.#view;
    const result = this.#memory.cut.peek();
    if (!result) return "";
    const [before, after] = [result.before[position], result.predictions[position]];
    const place = fill(words.position_of, { position: position + 1, positions: this.#length });
    const said = `${words.prediction} ${this.#spoken(before)}`;
    const name = `${place}: ${words.input} ${this.#spokenInput(position)}, ${said}`;
    return before === after ? name : `${name}, ${fill(words.memory_cut_now, { token: this.#spoken(after) })}`;
  }

  #boundaryAt(event: MouseEvent): number {
    const { tiles } = this.#rows;
    const position = nearestPosition(this.#rows, this.#view, event, this.#length);
    const { left, right } = tiles.edgesOf(INPUT, position);
    const rightHalf = event.clientX - tiles.content.getBoundingClientRect().left > (left + right) / 2;
    return rightHalf === (this.#view.layout.peek()?.direction === "ltr") ? position : position - 1;
  }

  #takeBack(): boolean {
    if (this.#memory.cut.peek()?.after === null) return false;
    this.#memory.choices.cutAfter(null);
    return true;
  }

  #listen(): void {
    const [line, { stage, signal }] = [this.#line, this.#rows];
    line.tabIndex = 0;
    line.setAttribute("role", "slider");
    line.setAttribute("aria-label", this.#view.words.memory_cut);
    line.setAttribute("aria-valuemin", "0");
    render(<Icon name="scissors" />, line);
    line.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    /** Where the pointer was pressed, px; NaN on the scissors, which follow at once. */
    let pressed: number | null = null;
    stage.addEventListener(
      "pointerdown",
      (event) => {
        if (event.button !== 0) return;
        const onScissors = line.contains(event.target as Node);
        pressed = onScissors ? Number.NaN : event.clientX;
        if (onScissors) stage.setPointerCapture(event.pointerId);
      },
      { signal },
    );
    stage.addEventListener(
      "pointermove",
      (event) => {
        if (pressed === null || Math.abs(event.clientX - pressed) < SLOP) return;
        pressed = Number.NaN;
        const boundary = this.#boundaryAt(event);
        if (boundary === (this.#memory.cut.peek()?.after ?? -1)) return;
        if (!stage.hasPointerCapture(event.pointerId)) stage.setPointerCapture(event.pointerId);
        this.#memory.choices.cutAfter(boundary);
      },
      { signal },
    );
    for (const end of ["pointerup", "pointercancel"] as const) {
      stage.addEventListener(
        end,
        () => {
          pressed = null;
        },
        { signal },
      );
    }
  }

  #onKey(event: KeyboardEvent): void {
    const direction = this.#view.layout.peek()?.direction ?? "ltr";
    const step = event.key === "Escape" ? -Infinity : sliderStep(event, direction);
    if (step === null) return;
    const after = (this.#memory.cut.peek()?.after ?? -1) + step;
    this.#memory.choices.cutAfter(Math.max(-1, Math.min(this.#length - 1, after)));
    event.preventDefault();
    event.stopPropagation(); // outside, the arrow keys step through the epochs
  }
}
