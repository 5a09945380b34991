import { describe, expect, it } from "vitest";
import { Modules } from "./modules";

describe("the module registry", () => {
  it("defines a module from modules defined before", () => {
    const modules = new Modules({ base: { one: 1 } });
    modules.define("more", ["base"], (base) => ({ two: (base as { one: number }).one + 1 }));
    modules.define("most", ["more", "base"], (...needs) => needs);
    expect(modules.get("most")).toEqual([{ two: 2 }, { one: 1 }]);
  });

  it("throws an error that names a missing dependency or module", () => {
    const modules = new Modules({});
    expect(() => modules.define("bqplot", ["base"], () => ({}))).toThrow("module base is not part of this page");
    expect(() => modules.get("bqplot")).toThrow("module bqplot is not part of this page");
  });
});
