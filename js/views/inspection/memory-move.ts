/** The text with the memory of each position, which can be put in the place of another; the network goes on from there. */
import { columnsWidth, lineOf } from "../../drawing/layout";
import { fill, spoken } from "../../text/words";
import type { View } from "../view";
import type { Memory, MoveResult } from "./memory";
import { type MemoryRows, memoryRows, nearestPosition } from "./memory-rows";

const [INPUT, MEMORY, BEFORE] = [0, 1, 2];
/** Where the beads are within their row, as in 13-memory.css. */
const BEAD = 0.36;
const SVG = "http://www.w3.org/2000/svg";

export class MoveRows {
  readonly #view: View;
  readonly #memory: Memory;
  readonly #rows: MemoryRows;
  readonly #arrow = document.createElementNS(SVG, "path");
  readonly #head = document.createElementNS(SVG, "path");

  constructor(host: HTMLElement, view: View, memory: Memory) {
    const { words } = view;
    this.#view = view;
    this.#memory = memory;
    const options = {
      label: words.memory_move,
      rows: [
        { name: "input", label: words.input, tile: false },
        { name: "memory", label: words.memory_row, tile: true },
        { name: "before", label: words.memory_own_row, tile: false },
        { name: "after", label: words.memory_moved_row, tile: true },
      ],
      nameOf: (position: number) => this.#nameOf(position),
      onPress: (position: number) => this.#press(position),
      onKey: (_: number, event: KeyboardEvent) => event.key === "Escape" && memory.choices.putBack(),
    };
    this.#rows = memoryRows(host, view, options, {
      watch: () => {
        memory.moved.value;
        memory.choices.carried.value;
      },
      draw: () => this.#draw(),
    });
    const svg = this.#rows.stage.appendChild(document.createElementNS(SVG, "svg"));
    svg.setAttribute("class", "epochscope-memory-arrow");
    svg.setAttribute("aria-hidden", "true");
    svg.append(this.#arrow, this.#head);
    this.#head.setAttribute("class", "epochscope-memory-arrowhead");
    this.#listen();
  }

  destroy(): void {
    this.#rows.destroy();
  }

  get #length(): number {
    return this.#view.inspection.pass.peek()?.length ?? 0;
  }

  /** The first press takes a memory up, the second puts it down. */
  #press(position: number): void {
    const source = this.#memory.choices.carried.peek();
    if (source === null) this.#memory.choices.pickUp(position);
    else this.#memory.choices.moveTo({ source, to: position });
  }

  #draw(): void {
    const [result, passage] = [this.#memory.moved.peek(), this.#view.inspection.passage.peek()];
    if (!result || !passage) return;
    const { source, to, before, predictions } = result;
    this.#rows.stage.dataset.carried = String(this.#memory.choices.carried.peek() !== null);
    this.#rows.tiles.show(this.#length, (row, position) => {
      if (row === INPUT) return { token: passage.tokens[position] as number, tone: position > to ? "plain" : "given" };
      if (row === MEMORY) {
        const tone = position >= to ? "corrected" : "given";
        return { token: -1, tone, ring: position === source || position === to };
      }
      if (position < to) return { token: -1, tone: "given" };
      const [own, moved] = [before[position - to] as number, predictions[position - to] as number];
      return row === BEFORE ? { token: own } : { token: moved, ring: own !== moved };
    });
    this.#placeArrow(result);
  }

  /** From the source down, along the text and up to the target; over several lines it leaves one and enters another. */
  #placeArrow({ source, to }: MoveResult): void {
    const layout = this.#view.layout.peek();
    if (!layout) return;
    const point = (position: number) => {
      const { left, right, top, bottom } = this.#rows.tiles.edgesOf(MEMORY, position);
      const height = bottom - top;
      return {
        x: (left + right) / 2,
        from: top + BEAD * height + 0.43 * layout.type.small + 1,
        under: top + 0.88 * height,
      };
    };
    const [a, b] = [point(source), point(to)];
    const [start, end] = [layout.gutter, layout.gutter + columnsWidth(layout, layout.columns)];
    const [lineOfA, lineOfB] = [lineOf(layout, source), lineOf(layout, to)];
    const leaves = lineOfB > lineOfA === (layout.direction === "ltr") ? end : start;
    const enters = leaves === end ? start : end;
    const path =
      source === to
        ? ""
        : lineOfA === lineOfB
          ? `M${a.x} ${a.from}V${a.under}H${b.x}V${b.from + 4}`
          : `M${a.x} ${a.from}V${a.under}H${leaves}M${enters} ${b.under}H${b.x}V${b.from + 4}`;
    this.#arrow.setAttribute("d", path);
    this.#head.setAttribute("d", path && `M${b.x} ${b.from}l-4 6h8z`);
  }

  #nameOf(position: number): string {
    const { words, inspection, store } = this.#view;
    const [result, passage] = [this.#memory.moved.peek(), inspection.passage.peek()];
    if (!result || !passage) return "";
    const token = (index = -1): string => spoken(store.recording.peek()?.alphabet[index] ?? "", words);
    const { source, to, before, predictions } = result;
    const parts = [
      `${fill(words.position_of, { position: position + 1, positions: this.#length })}: ${words.input} ${token(passage.tokens[position])}`,
      position === source && words.memory_source,
      position === to && words.memory_target,
      position >= to && `${words.memory_own_row} ${token(before[position - to])}`,
      position >= to && `${words.memory_moved_row} ${token(predictions[position - to])}`,
    ];
    return parts.filter(Boolean).join(", ");
  }

  #listen(): void {
    const { stage, tiles, signal } = this.#rows;
    const memory = this.#memory;
    /** The position where the pointer was pressed. */
    let pressed: number | null = null;
    stage.addEventListener(
      "pointerdown",
      (event) => {
        pressed = event.button === 0 ? tiles.positionAt(event) : null;
      },
      { signal },
    );
    stage.addEventListener(
      "pointermove",
      (event) => {
        if (pressed === null) return;
        const to = nearestPosition(this.#rows, this.#view, event, this.#length);
        const dragging = stage.hasPointerCapture(event.pointerId);
        if (to === pressed && !dragging) return;
        if (!dragging) stage.setPointerCapture(event.pointerId); // from now on it is no click
        stage.dataset.dragged = "true";
        memory.choices.moveTo({ source: pressed, to });
      },
      { signal },
    );
    for (const end of ["pointerup", "pointercancel"] as const) {
      stage.addEventListener(
        end,
        () => {
          pressed = null;
          delete stage.dataset.dragged;
        },
        { signal },
      );
    }
    stage.addEventListener(
      "focusin",
      () => {
        memory.choices.carryTo(tiles.focus);
      },
      { signal },
    );
  }
}
