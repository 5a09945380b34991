/** A minimal AMD module registry. Modules have no names of their own: each script element names its module. */

type Factory = (...dependencies: unknown[]) => unknown;

export class Modules {
  readonly #modules: Map<string, unknown>;

  constructor(initial: Record<string, unknown>) {
    this.#modules = new Map(Object.entries(initial));
  }

  /** AMD's `define`: create a module from modules that are already defined. */
  define(name: string, dependencies: readonly string[], factory: Factory): void {
    this.#modules.set(name, factory(...dependencies.map((dependency) => this.get(dependency))));
  }

  get(name: string): unknown {
    if (!this.#modules.has(name)) throw new Error(`module ${name} is not part of this page`);
    return this.#modules.get(name);
  }
}
