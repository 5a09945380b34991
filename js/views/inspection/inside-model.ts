/** What the panel Inside shows: which layer, maps and rows, which unit and position are selected, at one epoch. */
import { signal } from "@preact/signals";
import { type Layout, lineOf, visibleLines } from "../../drawing/layout";
import { raiseLimits, rowUnits } from "../../drawing/state-map";
import { GATES, type Gate } from "../../network/cells";
import type { Network } from "../../network/network";
import { type LayerTrace, type Pass, read } from "../../network/pass";
import type { CellKind } from "../../network/types";
import { type UnitStep, unitStep } from "../../network/unit";
import type { Recording } from "../../player/types";
import type { View } from "../view";
import type { InsideChoices } from "./choices";
import type { Passage } from "./inspection";

export type MapName = "hidden" | "cell" | Gate;

/** The maps of each cell, the instructive ones first. */
const MAPS: Readonly<Record<CellKind, readonly MapName[]>> = {
  rnn: ["hidden"],
  lstm: ["hidden", "cell", "forget", "input", "candidate", "output"],
  gru: ["hidden", "update", "reset", "candidate"],
};
/** How many of them are shown at first. */
const SHOWN_FIRST = 3;
/** The scale of the cell states reaches at least this far. */
const LEAST_CELL = 1;
/** The position that is selected at first: early, but with a past. */
const FIRST_POSITION = 5;

export interface Selection {
  unit: number;
  position: number;
}

export interface Shown extends Selection {
  readonly recording: Recording;
  readonly network: Network;
  readonly passage: Passage;
  readonly pass: Pass;
  readonly trace: LayerTrace;
  readonly cell: CellKind;
  readonly layer: number;
  /** Whether the hidden state of this layer is the logits, so that units have the names of tokens. */
  readonly named: boolean;
  readonly layout: Layout;
  /** The positions [first, first + count) are shown: one line of the text. */
  readonly first: number;
  readonly count: number;
  /** The unit of each row; the same array until the rows change. */
  readonly rows: readonly number[];
  /** The largest |c| so far. */
  readonly cellLimit: number;
  /** That of the selected unit. */
  readonly unitLimit: number;
  readonly available: readonly MapName[];
  readonly maps: readonly MapName[];
  readonly step: UnitStep;
}

export class InsideModel {
  readonly choices: InsideChoices;
  /** One map at a time. */
  readonly narrow = signal(false);
  readonly #view: View;
  #rows: { key: string; rows: readonly number[] } = { key: "", rows: [] };
  /** The largest |c| so far, of each unit. */
  #cellLimits = { key: "", limits: new Float64Array(0) };

  constructor(view: View) {
    this.#view = view;
    this.choices = view.inspection.choices.inside;
  }

  /** Read all signals that change what is shown; cheap, so that it can be called at every change. */
  watch(): void {
    const { inspection, layout, scroll, store, theme } = this.#view;
    const { words, temperature, seed } = inspection.choices;
    const { maps, layer, selected, pointed } = this.choices;
    const signals = [maps, layer, selected, pointed, this.narrow, layout, scroll, theme];
    for (const one of signals) one.value;
    for (const one of [store.cursor, store.hover, store.focus, store.status, store.version]) one.value;
    for (const one of [inspection.shown, words, temperature, seed]) one.value;
  }

  /** What is shown now; null while there are no weights. */
  compute(): Shown | null {
    const { inspection, store, layout: layoutSignal } = this.#view;
    const [recording, layout] = [store.recording.peek(), layoutSignal.peek()];
    const [pass, passage] = [inspection.pass.value, inspection.passage.value];
    const network = inspection.shown.value?.network;
    if (!recording || !layout || !pass || !passage || !network || pass.length === 0) return null;
    const { shape } = network;
    const layer = Math.min(this.choices.layer.peek() ?? shape.layers.length - 1, shape.layers.length - 1);
    const trace = pass.layers[layer] as LayerTrace;
    const cell = (shape.layers[layer] as (typeof shape.layers)[number]).cell;
    const named = shape.output === null && layer === shape.layers.length - 1;
    const rows = this.#rowsOf(recording, network, passage, layer, named);
    const { unit, position } = this.#selection(passage, layout, pass.length, rows, named);
    const first = lineOf(layout, position) * layout.columns;
    const limits = this.#limitsOf(`${recording.revision} ${layer} ${trace.size} ${passage.own}`, trace);
    const available = MAPS[cell];
    return {
      ...{
        recording,
        network,
        passage,
        pass,
        trace,
        cell,
        layer,
        named,
        layout,
        rows,
        unit,
        position,
        first,
        available,
      },
      count: Math.min(layout.columns, pass.length - first),
      cellLimit: Math.max(LEAST_CELL, ...rows.map((one) => limits[one] as number)),
      unitLimit: Math.max(LEAST_CELL, limits[unit] as number),
      maps: this.#mapsOf(cell),
      step: unitStep(network, pass, passage.window, { layer, unit, position }),
    };
  }

  toggle(name: MapName, { cell, maps, available }: Shown): void {
    const choose = (chosen: readonly MapName[]): void => {
      this.choices.maps.value = { ...this.choices.maps.peek(), [cell]: chosen };
    };
    if (this.narrow.peek()) choose([name]);
    else if (!maps.includes(name)) choose(available.filter((map) => map === name || maps.includes(map)));
    else if (maps.length > 1) choose(maps.filter((map) => map !== name));
  }

  #mapsOf(cell: CellKind): readonly MapName[] {
    const maps = this.choices.maps.peek()[cell] ?? MAPS[cell].slice(0, SHOWN_FIRST);
    return this.narrow.peek() ? maps.slice(0, 1) : maps;
  }

  /** The unit and position under the pointer, in the panel or in the text grid, or else the selected ones. */
  #selection(
    { own, tokens }: Passage,
    layout: Layout,
    length: number,
    rows: readonly number[],
    named: boolean,
  ): Selection {
    const hover = own ? null : this.#view.store.hover.peek();
    const selected = this.choices.selected.peek();
    const pinned = Math.min(selected?.position ?? this.#firstPosition(own, layout), length - 1);
    const hovered = hover !== null && hover < length && lineOf(layout, hover) === lineOf(layout, pinned) ? hover : null;
    const pointed = this.choices.pointed.peek();
    const position = Math.min(pointed?.position ?? hovered ?? pinned, length - 1);
    const [under, chosen] = [pointed?.unit ?? -1, selected?.unit ?? (named ? tokens[pinned] : undefined) ?? -1];
    const wanted = rows.includes(under) ? under : chosen; // the pointer may be on a larger network next to this one
    return { position, unit: rows.includes(wanted) ? wanted : (rows[0] as number) };
  }

  /** Early in the first line of the text that is visible. */
  #firstPosition(own: boolean, layout: Layout): number {
    const line = own ? 0 : visibleLines(layout, this.#view.scroll.peek() + 1, 1)[0];
    return line * layout.columns + Math.min(FIRST_POSITION, layout.columns - 1);
  }

  /** The rows, in an order that does not change with the epoch, nor while the run trains. */
  #rowsOf(recording: Recording, network: Network, { tokens, window }: Passage, layer: number, named: boolean) {
    const { weights, status } = this.#view.store;
    const size = network.shape.layers[layer]?.hidden_size ?? 0;
    const last = weights.epochs.at(-1) ?? 0;
    const base = `${recording.revision} ${layer} ${size} ${named}`;
    const key = `${base} ${last}`;
    const growing = status.peek().state === "training" && this.#rows.key.startsWith(`${base} `);
    if (this.#rows.key === key || growing) return this.#rows.rows;
    const trained = weights.at(last) ?? network;
    const text = recording.inputs.subarray(0, tokens.length);
    const { hidden } = read(trained, text, { window }).layers[layer] as LayerTrace;
    const rows = rowUnits(hidden, size, named);
    const same = rows.length === this.#rows.rows.length && rows.every((unit, row) => unit === this.#rows.rows[row]);
    this.#rows = { key, rows: same ? this.#rows.rows : rows };
    return this.#rows.rows;
  }

  #limitsOf(key: string, { cell, size }: LayerTrace): Float64Array {
    if (this.#cellLimits.key !== key) this.#cellLimits = { key, limits: new Float64Array(size) };
    const { limits } = this.#cellLimits;
    if (cell) raiseLimits(limits, cell);
    return limits;
  }
}

export const isSigned = (name: MapName): boolean => name === "hidden" || name === "cell" || name === "candidate";

export const valuesOf = (name: MapName, { hidden, cell, gates }: LayerTrace): Float64Array | null =>
  name === "hidden" ? hidden : name === "cell" ? cell : (gates[name] ?? null);

/** The gates of the cell, in the order of the maps. */
export const gatesOf = (cell: CellKind): readonly Gate[] =>
  MAPS[cell].filter((name): name is Gate => (GATES[cell] as readonly string[]).includes(name));
