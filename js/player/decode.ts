/**
 * Bytes to numbers: the browser's half of the layout that `wire.py` writes. Little endian; wider types come first,
 * so that every column is aligned when the block is. n epochs, P positions, K likeliest tokens, V tokens.
 */
import type { About, Ghost, Reference, RunEvent } from "./types";

export interface Shape {
  positions: number;
  top: number;
  /** V; the tokens take two bytes each when it is beyond 256. */
  tokens: number;
}

/** n epochs, column by column. */
export interface Records {
  count: number;
  /** (n,) nats per token; may hold NaN and infinities */
  losses: Float64Array;
  /** (n,) */
  lrs: Float64Array;
  /** (n, P) in 1/2048 nat, saturating */
  positionLosses: Uint16Array;
  /** (n, P, K) alphabet indices, likeliest first */
  topTokens: Uint8Array | Uint16Array;
  /** (n, P, K) in 1/255 */
  topProbabilities: Uint8Array;
}

/** A whole recording as it was sent. */
export interface Parts {
  revision: number;
  alphabet: string[];
  joined: boolean;
  about: About;
  references: Reference[];
  events: RunEvent[];
  ghosts: Ghost[];
  positions: number;
  top: number;
  inputs: Uint32Array;
  targets: Uint32Array;
  records: Records;
}

const MAGIC = "EPSC";
const VERSION = 1;
const PREAMBLE = 16;

const aligned = (offset: number): number => Math.ceil(offset / 8) * 8;

/** The bytes behind a buffer as a host hands it over (Jupyter: a DataView into something larger); no copy. */
export function bytesOf(buffer: unknown): Uint8Array {
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  throw new Error(`expected a buffer of bytes, got ${buffer === null ? "null" : typeof buffer}`);
}

/** The same bytes where every column may be read in place: copied only when they start off an 8-byte boundary. */
const inPlace = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());

/** The size in bytes of a records block of n epochs. */
export function recordsSize(count: number, { positions, top, tokens }: Shape): number {
  return count * (8 + 8 + positions * (2 + top * ((tokens > 256 ? 2 : 1) + 1)));
}

/** Read a records block of `count` epochs; an Error when its size or its tokens cannot be right. */
export function decodeRecords(block: Uint8Array, count: number, shape: Shape): Records {
  const expected = recordsSize(count, shape);
  if (block.byteLength !== expected) {
    throw new Error(
      `damaged records: ${count} epochs of ${shape.positions} positions take ${expected} bytes, got ${block.byteLength}`,
    );
  }
  const { buffer, byteOffset } = inPlace(block);
  const cells = count * shape.positions;
  const ranked = cells * shape.top;
  const wide = shape.tokens > 256;
  const lrsAt = byteOffset + count * 8;
  const positionLossesAt = lrsAt + count * 8;
  const tokensAt = positionLossesAt + cells * 2;
  const probabilitiesAt = tokensAt + ranked * (wide ? 2 : 1);
  const topTokens = wide ? new Uint16Array(buffer, tokensAt, ranked) : new Uint8Array(buffer, tokensAt, ranked);
  refuseStrangers(topTokens, shape.tokens, "records");
  return {
    count,
    losses: new Float64Array(buffer, byteOffset, count),
    lrs: new Float64Array(buffer, lrsAt, count),
    positionLosses: new Uint16Array(buffer, positionLossesAt, cells),
    topTokens,
    topProbabilities: new Uint8Array(buffer, probabilitiesAt, ranked),
  };
}

/** Read a whole recording; an Error that says what is wrong when the bytes are foreign or damaged. */
export function decodeRecording(source: Uint8Array): Parts {
  const bytes = inPlace(source);
  const { header, end } = readHeader(bytes);
  const { alphabet, epochs, positions, top } = header;
  const shape = { positions, top, tokens: alphabet.length };
  const recordsAt = end + positions * 8;
  const recordsEnd = recordsAt + recordsSize(epochs, shape);
  const counts = header.ghosts.map((ghost) => ghost.count);
  const ghostsAt = aligned(recordsEnd);
  const expected = ghostsAt + counts.reduce((sum, count) => sum + count * 8, 0);
  const exact = counts.length === 0 && bytes.byteLength === recordsEnd;
  if (!exact && bytes.byteLength !== expected) {
    throw new Error(`damaged recording: its header asks for ${expected} bytes, got ${bytes.byteLength}`);
  }
  const inputs = new Uint32Array(bytes.buffer, bytes.byteOffset + end, positions);
  const targets = new Uint32Array(bytes.buffer, bytes.byteOffset + end + positions * 4, positions);
  refuseStrangers(inputs, alphabet.length, "inputs");
  refuseStrangers(targets, alphabet.length, "targets");
  const ghosts = decodeGhosts(header.ghosts, bytes.subarray(ghostsAt));
  const records = decodeRecords(bytes.subarray(recordsAt, recordsEnd), epochs, shape);
  const { revision, joined, about, references, events } = header;
  return { revision, alphabet, joined, about, references, events, ghosts, positions, top, inputs, targets, records };
}

export interface GhostHeader {
  id: number;
  start: number;
  count: number;
  lr: number | null;
}

/** The losses of all ghosts lie one after another. */
export function decodeGhosts(headers: readonly GhostHeader[], losses: Uint8Array): Ghost[] {
  const expected = headers.reduce((sum, { count }) => sum + count * 8, 0);
  if (losses.byteLength !== expected) {
    throw new Error(`damaged ghosts: their losses take ${expected} bytes, got ${losses.byteLength}`);
  }
  const { buffer, byteOffset } = inPlace(losses);
  let at = byteOffset;
  return headers.map(({ count, ...ghost }) => {
    const own = new Float64Array(buffer, at, count);
    at += count * 8;
    return { ...ghost, losses: own };
  });
}

interface Header {
  revision: number;
  epochs: number;
  positions: number;
  top: number;
  alphabet: string[];
  joined: boolean;
  about: About;
  references: Reference[];
  events: RunEvent[];
  ghosts: GhostHeader[];
}

function readHeader(bytes: Uint8Array): { header: Header; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < PREAMBLE || String.fromCharCode(...bytes.subarray(0, 4)) !== MAGIC) {
    throw new Error("not a recording of epochscope: it does not start with EPSC");
  }
  const version = view.getUint16(4, true);
  if (version !== VERSION) {
    throw new Error(`a recording of format ${version}, this epochscope reads format ${VERSION}: update epochscope`);
  }
  const end = PREAMBLE + view.getUint32(8, true);
  if (end > bytes.byteLength || end % 8 !== 0) throw new Error(`damaged recording: its header ends at ${end}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(PREAMBLE, end)));
  } catch (error) {
    throw new Error("damaged recording: its header is not JSON", { cause: error });
  }
  return { header: checked(header), end };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The header with what may be missing filled in; an Error naming the first field that cannot be right. */
function checked(value: unknown): Header {
  const header: Header = {
    ...{ about: {}, references: [], events: [], ghosts: [], joined: true },
    ...(value as Pick<Header, "revision" | "epochs" | "positions" | "top" | "alphabet">),
  };
  const refuse = (field: keyof Header): never => {
    throw new Error(`damaged recording: its header says ${field} = ${JSON.stringify(header[field])?.slice(0, 80)}`);
  };
  for (const field of ["revision", "epochs", "positions", "top"] as const) if (!isCount(header[field])) refuse(field);
  const { alphabet } = header;
  if (!Array.isArray(alphabet) || alphabet.some((token) => typeof token !== "string")) refuse("alphabet");
  if (header.top > alphabet.length || header.top === 0) refuse("top");
  for (const field of ["references", "events", "ghosts"] as const) if (!Array.isArray(header[field])) refuse(field);
  if (header.ghosts.some(({ start, count }) => !isCount(start) || !isCount(count))) refuse("ghosts");
  // A loss that is not finite is null in JSON: nothing to draw.
  header.references = header.references.filter(({ loss }) => Number.isFinite(loss));
  return header;
}

function refuseStrangers(indices: ArrayLike<number>, tokens: number, where: string): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (index >= tokens) throw new Error(`damaged ${where}: token ${index} of an alphabet of ${tokens}`);
  }
}
