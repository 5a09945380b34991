/** A recording as the `.npz` file that Python opens: `recording/file.py` describes the format. */
import type { OptimizerOptions } from "../network/optimizers";
import type { FlatWeights, NetworkShape } from "../network/types";
import { IGNORED, type Records } from "../player/decode";
import type { Metadata } from "../player/types";
import { MAX_TOP } from "./condense";
import { packWeights } from "./pack-weights";
import { concatenated, type Member, zip } from "./zip";

export interface FileParts {
  alphabet: readonly string[];
  separator: string;
  metadata: Metadata;
  /** (P,) alphabet indices */
  inputs: Uint32Array;
  /** (P,) alphabet indices, or `IGNORED` */
  targets: Uint32Array;
  records: Records;
  /** epochs at which the run left another one, ascending */
  branches: readonly number[];
  /** of some epochs, ascending; those that are not recorded are left out */
  weights: { network: NetworkShape; epochs: readonly number[]; weights: readonly FlatWeights[] } | null;
  /** With which the weights were trained. */
  optimizer?: OptimizerOptions;
}

const FORMAT = "epochscope recording";
const NPY_ALIGNMENT = 64;

export async function recordingFile(parts: FileParts): Promise<Uint8Array> {
  const { inputs, targets, records } = parts;
  const [epochs, positions] = [records.count, targets.length];
  const topk = Math.min(MAX_TOP, parts.alphabet.length);
  const known = parts.weights?.epochs.filter((epoch) => epoch < epochs) ?? [];
  const version = known.length > 0 ? 3 : targets.includes(IGNORED) ? 2 : 1;
  const members: Member[] = [
    { name: "header.json", bytes: headerOf(parts, version) },
    npy("inputs", inputs, [positions]),
    npy("targets", targets, [positions]),
    npy("losses", records.losses, [epochs]),
    npy("lrs", records.lrs, [epochs]),
    npy("position_losses", records.positionLosses, [epochs, positions]),
    npy("top_tokens", records.topTokens, [epochs, positions, topk]),
    npy("top_probabilities", records.topProbabilities, [epochs, positions, topk]),
  ];
  if (parts.weights && known.length > 0) {
    const { network, weights } = parts.weights;
    const packed = await packWeights({ network, epochs: known, weights: weights.slice(0, known.length), revision: 0 });
    members.push({ name: "weights.bin", bytes: packed, stored: true });
  }
  return zip(members);
}

function headerOf(
  { alphabet, separator, metadata, targets, records, branches, optimizer }: FileParts,
  version: number,
) {
  const isTold = version < 3 || optimizer === undefined || Object.keys(optimizer).length === 1; // by the metadata
  const header = {
    ...{ format: FORMAT, version, epochs: records.count, positions: targets.length },
    ...{ alphabet, separator, metadata, branches },
    ...(isTold ? {} : { trained: { optimizer, refused: null } }),
  };
  return new TextEncoder().encode(JSON.stringify(header, withoutNaN));
}

/** Leave out numbers that JSON does not have: null would mean something else, e.g. that there is no window. */
const withoutNaN = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? undefined : value;

type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** An array as numpy saves it, format version 1.0, in the order of C. */
function npy(name: string, column: Column, shape: readonly number[]): Member {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${dtypeOf(column)}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const size = Math.ceil((10 + text.length + 1) / NPY_ALIGNMENT) * NPY_ALIGNMENT - 10;
  const magic = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, size & 0xff, size >> 8);
  const header = new TextEncoder().encode(`${text.padEnd(size - 1)}\n`);
  const values = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  return { name: `${name}.npy`, bytes: concatenated([magic, header, values]) };
}

function dtypeOf(column: Column): string {
  if (column instanceof Float64Array) return "<f8";
  if (column instanceof Uint32Array) return "<u4";
  return column instanceof Uint16Array ? "<u2" : "|u1";
}
