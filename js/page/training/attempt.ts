/** Begins trainings, and keeps what went wrong. */
import { signal } from "@preact/signals";
import type { PageTraining } from "../../kernel/page-training";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import { continueAt, type Showing } from "../showing";

export class Attempt {
  readonly #problem = signal<string | null>(null);
  readonly #words: PageWords;
  readonly #showing: Showing;

  constructor(words: PageWords, showing: Showing) {
    this.#words = words;
    this.#showing = showing;
  }

  /** Begin, then go where a student goes on; what goes wrong is a problem. */
  async run(begin: () => Promise<void> | void): Promise<void> {
    this.#problem.value = null;
    try {
      await begin();
      continueAt(this.#showing);
    } catch (error) {
      this.#problem.value = messageOf(error);
    }
  }

  /** What went wrong, as a sentence; null: nothing. Reads signals. */
  problem(training: PageTraining | null): string | null {
    const message = this.#problem.value ?? training?.failure.value ?? null;
    return message === null ? null : fill(this.#words.failed, { message });
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
