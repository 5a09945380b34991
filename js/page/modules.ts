/** A shelf for modules in a page with no loader: AMD modules without a name, each in a script that bears it. */

type Make = (...needs: unknown[]) => unknown;

export class Modules {
  readonly #shelf: Map<string, unknown>;

  constructor(own: Record<string, unknown>) {
    this.#shelf = new Map(Object.entries(own));
  }

  /** What AMD calls `define`, once it is known whose: makes a module of those that are here already. */
  define(name: string, needs: readonly string[], make: Make): void {
    this.#shelf.set(name, make(...needs.map((need) => this.get(need))));
  }

  get(name: string): unknown {
    if (!this.#shelf.has(name)) throw new Error(`the module ${name} did not come with this page`);
    return this.#shelf.get(name);
  }
}
