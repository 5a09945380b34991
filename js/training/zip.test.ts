/** tests/recording/test_page_file.py has Python open such files. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32, zip } from "./zip";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the CRC-32", () => {
  it("is that of the standard's example, and 0 of nothing", () => {
    expect(crc32(bytes("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
    expect(crc32(Uint8Array.from({ length: 256 }, (_, i) => i))).toBe(0x29058c73);
  });
});

describe("a zip file", () => {
  const members = [
    { name: "long.txt", bytes: bytes("again and ".repeat(500)) },
    { name: "stored.bin", bytes: Uint8Array.of(1, 2, 3), stored: true },
  ];

  it("ends with the CRC-32 of everything before it", async () => {
    const file = await zip(members);
    const comment = Buffer.from(file.subarray(-8)).toString("latin1");
    expect(comment).toMatch(/^[0-9a-f]{8}$/);
    expect(Number.parseInt(comment, 16)).toBe(crc32(file.subarray(0, -8)));
  });

  it("has eight digits of it, whatever it is", async () => {
    for (let i = 0; i < 40; i++) {
      const file = await zip([{ name: "i", bytes: Uint8Array.of(i), stored: true }]);
      expect(Buffer.from(file.subarray(-8)).toString("latin1")).toMatch(/^[0-9a-f]{8}$/);
    }
  });

  it("has members that are compressed, or stored as they are", async () => {
    const file = await zip(members);
    const view = new DataView(file.buffer);
    const first = 30 + "long.txt".length;
    const packed = view.getUint32(18, true);
    expect([view.getUint16(8, true), view.getUint32(22, true)]).toEqual([8, 5000]);
    expect(packed).toBeLessThan(2 * deflateRawSync(members[0]?.bytes as Uint8Array).length);
    expect(Buffer.from(inflateRawSync(file.subarray(first, first + packed))).toString()).toBe("again and ".repeat(500));
    const second = first + packed;
    expect(view.getUint16(second + 8, true)).toBe(0);
    expect([...file.subarray(second + 30 + "stored.bin".length).subarray(0, 3)]).toEqual([1, 2, 3]);
  });

  it("has the number of its members, and the place of its directory, at its end", async () => {
    const file = await zip(members);
    const end = new DataView(file.buffer, file.length - 8 - 22);
    expect(end.getUint32(0, true)).toBe(0x06054b50);
    expect([4, 6, 8, 10, 20].map((at) => end.getUint16(at, true))).toEqual([0, 0, 2, 2, 8]);
    const [size, at] = [end.getUint32(12, true), end.getUint32(16, true)];
    expect(at + size).toBe(file.length - 8 - 22);
    expect(new DataView(file.buffer).getUint32(at, true)).toBe(0x02014b50);
  });

  it("is the same for the same members", async () => {
    expect(await zip(members)).toEqual(await zip(members));
  });
});
