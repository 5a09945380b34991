import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpacked } from "./contents";

describe("unpacked", () => {
  it("restores the original bytes", async () => {
    const bytes = Uint8Array.from({ length: 5_000 }, (_, i) => (i * i) % 251);
    const written = deflateSync(bytes).toString("base64");
    expect(await unpacked(written)).toEqual(bytes);
  });

  it("throws an error if the data is truncated or invalid", async () => {
    const written = deflateSync(new Uint8Array(1000).fill(7)).toString("base64");
    await expect(unpacked(written.slice(0, -8))).rejects.toThrow("the page is damaged");
    await expect(unpacked("?")).rejects.toThrow("the page is damaged");
  });
});
