/** Weights of some epochs as bytes: `recording/packed_weights.py` writes them and describes the format. */
import type { FlatWeights, NetworkShape } from "../network/types";
import { inflate } from "./inflate";

export interface PackedWeights {
  revision: number;
  /** Why there are none, as a sentence for the reader. */
  refused?: string;
  network: NetworkShape;
  /** ascending */
  epochs: number[];
  /** by epoch, in the order of `epochs` */
  weights: FlatWeights[];
}

const MAGIC = 0x57535045; // "EPSW", little-endian
const PREFIX_BYTES = 16;

/** Throws an Error if the bytes are not packed weights, or are damaged. */
export async function unpackWeights(bytes: Uint8Array, inflater = inflate): Promise<PackedWeights> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX_BYTES || view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== 1) {
    throw new Error("these are not weights that this version of epochscope reads");
  }
  const start = PREFIX_BYTES + view.getUint32(8, true);
  const header: Omit<PackedWeights, "weights"> = JSON.parse(
    new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, start)),
  );
  if (header.refused !== undefined) return { ...header, epochs: [], weights: [] };
  const planes = await inflater(bytes.subarray(start));
  const { epochs, network } = header;
  const buffer = accumulate(planes, epochs.length);
  const all = network.dtype === "float64" ? new Float64Array(buffer) : new Float32Array(buffer);
  const size = epochs.length === 0 ? 0 : all.length / epochs.length;
  return { ...header, weights: epochs.map((_, i) => all.subarray(i * size, (i + 1) * size)) };
}

/** Undo byte order and differences: from planes of bytes to rows of words, one row for each epoch. */
function accumulate(planes: Uint8Array, epochs: number): ArrayBuffer {
  const count = planes.length / 4;
  const words = epochs === 0 ? 0 : count / epochs;
  const rows = new Uint32Array(count);
  const [second, third, fourth] = [count, 2 * count, 3 * count];
  let i = 0;
  for (let word = 0; word < words; word++) {
    let value = 0;
    for (let at = word; at < count; at += words, i++) {
      const low = (planes[i] as number) | ((planes[i + second] as number) << 8);
      const high = (planes[i + third] as number) | ((planes[i + fourth] as number) << 8);
      value = (value + low + high * 65536) >>> 0;
      rows[at] = value;
    }
  }
  return rows.buffer;
}
