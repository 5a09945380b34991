/** What the card of a question shows besides the question: state of the page that nobody else needs. */
import { signal } from "@preact/signals";

export class QuestionCard {
  /** Whether it is folded to one line, once the answer is revealed. */
  readonly folded = signal(false);
  /** Whether hands are counted on this page. */
  readonly counting = signal(false);
  /** Whether a field has a number that cannot be chosen. */
  readonly invalid = signal(false);

  /** Another question, or the same one without answers. */
  reset(): void {
    this.folded.value = false;
    this.invalid.value = false;
  }
}
