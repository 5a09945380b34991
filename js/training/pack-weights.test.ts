/** tests/recording/test_page_file.py has Python read what is packed here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NetworkShape } from "../network/types";
import { inflate } from "../player/inflate";
import { unpackWeights } from "../player/packed-weights";
import { packPlanes, packWeights, packWeightsRaw, type WeightsToPack } from "./pack-weights";

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures");
const layers: NetworkShape["layers"] = [
  { cell: "rnn", input_size: 2, hidden_size: 2, bias: false, nonlinearity: "tanh" },
];
const network = (dtype: "float32" | "float64"): NetworkShape => ({
  ...{ tokens: 2, embedding: null, layers, output: null, dtype },
});
const endOfHeader = (bytes: Uint8Array): number => 16 + new DataView(bytes.buffer).getUint32(8, true);
const header = (bytes: Uint8Array) =>
  JSON.parse(Buffer.from(bytes.subarray(16, endOfHeader(bytes))).toString("latin1"));
const identity = async (bytes: Uint8Array) => bytes;

/** The bits of weights: NaN has many. */
const bits = ({ weights }: Pick<WeightsToPack, "weights">) =>
  weights.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString("hex"));

describe.each(["float32", "float64"] as const)("packed weights of %s", (dtype) => {
  const kind = dtype === "float32" ? Float32Array : Float64Array;
  const row = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => new kind(bytes.slice().buffer));
  const epochs = fc.uniqueArray(fc.nat(1000), { maxLength: 5 }).map((list) => list.sort((a, b) => a - b));
  const packable = epochs.chain((epochs) =>
    fc.array(row, { minLength: epochs.length, maxLength: epochs.length }).map((weights) => {
      return { network: network(dtype), epochs, weights, revision: 4 };
    }),
  );

  it("are restored bit for bit, with and without compression", async () => {
    await fc.assert(
      fc.asyncProperty(packable, async (wanted) => {
        const { weights, ...rest } = wanted;
        for (const found of [
          await unpackWeights(await packWeights(wanted)),
          await unpackWeights(packWeightsRaw(wanted), identity),
        ]) {
          expect(found).toMatchObject(rest);
          expect(found.weights).toHaveLength(weights.length);
          expect(found.weights.every((each) => each instanceof kind)).toBe(true);
          expect(bits(found)).toEqual(bits(wanted));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("are what Python packs", async () => {
    const bytes = new Uint8Array(readFileSync(join(folder, `weights-${dtype}.bin`)));
    const unpacked = await unpackWeights(bytes);
    expect(packPlanes(unpacked.weights)).toEqual(await inflate(bytes.subarray(endOfHeader(bytes))));
    const packed = await packWeights(unpacked);
    expect(packed.subarray(0, 8)).toEqual(bytes.subarray(0, 8));
    expect(header(packed)).toEqual(header(bytes));
  });

  it("are read at their place in a larger buffer", () => {
    const all = new kind(48).map((_, i) => i / 7);
    const weights = [all.subarray(16, 32), all.subarray(32)];
    expect(packPlanes(weights)).toEqual(packPlanes(weights.map((each) => each.slice())));
  });
});

it("a header of packed weights is ASCII", async () => {
  const odd = { ...network("float32"), name: "한👍é" };
  const packed = packWeightsRaw({ network: odd, epochs: [], weights: [], revision: 0 });
  expect(packed.subarray(16).every((byte) => byte < 128)).toBe(true);
  expect((await unpackWeights(packed, identity)).network).toEqual(odd);
});
