import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodedRecording, encodedRecords, within } from "../testing/bytes";
import { fakeParts } from "../testing/recordings";
import { bytesOf, decodeRecording, decodeRecords, type Parts, recordsSize } from "./decode";

const many = Array.from({ length: 300 }, (_, i) => String.fromCodePoint(0xac00 + i));
const shapeOf = ({ positions, topk, alphabet }: Parts) => ({ positions, topk, tokens: alphabet.length });

describe("bytesOf", () => {
  it("takes a DataView at its offset and length, without a copy", () => {
    const view = within(Uint8Array.of(1, 2, 3), 5);
    expect([...bytesOf(view)]).toEqual([1, 2, 3]);
    expect(bytesOf(view).buffer).toBe(view.buffer);
  });

  it("takes an ArrayBuffer", () => {
    expect([...bytesOf(Uint8Array.of(7, 8).buffer)]).toEqual([7, 8]);
  });

  it.each([
    [null, "null"],
    [undefined, "undefined"],
    ["EPSC", "string"],
    [{}, "object"],
  ])("refuses %s", (value, kind) => {
    expect(() => bytesOf(value)).toThrow(`expected a buffer, got ${kind}`);
  });
});

describe("decodeRecords", () => {
  it("decodes every column", () => {
    const parts = fakeParts({ epochs: 7 });
    expect(decodeRecords(encodedRecords(parts.records), 7, shapeOf(parts))).toEqual(parts.records);
  });

  it("reads two bytes per token when the alphabet has more than 256", () => {
    const parts = fakeParts({ epochs: 3, text: many });
    const records = decodeRecords(encodedRecords(parts.records), 3, shapeOf(parts));
    expect(records.topTokens).toBeInstanceOf(Uint16Array);
    expect(Math.max(...records.topTokens)).toBeGreaterThan(256);
    expect(records).toEqual(parts.records);
  });

  it("reads one byte per token when the alphabet has just 256", () => {
    const parts = fakeParts({ epochs: 2, text: many.slice(0, 256) });
    expect(decodeRecords(encodedRecords(parts.records), 2, shapeOf(parts)).topTokens).toBeInstanceOf(Uint8Array);
  });

  it("reads an empty block", () => {
    expect(decodeRecords(new Uint8Array(), 0, { positions: 4, topk: 5, tokens: 9 }).count).toBe(0);
  });

  it("does not copy a block that is aligned, and copies one that is not", () => {
    const parts = fakeParts({ epochs: 2 });
    const block = encodedRecords(parts.records);
    const aligned = bytesOf(within(block, 16));
    const unaligned = bytesOf(within(block, 13));
    expect(decodeRecords(aligned, 2, shapeOf(parts)).losses.buffer).toBe(aligned.buffer);
    expect(decodeRecords(unaligned, 2, shapeOf(parts))).toEqual(parts.records);
  });

  it("keeps non-finite losses", () => {
    const parts = fakeParts({ epochs: 3 });
    parts.records.losses.set([Number.NaN, Number.POSITIVE_INFINITY, 1]);
    const { losses } = decodeRecords(encodedRecords(parts.records), 3, shapeOf(parts));
    expect([...losses]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 1]);
  });

  it.each([-1, 1])("refuses a block with %d byte too many, naming both sizes", (by) => {
    const parts = fakeParts({ epochs: 2 });
    const size = recordsSize(2, shapeOf(parts));
    expect(() => decodeRecords(new Uint8Array(size + by), 2, shapeOf(parts))).toThrow(
      `damaged records: 2 epochs of 23 positions take ${size} bytes, got ${size + by}`,
    );
  });

  it("refuses a token that is not in the alphabet", () => {
    const parts = fakeParts({ epochs: 2 });
    parts.records.topTokens[9] = 200;
    expect(() => decodeRecords(encodedRecords(parts.records), 2, shapeOf(parts))).toThrow(
      "token 200 of an alphabet of 14",
    );
  });
});

describe("decodeRecording", () => {
  const oldBranches = [
    { id: 3, start: 120, lr: 0.1, losses: Float64Array.of(1, 2, 3) },
    { id: 4, start: 7, lr: null, losses: Float64Array.of(Number.NaN) },
  ];

  it("decodes a recording at any offset of a buffer", () => {
    const text = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 20 });
    const tokens = text.filter((list) => new Set(list).size > 1);
    fc.assert(
      fc.property(tokens, fc.nat(9), fc.nat(17), fc.boolean(), (text, epochs, offset, branched) => {
        const parts = fakeParts({ text, epochs, oldBranches: branched ? oldBranches : [] });
        expect(decodeRecording(bytesOf(within(encodedRecording(parts), offset)))).toEqual(parts);
      }),
      { numRuns: 50 },
    );
  });

  it("fills in optional header fields", () => {
    const missing = { metadata: undefined, references: undefined, events: undefined, separator: undefined };
    const parts = decodeRecording(encodedRecording(fakeParts({ epochs: 1 }), missing));
    expect(parts).toMatchObject({ metadata: {}, references: [], events: [], separator: "" });
  });

  it("leaves out a reference without a loss", () => {
    const references = [
      { kind: "uniform", loss: null },
      { kind: "saturation", loss: 1 },
    ];
    const parts = decodeRecording(encodedRecording(fakeParts({ epochs: 1 }), { references }));
    expect(parts.references).toEqual([{ kind: "saturation", loss: 1 }]);
  });

  it("accepts a recording without padding if it has no old branches", () => {
    const parts = fakeParts({ epochs: 3, text: "abcd" });
    const size = recordsSize(3, shapeOf(parts));
    expect(size % 8).not.toBe(0);
    const whole = encodedRecording(parts);
    expect(decodeRecording(whole.subarray(0, whole.byteLength - 8 + (size % 8)))).toEqual(parts);
  });

  it("refuses bytes that are not a recording", () => {
    for (const bytes of [
      new Uint8Array(),
      Uint8Array.of(69, 80, 83, 67),
      new TextEncoder().encode("PK\x03\x04".repeat(9)),
    ]) {
      expect(() => decodeRecording(bytes)).toThrow("not an epochscope recording");
    }
  });

  it("refuses a later format, and says what to do", () => {
    const whole = encodedRecording(fakeParts({ epochs: 1 }));
    whole[4] = 2;
    expect(() => decodeRecording(whole)).toThrow(
      "recording format 2: this version of epochscope reads format 1; update epochscope",
    );
  });

  it("refuses a truncated recording", () => {
    const whole = encodedRecording(fakeParts({ epochs: 2, oldBranches }));
    fc.assert(
      fc.property(fc.nat(whole.byteLength - 1), (length) => {
        expect(() => decodeRecording(whole.subarray(0, length))).toThrow(/^(damaged|not an epochscope recording)/);
      }),
    );
  });

  it("refuses a recording with extra bytes", () => {
    const whole = encodedRecording(fakeParts({ epochs: 2, oldBranches }));
    expect(() => decodeRecording(bytesOf(within(whole, 0).buffer))).toThrow("its header requires");
  });

  it("refuses a header that is not JSON", () => {
    const whole = encodedRecording(fakeParts({ epochs: 1 }));
    whole[16] = 0x21;
    expect(() => decodeRecording(whole)).toThrow("its header is not JSON");
  });

  it("refuses a header that does not end on an 8-byte boundary", () => {
    const whole = encodedRecording(fakeParts({ epochs: 1 }));
    whole[8] = (whole[8] as number) + 1;
    expect(() => decodeRecording(whole)).toThrow("damaged recording: its header ends at");
  });

  it.each([
    ["revision", -1],
    ["epochs", 1.5],
    ["epochs", "12"],
    ["positions", null],
    ["topk", 0],
    ["topk", 15],
    ["alphabet", "abc"],
    ["alphabet", [1, 2]],
    ["references", {}],
    ["events", 7],
    ["old_branches", "x"],
    ["old_branches", [{ id: 1, start: 0, count: -4 }]],
  ])("refuses a header with %s = %j, naming it", (field, value) => {
    const whole = encodedRecording(fakeParts({ epochs: 1 }), { [field]: value });
    expect(() => decodeRecording(whole)).toThrow(
      `damaged recording: invalid header field ${field} = ${JSON.stringify(value)}`,
    );
  });

  it("accepts targets of 2^32 - 1, which are ignored, but no such input and no other large target", () => {
    const parts = fakeParts({ epochs: 2, ignored: [0, 5] });
    expect(parts.targets[5]).toBe(2 ** 32 - 1);
    expect(decodeRecording(encodedRecording(parts))).toEqual(parts);
    parts.targets[5] = 2 ** 32 - 2;
    expect(() => decodeRecording(encodedRecording(parts))).toThrow("damaged targets: token 4294967294");
    const other = fakeParts({ epochs: 2 });
    other.inputs[5] = 2 ** 32 - 1;
    expect(() => decodeRecording(encodedRecording(other))).toThrow("damaged inputs: token 4294967295");
  });

  it("refuses an input or target that is not in the alphabet", () => {
    for (const field of ["inputs", "targets"] as const) {
      const parts = fakeParts({ epochs: 1 });
      parts[field][2] = 99;
      expect(() => decodeRecording(encodedRecording(parts))).toThrow(`damaged ${field}: token 99 of an alphabet of 14`);
    }
  });
});
