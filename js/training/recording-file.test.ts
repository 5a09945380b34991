/** tests/recording/test_page_file.py has Python read these files. */
import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { NetworkShape } from "../network/types";
import { unpackWeights } from "../player/packed-weights";
import { fakeParts } from "../testing/recordings";
import { type FileParts, recordingFile } from "./recording-file";

const network: NetworkShape = {
  ...{ tokens: 3, embedding: null, output: null, dtype: "float32" },
  layers: [{ cell: "rnn", input_size: 3, hidden_size: 3, bias: false, nonlinearity: "tanh" }],
};
const weightsAt = (...epochs: number[]) => ({
  ...{ network, epochs },
  weights: epochs.map((epoch) => new Float32Array(18).fill(epoch)),
});

function parts(change: Partial<FileParts> = {}): FileParts {
  const { alphabet, separator, metadata, inputs, targets, records } = fakeParts({ epochs: 7, text: "abcab" });
  return { alphabet, separator, metadata, inputs, targets, records, branches: [], weights: null, ...change };
}

/** The members of a zip file by name. */
function members(file: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(file.buffer);
  const found = new Map<string, Uint8Array>();
  for (let at = 0; view.getUint32(at, true) === 0x04034b50; ) {
    const nameAt = at + 30;
    const dataAt = nameAt + view.getUint16(at + 26, true);
    const data = file.subarray(dataAt, dataAt + view.getUint32(at + 18, true));
    const name = Buffer.from(file.subarray(nameAt, dataAt)).toString();
    found.set(name, view.getUint16(at + 8, true) === 8 ? new Uint8Array(inflateRawSync(data)) : data);
    at = dataAt + data.length;
  }
  return found;
}

const headerOf = (file: Uint8Array) => JSON.parse(Buffer.from(members(file).get("header.json") ?? []).toString());

describe("the file of a recording", () => {
  it("has a header that says what it holds", async () => {
    const metadata = { lr: 0.1, seed: null, notes: "한👍" };
    expect(headerOf(await recordingFile(parts({ metadata, branches: [2, 5] })))).toEqual({
      ...{ format: "epochscope recording", version: 1, epochs: 7, positions: 4 },
      ...{ alphabet: ["a", "b", "c"], separator: "", metadata, branches: [2, 5] },
    });
  });

  it("has arrays that begin at multiples of 64 bytes", async () => {
    const file = members(await recordingFile(parts()));
    const losses = file.get("losses.npy") as Uint8Array;
    const text = Buffer.from(losses.subarray(0, 128)).toString("latin1");
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (7,), }";
    expect(text).toBe(`\x93NUMPY\x01\x00v\x00${header.padEnd(117)}\n`);
    expect(new Float64Array(losses.slice(128).buffer)).toEqual(parts().records.losses);
    for (const [name, bytes] of file) if (name.endsWith(".npy")) expect((bytes.indexOf(10) + 1) % 64).toBe(0);
  });

  it("is of the oldest version that has what it holds", async () => {
    const targets = parts().targets.slice();
    targets[1] = 0xffff_ffff;
    const version = async (change: Partial<FileParts>) => headerOf(await recordingFile(parts(change))).version;
    expect(await version({})).toBe(1);
    expect(await version({ targets })).toBe(2);
    expect(await version({ weights: weightsAt(3) })).toBe(3);
    expect(await version({ targets, weights: weightsAt(3) })).toBe(3);
    expect(await version({ weights: weightsAt() })).toBe(1);
  });

  it("has the weights of epochs that are recorded, and no others", async () => {
    const file = members(await recordingFile(parts({ weights: weightsAt(0, 6, 7, 9) })));
    const { weights, ...rest } = await unpackWeights(file.get("weights.bin") as Uint8Array);
    expect(rest).toEqual({ network, epochs: [0, 6], revision: 0 });
    expect(weights).toEqual(weightsAt(0, 6).weights);
    expect([...members(await recordingFile(parts({ weights: weightsAt(7) }))).keys()]).not.toContain("weights.bin");
  });

  it("leaves out numbers of the metadata that are not finite", async () => {
    const metadata = { lr: Number.NaN, window: null, hidden_size: Number.POSITIVE_INFINITY, seed: 3 };
    expect(headerOf(await recordingFile(parts({ metadata }))).metadata).toEqual({ window: null, seed: 3 });
  });

  it("says with which options weights were trained, where the metadata do not", async () => {
    const options = { kind: "sgd", momentum: 0.9 } as const;
    const trained = async (change: Partial<FileParts>) => headerOf(await recordingFile(parts(change))).trained;
    expect(await trained({ optimizer: options, weights: weightsAt(3) })).toEqual({ optimizer: options, refused: null });
    expect(await trained({ optimizer: options })).toBeUndefined();
    expect(await trained({ optimizer: { kind: "sgd" }, weights: weightsAt(3) })).toBeUndefined();
  });
});
