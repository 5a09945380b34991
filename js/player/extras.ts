/** What a loop on real training records besides its records: their places on the axis, and other numbers. */
import { Column } from "./column";

/** The extras of n records. */
export interface Extras {
  /** (n,) */
  readonly places: Float64Array;
  /** (n,) by name; NaN: not given */
  readonly scalars: ReadonlyMap<string, Float64Array>;
}

/** Size in bytes of the extras of n records with so many scalars. */
export const extrasSize = (count: number, scalars: number): number => 8 * count * (1 + scalars);

/** Decode the extras of `count` records; `bytes` begins at a multiple of 8. Throws an Error if its size is wrong. */
export function decodeExtras(bytes: Uint8Array, count: number, names: readonly string[]): Extras {
  const expected = extrasSize(count, names.length);
  if (bytes.byteLength !== expected) {
    throw new Error(
      `damaged extras: ${count} records with ${names.length} scalars take ${expected} bytes, got ${bytes.byteLength}`,
    );
  }
  const column = (i: number) => new Float64Array(bytes.buffer, bytes.byteOffset + 8 * count * i, count);
  return { places: column(0), scalars: new Map(names.map((name, i) => [name, column(i + 1)])) };
}

export class GrowingExtras {
  readonly #places = new Column();
  readonly #scalars = new Map<string, Column>();
  #views: ReadonlyMap<string, Float64Array> = new Map();

  get scalars(): ReadonlyMap<string, Float64Array> {
    return this.#views;
  }

  /** The number of records. */
  get count(): number {
    return this.#places.values.length;
  }

  /** Where a record stands; those that are still to come follow at the distance of the last ones. */
  place(epoch: number): number {
    const places = this.#places.values;
    const last = places.length - 1;
    if (epoch <= last) return places[epoch] as number;
    return (places[last] ?? 0) + (epoch - Math.max(0, last)) * distanceOf(places);
  }

  /** Add the extras of records from row `from` on: those of the epochs from `start` on. */
  append(start: number, { places, scalars }: Extras, from = 0): void {
    for (const name of scalars.keys()) {
      if (!this.#scalars.has(name)) this.#scalars.set(name, new Column());
    }
    this.resize(start + places.length - from);
    this.#places.values.set(places.subarray(from), start);
    for (const [name, values] of scalars) this.#scalars.get(name)?.values.set(values.subarray(from), start);
  }

  /** Set the number of records. New ones have no scalars, and their numbers as places. */
  resize(count: number): void {
    const before = this.count;
    this.#places.resize(count);
    for (let epoch = before; epoch < count; epoch++) this.#places.values[epoch] = epoch;
    for (const column of this.#scalars.values()) column.resize(count);
    this.#views = new Map([...this.#scalars].map(([name, { values }]) => [name, values]));
  }

  /** Keep only the first records, and the names of their scalars. */
  truncate(count: number): void {
    this.resize(Math.min(count, this.count));
    for (const [name, { values }] of this.#scalars) if (values.every(Number.isNaN)) this.#scalars.delete(name);
    this.resize(this.count);
  }

  /** The extras of the first `count` records, as views. */
  rows(count: number): Extras {
    const first = (values: Float64Array) => values.subarray(0, count);
    return {
      places: first(this.#places.values),
      scalars: new Map([...this.#scalars].map(([name, { values }]) => [name, first(values)])),
    };
  }
}

/** How far apart records are: the last one of a loop, and the first one after it, may be closer to the one before. */
function distanceOf(places: Float64Array): number {
  let distance = 0;
  for (let i = Math.max(1, places.length - 3); i < places.length; i++) {
    distance = Math.max(distance, (places[i] as number) - (places[i - 1] as number));
  }
  return distance || 1;
}
