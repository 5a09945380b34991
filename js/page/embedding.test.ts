import { describe, expect, it, vi } from "vitest";
import { reporter, themeOf } from "./embedding";

describe("the height of an embedded page", () => {
  it("is reported in whole px, once for each change", () => {
    const tell = vi.fn();
    const report = reporter(tell);
    for (const height of [562.4, 563, 563, 700, 562.4]) report(height);
    expect(tell.mock.calls).toEqual([[563], [700], [563]]);
  });

  it("is not reported while there is nothing", () => {
    const tell = vi.fn();
    const report = reporter(tell);
    for (const height of [0, 500, 0, 500]) report(height);
    expect(tell.mock.calls).toEqual([[500]]);
  });
});

describe("the theme that a message names", () => {
  it.each(["light", "dark", "auto"])("is %s", (theme) => {
    expect(themeOf({ epochscope: "theme", theme })).toBe(theme);
  });

  it.each([
    null,
    "dark",
    42,
    {},
    { theme: "dark" },
    { epochscope: "height", theme: "dark" },
    { epochscope: "theme", theme: "blue" },
    { epochscope: "theme", theme: ["dark"] },
  ])("is none in %o", (message) => {
    expect(themeOf(message)).toBeNull();
  });
});
