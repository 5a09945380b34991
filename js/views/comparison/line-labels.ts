/** Where the names of lines are at their ends. Pure. */

export interface LineEnd {
  /** Of the end of the line, px. */
  readonly x: number;
  readonly y: number;
  /** Of the name, px. */
  readonly width: number;
}

/**
 * Return the y of the middle of each name: that of its line's end, moved so far that names whose x overlap keep
 * `spacing`. In the order of their y, so that the upper name belongs to the upper line.
 */
export function placeLabels(ends: readonly LineEnd[], spacing: number, height: number): number[] {
  const order = ends.map((_, index) => index).sort((a, b) => (ends[a] as LineEnd).y - (ends[b] as LineEnd).y);
  const [low, high] = [spacing / 2, Math.max(spacing / 2, height - spacing / 2)];
  const places = ends.map(({ y }) => Math.min(high, Math.max(low, y)));
  const overlap = (a: number, b: number): boolean => {
    const [one, other] = [ends[a] as LineEnd, ends[b] as LineEnd];
    return one.x < other.x + other.width && other.x < one.x + one.width;
  };
  const push = (sequence: readonly number[], direction: 1 | -1): void => {
    sequence.forEach((index, i) => {
      for (const before of sequence.slice(0, i)) {
        if (!overlap(index, before)) continue;
        const least = (places[before] as number) + direction * spacing;
        const place = places[index] as number;
        places[index] = direction > 0 ? Math.max(place, least) : Math.min(place, least);
      }
      places[index] = Math.min(high, Math.max(low, places[index] as number));
    });
  };
  push(order, 1);
  push([...order].reverse(), -1);
  return places;
}
