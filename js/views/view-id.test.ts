import { expect, it, vi } from "vitest";

it("gives each view of a page another id, also if the module is loaded for each widget", async () => {
  const ids = new Set<string>();
  for (let widget = 0; widget < 3; widget++) {
    vi.resetModules();
    const { viewId } = await import("./view-id");
    for (const kind of ["card", "sweep"]) ids.add(viewId(kind));
  }
  expect(ids.size).toBe(6);
});
