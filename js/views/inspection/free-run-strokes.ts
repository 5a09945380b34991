/** The strokes from what was said at a position to what is read at the next one. */
import { columnOf, type Layout } from "../../drawing/layout";
import type { Edges } from "./tile-geometry";

export interface Places {
  layout: Layout;
  /** Of what is read, and of what is said. */
  inputAt(position: number): Edges;
  saidAt(position: number): Edges;
}

const middle = ({ left, right }: Edges): number => (left + right) / 2;

/** The path of the strokes from the positions first .. last - 1; at the end of a line they are cut. */
export function strokes({ layout, inputAt, saidAt }: Places, first: number, last: number): string {
  const step = layout.direction === "ltr" ? layout.pitch : -layout.pitch;
  const parts: string[] = [];
  const draw = (from: number, bottom: number, top: number, start: number, end: number): void => {
    const at = (share: number): string =>
      `${(from + (0.28 + 0.42 * share) * step).toFixed(1)} ${(bottom + (top - bottom) * share).toFixed(1)}`;
    parts.push(`M${at(start)}L${at(end)}`);
  };
  for (let position = first; position < last; position++) {
    const [said, input] = [saidAt(position), inputAt(position)];
    const [bottom, top] = [said.top - 1, input.bottom - 0.12 * (input.bottom - input.top)];
    if (columnOf(layout, position + 1) > 0) draw(middle(said), bottom, top, 0, 1);
    else {
      const [next, below] = [inputAt(position + 1), saidAt(position + 1)];
      draw(middle(said), bottom, top, 0, 0.55);
      draw(middle(next) - step, below.top - 1, next.bottom - 0.12 * (next.bottom - next.top), 0.45, 1);
    }
  }
  return parts.join("");
}
