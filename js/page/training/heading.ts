/** The heading of an exported page: if it is the text of the recording, it follows the text that is shown. */
import type { RunOptions } from "../../training/types";
import type { Recorded } from "../recorded";
import { textOf } from "./recorded-options";

/** The most characters of a heading, as in Python. */
const MOST = 80;

export class Heading {
  readonly #element = document.querySelector("h1");
  readonly #title: string;
  readonly #isText: boolean;

  constructor({ scene }: Recorded) {
    // A page that a browser has saved may show the text of another training.
    this.#title = this.#element?.dataset.recorded ?? document.title;
    if (this.#element) this.#element.dataset.recorded = this.#title;
    const recordings = scene.runs.map(({ received }) => received.peek());
    this.#isText = recordings.some((each) => each !== null && headingOf(textOf(each)) === this.#title);
  }

  /** Name the texts of these runs; null: the recording. */
  show(runs: readonly Pick<RunOptions, "text">[] | null): void {
    if (!this.#element || !this.#isText) return;
    const texts = [...new Set(runs?.map(({ text }) => headingOf(text)))];
    const title = runs === null ? this.#title : headingOf(texts.join(", "));
    this.#element.textContent = title;
    document.title = title;
  }
}

function headingOf(text: string): string {
  const letters = [...text.trim()];
  return letters.length <= MOST ? letters.join("") : `${letters.slice(0, MOST - 1).join("")}…`;
}
