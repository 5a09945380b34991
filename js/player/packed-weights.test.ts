/** tests/recording/test_packed_weights.py checks the same files against Python's packing. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unpackWeights } from "./packed-weights";

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures");
const packed = (dtype: string) => new Uint8Array(readFileSync(join(folder, `weights-${dtype}.bin`)));

describe.each(["float32", "float64"])("weights of %s packed by Python", (dtype) => {
  it("are unpacked to the same values", async () => {
    const { revision, network, epochs, weights } = await unpackWeights(packed(dtype));
    expect([revision, epochs, network.dtype, network.embedding]).toEqual([3, [0, 1, 7], dtype, 2]);
    expect(network.layers).toEqual([{ cell: "gru", input_size: 2, hidden_size: 2, bias: false, nonlinearity: "tanh" }]);
    epochs.forEach((epoch, i) => {
      const expected = Array.from(weights[i] as Float32Array, (_, index) =>
        index === 1 ? Number.NaN : epoch + index / 8,
      );
      expect(Array.from(weights[i] as Float32Array)).toEqual(expected);
    });
    expect(weights[0]).toHaveLength(6 + 6 * 2 + 6 * 2 + 3 * 2 + 3);
  });

  it("are refused if they are damaged", async () => {
    const bytes = packed(dtype);
    await expect(unpackWeights(bytes.subarray(0, 10))).rejects.toThrow("these are not weights");
    await expect(unpackWeights(bytes.subarray(0, -9))).rejects.toThrow();
    bytes[1] = 0;
    await expect(unpackWeights(bytes)).rejects.toThrow("these are not weights");
  });
});

it("a refusal in place of weights is read", async () => {
  const text = JSON.stringify({ refused: "why", revision: 2 });
  const bytes = new Uint8Array([
    ...Buffer.from("EPSW"),
    1,
    0,
    0,
    0,
    text.length,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...Buffer.from(text),
  ]);
  expect(await unpackWeights(bytes)).toMatchObject({ refused: "why", revision: 2, epochs: [] });
});
