import { describe, expect, it } from "vitest";
import { Modules } from "./modules";

describe("the modules of a page", () => {
  it("are made of those that were there before", () => {
    const modules = new Modules({ base: { one: 1 } });
    modules.define("more", ["base"], (base) => ({ two: (base as { one: number }).one + 1 }));
    modules.define("most", ["more", "base"], (...needs) => needs);
    expect(modules.get("most")).toEqual([{ two: 2 }, { one: 1 }]);
  });

  it("are missed by name, when made and when asked for", () => {
    const modules = new Modules({});
    expect(() => modules.define("bqplot", ["base"], () => ({}))).toThrow("the module base did not come");
    expect(() => modules.get("bqplot")).toThrow("the module bqplot did not come");
  });
});
