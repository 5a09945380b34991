import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeParts } from "../testing/recordings";
import { decodeRecording, decodeRecords } from "./decode";
import { encodeRecords } from "./encode";
import { type Chunk, GrowingRecording } from "./recording";

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures");
const bytes = (name: string) => new Uint8Array(readFileSync(join(folder, name)));

describe("encoded records", () => {
  it("are decoded to the same records, whatever the number of tokens and epochs", () => {
    const texts = fc.integer({ min: 2, max: 600 }).map((tokens) => Array.from({ length: tokens }, (_, i) => `${i}`));
    fc.assert(
      fc.property(texts, fc.nat(4), (text, epochs) => {
        const { records, positions, topk, alphabet } = fakeParts({ text, epochs });
        const shape = { positions, topk, tokens: alphabet.length };
        expect(decodeRecords(encodeRecords(records), epochs, shape)).toEqual(records);
      }),
      { numRuns: 30 },
    );
  });

  it.each(["", "ignored-"])("of the epochs of a %schunk are the bytes that Python packed", (prefix) => {
    const recording = new GrowingRecording(decodeRecording(bytes(`${prefix}recording.bin`)));
    const { chunks } = JSON.parse(readFileSync(join(folder, `${prefix}recording.json`), "utf8"));
    for (const [i, { start, count }] of (chunks as Chunk[]).entries()) {
      const block = encodeRecords(recording.rows(start, start + count));
      expect(Buffer.from(block).equals(bytes(`${prefix}chunk-${i}.bin`))).toBe(true);
    }
    expect(chunks).toHaveLength(2);
  });

  it("share no memory with the records", () => {
    const { records } = fakeParts({ epochs: 2 });
    const block = encodeRecords(records);
    const before = [...block];
    records.losses.fill(7);
    expect([...block]).toEqual(before);
  });
});
