/** Encodes recordings for tests; real recordings are encoded by Python. */
import type { Parts, Records } from "../player/decode";
import type { Extras } from "../player/extras";

const bytes = (column: ArrayBufferView): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

function concatenated(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

const padded = (whole: Uint8Array, fill = 0): Uint8Array =>
  concatenated([whole, new Uint8Array((8 - (whole.byteLength % 8)) % 8).fill(fill)]);

export const encodedRecords = ({ losses, lrs, positionLosses, topTokens, topProbabilities }: Records): Uint8Array =>
  concatenated([losses, lrs, positionLosses, topTokens, topProbabilities].map(bytes));

/** `change` replaces fields of the header, to make it invalid. */
export function encodedRecording(parts: Parts, change: Record<string, unknown> = {}): Uint8Array {
  const { records, inputs, targets, oldBranches, extras, ...fields } = parts;
  const header = {
    ...{ ...fields, epochs: records.count },
    ...(extras && { scalars: [...extras.scalars.keys()] }),
    old_branches: oldBranches.map(({ losses, ...branch }) => ({ ...branch, count: losses.length })),
    ...change,
  };
  const text = padded(new TextEncoder().encode(JSON.stringify(header)), 0x20);
  const preamble = new DataView(new ArrayBuffer(16));
  for (const [i, letter] of [..."EPSC"].entries()) preamble.setUint8(i, letter.charCodeAt(0));
  preamble.setUint16(4, 1, true);
  preamble.setUint32(8, text.byteLength, true);
  const start = concatenated([bytes(preamble), text, bytes(inputs), bytes(targets), encodedRecords(records)]);
  const branches = oldBranches.map(({ losses }) => bytes(losses));
  return concatenated([padded(start), ...branches, ...(extras ? [encodedExtras(extras)] : [])]);
}

export const encodedExtras = ({ places, scalars }: Extras): Uint8Array =>
  concatenated([places, ...scalars.values()].map(bytes));

/** The same bytes at an offset in a larger buffer, as in a Jupyter message. */
export function within(whole: Uint8Array, offset: number): DataView {
  const larger = new Uint8Array(whole.byteLength + offset + 3).fill(0xee);
  larger.set(whole, offset);
  return new DataView(larger.buffer, offset, whole.byteLength);
}
