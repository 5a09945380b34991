/** A column of numbers that grows. */
export class Column {
  /** A view that is valid only until the column changes. */
  values: Float64Array = new Float64Array();
  /** Doubled when full, so that the cost of an addition depends only on its size. */
  #all: Float64Array = new Float64Array();

  /** Set the length; new values are NaN. */
  resize(length: number): void {
    const before = this.values.length;
    if (length > this.#all.length) {
      const all = new Float64Array(Math.max(length, 2 * this.#all.length));
      all.set(this.values);
      this.#all = all;
    }
    if (length > before) this.#all.fill(Number.NaN, before, length);
    this.values = this.#all.subarray(0, length);
  }
}
