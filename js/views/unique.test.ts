import { expect, it, vi } from "vitest";

it("a number is new also if the code is loaded twice, as for two widgets of a notebook", async () => {
  const load = async () => {
    vi.resetModules();
    return (await import("./unique")).uniqueInPage;
  };
  const [one, other] = [await load(), await load()];
  expect(one).not.toBe(other);
  const numbers = [one(), other(), one(), other()];
  expect(new Set(numbers).size).toBe(4);
});
