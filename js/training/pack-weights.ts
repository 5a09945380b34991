/** Pack weights as bytes that `player/packed-weights.ts` and Python read: `recording/packed_weights.py` has the format. */
import type { FlatWeights } from "../network/types";
import type { PackedWeights } from "../player/packed-weights";
import { compress } from "./compress";

export type WeightsToPack = Omit<PackedWeights, "refused">;

const MAGIC = "EPSW";
const VERSION = 1;
const PREFIX_BYTES = 16;
const BYTES_PER_WORD = 4;

const deflate = (bytes: Uint8Array): Promise<Uint8Array> => compress(bytes, "deflate");

/** For files: what Python's `pack_weights` returns. */
export async function packWeights(weights: WeightsToPack, deflater = deflate): Promise<Uint8Array> {
  return joined(headerOf(weights), await deflater(packPlanes(weights.weights)));
}

/** For messages to the page: without compression, for `unpackWeights` with the identity as its inflater. */
export const packWeightsRaw = (weights: WeightsToPack): Uint8Array =>
  joined(headerOf(weights), packPlanes(weights.weights));

/**
 * The words of the weights (n, W), each as its difference to the epoch before, modulo 2^32: word after word with its n
 * epochs, and of all these the first bytes, then the second, third and fourth ones.
 */
export function packPlanes(weights: readonly FlatWeights[]): Uint8Array {
  const rows = weights.map(({ buffer, byteOffset, byteLength }) => {
    return new Uint32Array(buffer, byteOffset, byteLength / BYTES_PER_WORD);
  });
  const words = rows[0]?.length ?? 0;
  const count = words * rows.length;
  const planes = new Uint8Array(count * BYTES_PER_WORD);
  let i = 0;
  for (let word = 0; word < words; word++) {
    let before = 0;
    for (const row of rows) {
      const value = row[word] as number;
      const difference = value - before; // bits 0 to 31 are those of the difference modulo 2^32
      before = value;
      planes[i] = difference;
      planes[i + count] = difference >> 8;
      planes[i + 2 * count] = difference >> 16;
      planes[i + 3 * count] = difference >> 24;
      i++;
    }
  }
  return planes;
}

function headerOf({ network, epochs, revision }: WeightsToPack): Uint8Array {
  const text = JSON.stringify({ network, epochs, revision });
  return new TextEncoder().encode(text.replace(/[^\0-\x7f]/g, escaped));
}

/** A UTF-16 unit as JSON writes it in ASCII. */
const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

function joined(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES + header.length + payload.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < MAGIC.length; i++) bytes[i] = MAGIC.charCodeAt(i);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, header.length, true);
  bytes.set(header, PREFIX_BYTES);
  bytes.set(payload, PREFIX_BYTES + header.length);
  return bytes;
}
