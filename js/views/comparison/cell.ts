/** One position of the text in a comparison: input, target, a mark where runs differ, and the prediction of each run. */
import type { Recording } from "../../player/types";
import type { Glyph } from "../../text/glyph";
import { createFrame, createTile } from "../cell";
import { element } from "../element";

export function createComparedCell(parent: Element, runs: readonly number[]) {
  const frame = createFrame(parent);
  element(frame.el, "difference").setAttribute("aria-hidden", "true");
  const tiles = runs.map((run) => {
    const row = element(frame.el, "compared");
    row.dataset.run = String(run);
    return createTile(row);
  });
  let differs: boolean | null = null;

  return {
    ...frame,
    tiles,
    bind(recording: Recording, glyphs: readonly Glyph[], position: number): void {
      frame.bind(recording, glyphs, position);
      for (const tile of tiles) tile.clear();
    },
    /** Mark the position, or not. */
    mark(now: boolean): void {
      if (now === differs) return;
      differs = now;
      frame.el.dataset.differs = String(now);
    },
  };
}
