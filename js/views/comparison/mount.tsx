/** A comparison of several runs, in any element. */
import type { ComparisonStore } from "../../player/comparison";
import type { PlayerOptions } from "../player";

export function mountComparison(el: HTMLElement, store: ComparisonStore, options: PlayerOptions): () => void {
  el.textContent = `${store.labels.join(", ")} ${options.lang}`;
  return () => el.replaceChildren();
}
