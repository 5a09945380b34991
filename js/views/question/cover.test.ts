import { describe, expect, it, vi } from "vitest";
import { createCover } from "./cover";

vi.mock("../element", () => ({ element: () => ({ setAttribute() {}, hidden: false, textContent: "" }) }));

describe("a cover", () => {
  it("changes the page only if it begins elsewhere, since it is shown at every frame", () => {
    const cover = createCover({} as Element);
    const places: number[] = [];
    const show = (start: number | null, axis = 100) => {
      cover.show(start, axis, (share) => places.push(share));
      return cover.el.hidden;
    };
    expect([show(null), show(null), show(20), show(20), show(20, 50), show(60, 50), show(null)]).toEqual([
      ...[true, true, false, false, false, true, true],
    ]);
    expect(places).toEqual([0.2, 0.4, 1]);
  });
});
