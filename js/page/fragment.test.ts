import { describe, expect, it } from "vitest";
import { epochIn, valueIn } from "./fragment";

describe("the fragment of an address", () => {
  it.each([
    ["#epoch=184", 184],
    ["epoch=0&theme=dark", 0],
    ["#theme=dark&epoch=12", 12],
    ["", null],
    ["#epoch=", null],
    ["#epoch=-1", null],
    ["#epoch=1e3", null],
    ["#epoch=12.5", null],
  ])("%s names epoch %s", (fragment, epoch) => {
    expect(epochIn(fragment)).toBe(epoch);
  });

  it("has values by name", () => {
    expect(valueIn("#epoch=1&theme=dark", "theme")).toBe("dark");
    expect(valueIn("#here", "theme")).toBeNull();
  });
});
