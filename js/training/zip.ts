/** Zip files as `recording/archive.py` writes them: dated 1980, with a CRC-32 of everything before it as the comment. */
import { compress } from "./compress";

export interface Member {
  /** ASCII */
  name: string;
  bytes: Uint8Array;
  /** Store the bytes as they are: they are compressed already. */
  stored?: boolean;
}

const STORED = 0;
const DEFLATED = 8;
const VERSION = 20; // 2.0, the first one with deflate
const FIRST_DAY = 0x21; // January 1, 1980
const CRC_DIGITS = 8;

/** The bytes of a file with these members, less than 4 GiB; equal members give equal bytes. */
export async function zip(members: readonly Member[]): Promise<Uint8Array> {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, bytes, stored = false } of members) {
    const data = stored ? bytes : await compress(bytes, "deflate-raw");
    const path = ascii(name);
    const entry = entryOf(stored ? STORED : DEFLATED, crc32(bytes), data.length, bytes.length, path.length);
    const local = concatenated([little(4, 0x04034b50), little(2, VERSION), entry, path, data]);
    const [versions, rest] = [little(2, VERSION, VERSION), concatenated([little(2, 0, 0, 0), little(4, 0, at)])];
    directory.push(little(4, 0x02014b50), versions, entry, rest, path);
    files.push(local);
    at += local.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const counts = little(2, 0, 0, members.length, members.length);
  const end = [little(4, 0x06054b50), counts, little(4, size, at), little(2, CRC_DIGITS)];
  const body = concatenated([...files, ...directory, ...end]);
  return concatenated([body, ascii(crc32(body).toString(16).padStart(CRC_DIGITS, "0"))]);
}

/** What an entry has in common in both places: from the flags to the length of the extra field, which is empty. */
const entryOf = (method: number, crc: number, packed: number, size: number, name: number): Uint8Array =>
  concatenated([little(2, 0, method, 0, FIRST_DAY), little(4, crc, packed, size), little(2, name, 0)]);

/** Unsigned integers of `width` bytes each. */
function little(width: 2 | 4, ...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(width * values.length));
  for (const [i, value] of values.entries()) {
    if (width === 2) view.setUint16(2 * i, value, true);
    else view.setUint32(4 * i, value, true);
  }
  return new Uint8Array(view.buffer);
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The remainder of every byte. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (let i = 0; i < bytes.length; i++)
    crc = (REMAINDERS[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
