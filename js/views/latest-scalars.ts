/** Where each scalar was given last up to an epoch. Looks only at the epochs after the one of the last search. */
import type { Recording } from "../player/types";

export class LatestScalars {
  #recording: Recording | null = null;
  #revision = -1;
  readonly #found = new Map<string, { upTo: number; at: number }>();

  /** The last epoch up to `epoch`, a recorded one, at which the scalar was given; -1: none. */
  at(recording: Recording, name: string, epoch: number): number {
    if (recording !== this.#recording || recording.revision !== this.#revision) this.#found.clear();
    [this.#recording, this.#revision] = [recording, recording.revision];
    const values = recording.scalars.get(name);
    const known = this.#found.get(name) ?? { upTo: -1, at: -1 };
    if (epoch < known.upTo && epoch >= known.at) return known.at;
    const { upTo, at } = epoch >= known.upTo ? known : { upTo: -1, at: -1 };
    let last = epoch;
    while (last > upTo && Number.isNaN(values?.[last] ?? Number.NaN)) last--;
    last = last > upTo ? last : at;
    this.#found.set(name, { upTo: epoch, at: last });
    return last;
  }
}
