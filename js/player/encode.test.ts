import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeParts } from "../testing/recordings";
import type { Chunk } from "./chunk";
import { decodeRecording, decodeRecords } from "./decode";
import { encodeRecording, encodeRecords } from "./encode";
import { GrowingRecording } from "./recording";

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

  it.each(["", "ignored-", "probes-"])("of the epochs of a %schunk are the bytes that Python packed", (prefix) => {
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

/** All pieces together. */
function encoded(recording: GrowingRecording): Uint8Array {
  const pieces = encodeRecording(recording);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

describe("an encoded recording", () => {
  it("is decoded to the same recording, whatever its text, events and branches", () => {
    const text = fc.oneof(
      fc.integer({ min: 2, max: 600 }).map((tokens) => Array.from({ length: tokens }, (_, i) => `${i}`)),
      fc.constantFrom([..."hi, \ud800 \udc00한글"], ["a", "\ud83e", "b"]),
    );
    const losses = fc.array(fc.constantFrom(0.5, Number.NaN, Number.POSITIVE_INFINITY), { maxLength: 3 });
    fc.assert(
      fc.property(text, fc.nat(4), losses, fc.nat(3), (text, epochs, losses, revision) => {
        const oldBranches = [{ id: 3, start: 1, lr: null, losses: Float64Array.from(losses) }];
        const events = [{ epoch: 0, kind: "lr" as const, value: 0.1 }].slice(0, epochs);
        const parts = fakeParts({ text, epochs, revision, oldBranches, events });
        expect(decodeRecording(encoded(new GrowingRecording(parts)))).toEqual(parts);
      }),
      { numRuns: 30 },
    );
  });

  it.each(["", "ignored-"])("of Python's %srecording has the same bytes after the header", (prefix) => {
    const packed = bytes(`${prefix}recording.bin`);
    const again = encoded(new GrowingRecording(decodeRecording(packed)));
    const end = (whole: Uint8Array) => 16 + new DataView(whole.buffer, whole.byteOffset).getUint32(8, true);
    expect(Buffer.from(again.subarray(end(again))).equals(packed.subarray(end(packed)))).toBe(true);
  });

  it("is decoded to the same axis, probes and scalars", () => {
    const decoded = decodeRecording(bytes("probes-recording.bin"));
    const pieces = encodeRecording(new GrowingRecording(decoded));
    let piece = pieces.next();
    while (!piece.done) piece = pieces.next();
    expect(decodeRecording(piece.value)).toEqual(decoded);
    expect(decoded.extras?.scalars.size).toBe(2);
  });

  it("takes pieces of about two megabytes", () => {
    const { positions, topk } = fakeParts({ epochs: 0 });
    const epochs = 10_000;
    const recording = new GrowingRecording(fakeParts({ epochs }));
    const count = [...encodeRecording(recording)].length + 1;
    expect(count).toBe(Math.ceil((epochs * (16 + positions * (2 + 2 * topk))) / 2_000_000));
    expect(count).toBeGreaterThan(1);
  });
});
