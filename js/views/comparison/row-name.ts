/** The name of a run at the beginning of its row: swatch, label, and how good it is. */
import { DASHES, runColor } from "../../drawing/run-style";
import { element, svgElement } from "../element";

export function rowName(parent: Element, run: number, label: string) {
  const el = element(parent, "run-row");
  el.dataset.run = String(run);
  const swatch = svgElement(el, "swatch", "svg");
  swatch.setAttribute("viewBox", "0 0 20 8");
  const path = svgElement(swatch, "swatch-line");
  path.setAttribute("d", "M0 4H20");
  path.setAttribute("stroke", runColor(run));
  if (DASHES[run]) path.setAttribute("stroke-dasharray", DASHES[run]);
  const name = element(el, "run-row-label", "span");
  name.textContent = label;
  const facts = element(el, "run-row-facts", "span");
  return {
    el,
    set(text: string, description: string): void {
      facts.textContent = text;
      el.title = description;
    },
  };
}
