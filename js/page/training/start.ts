/** Starts trainings in the page. */

import { FakeTraining } from "../../testing/fake-training";
import type { PageWords } from "../../text/page-words";
import { embeddedText } from "../contents";
import type { StartTraining } from "./training";

/** How to start trainings; null: this page cannot train. */
export function startTraining(_words: PageWords): StartTraining | null {
  if (embeddedText("epochscope-worker") === null) return null;
  return async () => new FakeTraining();
}
