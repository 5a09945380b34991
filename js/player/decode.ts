/**
 * Decode the binary layout that `wire.py` writes. Little endian; wider types come first, so that every column of an
 * aligned block is aligned. n epochs, P positions, K most probable tokens, V tokens.
 */
import { decodeExtras, type Extras, extrasSize } from "./extras";
import { decodeOverview, isOverview, type Overview, type OverviewHeader, overviewEnd } from "./overview";
import type { Axis, Metadata, OldBranch, Probe, Reference, RunEvent } from "./types";

export interface Shape {
  positions: number;
  topk: number;
  /** V; tokens take two bytes each if there are more than 256. */
  tokens: number;
}

/** The records of n epochs, column by column. */
export interface Records {
  count: number;
  /** (n,) nats per token; may hold NaN and infinities */
  losses: Float64Array;
  /** (n,) */
  lrs: Float64Array;
  /** (n, P) in 1/2048 nat, saturating */
  positionLosses: Uint16Array;
  /** (n, P, K) alphabet indices, most probable first */
  topTokens: Uint8Array | Uint16Array;
  /** (n, P, K) in 1/255 */
  topProbabilities: Uint8Array;
}

/** A decoded recording. */
export interface Parts {
  revision: number;
  alphabet: string[];
  separator: string;
  metadata: Metadata;
  references: Reference[];
  events: RunEvent[];
  oldBranches: OldBranch[];
  positions: number;
  topk: number;
  inputs: Uint32Array;
  /** Alphabet indices, or `IGNORED` */
  targets: Uint32Array;
  /** Missing: records are numbered by their epochs. */
  axis?: Axis | null;
  /** Missing: none. */
  probes?: readonly Probe[];
  /** Of all epochs; missing: there are none. */
  extras?: Extras | undefined;
  /** All records; with an overview, the last ones. */
  records: Records;
  /** Of a long recording: what is known of all epochs. */
  overview?: Overview;
}

/** The target of an ignored position. */
export const IGNORED = 0xffff_ffff;

export const MAGIC = "EPSC";
export const VERSION = 1;
/** Bytes before the header. */
export const PREAMBLE = 16;

/** The next multiple of 8. */
export const aligned = (offset: number): number => Math.ceil(offset / 8) * 8;

/** The bytes of a buffer from the host (Jupyter passes a DataView into a larger buffer), without a copy. */
export function bytesOf(buffer: unknown): Uint8Array {
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  throw new Error(`expected a buffer, got ${buffer === null ? "null" : typeof buffer}`);
}

/** The same bytes on an 8-byte boundary, so that every column can be read in place; copied only if necessary. */
export const alignedBytes = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());

/** Size in bytes of a block of n epochs. */
export function recordsSize(count: number, { positions, topk, tokens }: Shape): number {
  return count * (8 + 8 + positions * (2 + topk * ((tokens > 256 ? 2 : 1) + 1)));
}

/** Decode a block of `count` epochs. Throws an Error if its size or a token is invalid. */
export function decodeRecords(block: Uint8Array, count: number, shape: Shape): Records {
  const expected = recordsSize(count, shape);
  if (block.byteLength !== expected) {
    throw new Error(
      `damaged records: ${count} epochs of ${shape.positions} positions take ${expected} bytes, got ${block.byteLength}`,
    );
  }
  const { buffer, byteOffset } = alignedBytes(block);
  const cells = count * shape.positions;
  const ranked = cells * shape.topk;
  const wide = shape.tokens > 256;
  const lrsAt = byteOffset + count * 8;
  const positionLossesAt = lrsAt + count * 8;
  const tokensAt = positionLossesAt + cells * 2;
  const probabilitiesAt = tokensAt + ranked * (wide ? 2 : 1);
  const topTokens = wide ? new Uint16Array(buffer, tokensAt, ranked) : new Uint8Array(buffer, tokensAt, ranked);
  checkTokens(topTokens, shape.tokens, "records");
  return {
    count,
    losses: new Float64Array(buffer, byteOffset, count),
    lrs: new Float64Array(buffer, lrsAt, count),
    positionLosses: new Uint16Array(buffer, positionLossesAt, cells),
    topTokens,
    topProbabilities: new Uint8Array(buffer, probabilitiesAt, ranked),
  };
}

/** Decode a whole recording. Throws an Error that says what is wrong if the bytes are not a valid recording. */
export function decodeRecording(source: Uint8Array): Parts {
  const bytes = alignedBytes(source);
  const { header, end } = readHeader(bytes);
  const { alphabet, epochs, positions, topk } = header;
  const shape = { positions, topk, tokens: alphabet.length };
  const recordsAt = end + positions * 8;
  const { overview: long, axis, probes } = header;
  const recordsEnd = long
    ? overviewEnd(recordsAt, epochs, probes, long, shape)
    : recordsAt + recordsSize(epochs, shape);
  const counts = header.old_branches.map(({ count }) => count);
  const branchesAt = aligned(recordsEnd);
  const extrasAt = branchesAt + counts.reduce((sum, count) => sum + count * 8, 0);
  const expected = extrasAt + (header.scalars ? extrasSize(epochs, header.scalars.length) : 0);
  const exact = expected === branchesAt && bytes.byteLength === recordsEnd;
  if (!exact && bytes.byteLength !== expected) {
    throw new Error(`damaged recording: its header requires ${expected} bytes, got ${bytes.byteLength}`);
  }
  const inputs = new Uint32Array(bytes.buffer, bytes.byteOffset + end, positions);
  const targets = new Uint32Array(bytes.buffer, bytes.byteOffset + end + positions * 4, positions);
  checkTokens(inputs, alphabet.length, "inputs");
  checkTokens(
    targets.filter((target) => target !== IGNORED),
    alphabet.length,
    "targets",
  );
  const oldBranches = decodeOldBranches(header.old_branches, bytes.subarray(branchesAt, extrasAt));
  const extras = header.scalars && decodeExtras(bytes.subarray(extrasAt, expected), epochs, header.scalars);
  const recorded = long
    ? decodeOverview(bytes, recordsAt, epochs, probes, long, shape)
    : { records: decodeRecords(bytes.subarray(recordsAt, recordsEnd), epochs, shape) };
  const { revision, separator, metadata, references, events } = header;
  return {
    revision,
    alphabet,
    separator,
    metadata,
    references,
    events,
    oldBranches,
    positions,
    topk,
    inputs,
    targets,
    axis,
    probes,
    extras,
    ...recorded,
  };
}

export interface OldBranchHeader {
  id: number;
  start: number;
  count: number;
  lr: number | null;
}

/** Decode the losses of all old branches, which are stored one after another. */
export function decodeOldBranches(headers: readonly OldBranchHeader[], losses: Uint8Array): OldBranch[] {
  const expected = headers.reduce((sum, { count }) => sum + count * 8, 0);
  if (losses.byteLength !== expected) {
    throw new Error(`damaged old branches: their losses take ${expected} bytes, got ${losses.byteLength}`);
  }
  const { buffer, byteOffset } = alignedBytes(losses);
  let at = byteOffset;
  return headers.map(({ count, ...branch }) => {
    const branchLosses = new Float64Array(buffer, at, count);
    at += count * 8;
    return { ...branch, losses: branchLosses };
  });
}

interface Header {
  revision: number;
  epochs: number;
  positions: number;
  topk: number;
  alphabet: string[];
  separator: string;
  metadata: Metadata;
  references: Reference[];
  events: RunEvent[];
  old_branches: OldBranchHeader[];
  axis: Axis | null;
  probes: Probe[];
  /** The names of the scalars; missing: there are no extras. */
  scalars?: string[];
  overview?: OverviewHeader;
}

function readHeader(bytes: Uint8Array): { header: Header; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < PREAMBLE || String.fromCharCode(...bytes.subarray(0, 4)) !== MAGIC) {
    throw new Error("not an epochscope recording: it does not start with EPSC");
  }
  const version = view.getUint16(4, true);
  if (version !== VERSION) {
    throw new Error(
      `recording format ${version}: this version of epochscope reads format ${VERSION}; update epochscope`,
    );
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

const AXES: readonly (Axis | null)[] = [null, "step", "token", "epoch"];

const isListOfTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

/** Whether probes, if there are any, follow each other from the first position to the last. */
function coverPositions(probes: unknown, positions: number): boolean {
  if (!Array.isArray(probes)) return false;
  let end = 0;
  for (const { name, start, stop } of probes as Probe[]) {
    if (typeof name !== "string" || start !== end || !isCount(stop) || stop <= start) return false;
    end = stop;
  }
  return probes.length === 0 || end === positions;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Fill in missing optional fields. Throws an Error that names the first invalid field. */
function checked(value: unknown): Header {
  const header: Header = {
    ...{ metadata: {}, references: [], events: [], old_branches: [], separator: "", axis: null, probes: [] },
    ...(value as Pick<Header, "revision" | "epochs" | "positions" | "topk" | "alphabet">),
  };
  const refuse = (field: keyof Header): never => {
    throw new Error(
      `damaged recording: invalid header field ${field} = ${JSON.stringify(header[field])?.slice(0, 80)}`,
    );
  };
  for (const field of ["revision", "epochs", "positions", "topk"] as const) if (!isCount(header[field])) refuse(field);
  const { alphabet } = header;
  if (!isListOfTexts(alphabet)) refuse("alphabet");
  if (header.overview && !isOverview(header.overview, header.epochs)) refuse("overview");
  if (header.topk > alphabet.length || header.topk === 0) refuse("topk");
  for (const field of ["references", "events", "old_branches"] as const)
    if (!Array.isArray(header[field])) refuse(field);
  if (!AXES.includes(header.axis)) refuse("axis");
  if (!coverPositions(header.probes, header.positions)) refuse("probes");
  if (header.scalars && !isListOfTexts(header.scalars)) refuse("scalars");
  if (header.old_branches.some(({ start, count }) => !isCount(start) || !isCount(count))) refuse("old_branches");
  // JSON writes a non-finite loss as null; there is nothing to draw.
  header.references = header.references.filter(({ loss }) => Number.isFinite(loss));
  return header;
}

function checkTokens(indices: ArrayLike<number>, tokens: number, where: string): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (index >= tokens) throw new Error(`damaged ${where}: token ${index} of an alphabet of ${tokens}`);
  }
}
