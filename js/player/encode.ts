/** Encode what `decode.ts` reads. Little endian, like every machine that runs a browser. */
import { aligned, MAGIC, PREAMBLE, type Records, recordsSize, VERSION } from "./decode";
import type { GrowingRecording } from "./recording";

/** About as many bytes of records are encoded at once: a millisecond's work. */
const PIECE_BYTES = 2_000_000;

const COLUMNS = ["losses", "lrs", "positionLosses", "topTokens", "topProbabilities"] as const;

/** A block of all epochs of these records, as new bytes: the inverse of `decodeRecords`. */
export function encodeRecords(records: Records): Uint8Array {
  const columns = COLUMNS.map((name) => bytesIn(records[name]));
  const block = new Uint8Array(sizeOf(columns));
  place(block, 0, columns);
  return block;
}

/** The inverse of `decodeRecording`, piece by piece: between two of them the page can do something else. */
export function* encodeRecording(recording: GrowingRecording): Generator<undefined, Uint8Array<ArrayBuffer>> {
  const { epochs, inputs, targets, oldBranches, extras, shape } = recording;
  const header = headerOf(recording);
  const before = [preambleOf(header), header, bytesIn(inputs), bytesIn(targets)];
  const after = oldBranches.map((branch) => bytesIn(branch.losses));
  if (extras) after.push(...[extras.places, ...extras.scalars.values()].map(bytesIn));
  const recordsAt = sizeOf(before);
  const branchesAt = aligned(recordsAt + recordsSize(epochs, shape));
  const whole = new Uint8Array(branchesAt + sizeOf(after));
  place(whole, 0, before);
  place(whole, branchesAt, after);
  const rows = Math.max(1, Math.floor(PIECE_BYTES / recordsSize(1, shape)));
  for (let start = 0; start < epochs; start += rows) {
    if (start > 0) yield;
    const stop = Math.min(epochs, start + rows);
    const records = recording.rows(start, stop);
    let columnAt = recordsAt;
    for (const name of COLUMNS) {
      const column = bytesIn(records[name]);
      const width = column.byteLength / (stop - start);
      whole.set(column, columnAt + start * width);
      columnAt += epochs * width;
    }
  }
  return whole;
}

/** The header, as JSON that ends at a multiple of 8 bytes. */
function headerOf(recording: GrowingRecording): Uint8Array {
  const { revision, epochs, positions, topk, alphabet, separator, metadata, references, events } = recording;
  const text = JSON.stringify({
    ...{ revision, epochs, positions, topk, alphabet, separator, metadata, references, events },
    old_branches: recording.oldBranches.map(({ losses, ...branch }) => ({ ...branch, count: losses.length })),
    ...(recording.axis !== null && { axis: recording.axis }),
    ...(recording.probes.length > 0 && { probes: recording.probes }),
    ...(recording.extras && { scalars: [...recording.extras.scalars.keys()] }),
  });
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(aligned(bytes.byteLength)).fill(0x20);
  padded.set(bytes);
  return padded;
}

function preambleOf(header: Uint8Array): Uint8Array {
  const preamble = new DataView(new ArrayBuffer(PREAMBLE));
  for (const [i, letter] of [...MAGIC].entries()) preamble.setUint8(i, letter.charCodeAt(0));
  preamble.setUint16(4, VERSION, true);
  preamble.setUint32(8, header.byteLength, true);
  return bytesIn(preamble);
}

const bytesIn = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((size, part) => size + part.byteLength, 0);

/** Copy one part after another, from `at` on. */
function place(whole: Uint8Array, at: number, parts: readonly Uint8Array[]): void {
  let next = at;
  for (const part of parts) {
    whole.set(part, next);
    next += part.byteLength;
  }
}
