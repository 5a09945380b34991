/** What a page cannot do, in words of the catalogue. */
import type { PageWords } from "../text/page-words";
import { fill } from "../text/words";

export class Refusal extends Error {
  readonly #word: keyof PageWords;
  readonly #values: Readonly<Record<string, string | number>>;

  constructor(word: keyof PageWords, values: Readonly<Record<string, string | number>> = {}) {
    super(word);
    this.#word = word;
    this.#values = values;
  }

  /** The sentence for the reader. */
  in(words: PageWords): string {
    return fill(words[this.#word], this.#values);
  }
}
