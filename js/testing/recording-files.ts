/**
 * A program for Python's tests: write files of recordings as a page does.
 *
 * Arguments: a JSON file with a list of recordings, and the folder of the files "0.npz", "1.npz", ... Of a recording, each
 * column, and the weights of each epoch, are the base64 of their bytes, little endian.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NetworkShape } from "../network/types";
import type { Metadata } from "../player/types";
import { recordingFile } from "../training/recording-file";

interface Contents {
  alphabet: string[];
  separator: string;
  metadata: Metadata;
  epochs: number;
  columns: Record<
    "inputs" | "targets" | "losses" | "lrs" | "positionLosses" | "topTokens" | "topProbabilities",
    string
  >;
  branches: number[];
  weights: { network: NetworkShape; epochs: number[]; weights: string[] } | null;
}

const [contents = "", folder = ""] = process.argv.slice(2);
const recordings = JSON.parse(readFileSync(contents, "utf8")) as Contents[];

const bytesOf = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(text, "base64")).buffer;

function weightsOf({ network, epochs, weights }: NonNullable<Contents["weights"]>) {
  const kind = network.dtype === "float64" ? Float64Array : Float32Array;
  return { network, epochs, weights: weights.map((each) => new kind(bytesOf(each))) };
}

for (const [i, { alphabet, separator, metadata, epochs, columns, branches, weights }] of recordings.entries()) {
  const bytes = await recordingFile({
    ...{ alphabet, separator, metadata, branches },
    inputs: new Uint32Array(bytesOf(columns.inputs)),
    targets: new Uint32Array(bytesOf(columns.targets)),
    records: {
      count: epochs,
      losses: new Float64Array(bytesOf(columns.losses)),
      lrs: new Float64Array(bytesOf(columns.lrs)),
      positionLosses: new Uint16Array(bytesOf(columns.positionLosses)),
      topTokens: new (alphabet.length > 256 ? Uint16Array : Uint8Array)(bytesOf(columns.topTokens)),
      topProbabilities: new Uint8Array(bytesOf(columns.topProbabilities)),
    },
    weights: weights && weightsOf(weights),
  });
  writeFileSync(join(folder, `${i}.npz`), bytes);
}
