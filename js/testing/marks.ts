/** The model of a bqplot mark for tests. */
import type { Mark } from "../chart";

/** Values that are set together are all set before the first event. */
export class FakeMark implements Mark {
  /** How often bqplot would have drawn. */
  draws = 0;
  readonly #traits: Record<string, unknown>;

  constructor(traits: Record<string, unknown> = { x: [], y: [] }) {
    this.#traits = traits;
  }

  get = (trait: string): unknown => this.#traits[trait];

  readonly #listeners = new Map<string, Set<() => void>>();

  set = (values: Record<string, unknown>): void => {
    this.draws++;
    const changed = Object.keys(values).filter((trait) => !Object.is(this.#traits[trait], values[trait]));
    Object.assign(this.#traits, values);
    for (const trait of changed) for (const listen of this.#listeners.get(`change:${trait}`) ?? []) listen();
  };

  on = (event: string, listen: () => void): void => {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listen));
  };

  off = (event: string, listen: () => void): void => {
    this.#listeners.get(event)?.delete(listen);
  };

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  get at() {
    return { x: [...(this.get("x") as number[])], y: [...(this.get("y") as number[])] };
  }
}
