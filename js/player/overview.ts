/** What a page gets of a long recording: small columns of all epochs, a sample of the records, and the last ones. */
import { aligned, decodeRecords, type Parts, type Records, recordsSize, type Shape } from "./decode";
import type { Span, SpanColumns } from "./span-summary";

export interface Overview {
  /** (E,) nats per token */
  readonly losses: Float64Array;
  /** (E,) */
  readonly lrs: Float64Array;
  /** Of each probe, or of all positions. */
  readonly spans: readonly SpanColumns[];
  /** (P,) the last epoch at which a position was wrong, -1 if none */
  readonly lastWrong: Int32Array;
  /** The sample has the records of epochs 0, stride, 2 stride and so on. */
  readonly stride: number;
  readonly sample: Records;
}

/** In the header of a recording: the stride, and the numbers of records in the sample and at the end. */
export interface OverviewHeader {
  readonly stride: number;
  readonly samples: number;
  readonly last: number;
}

/** Number of epochs of a decoded recording. */
export const epochsOf = ({ overview, records }: Pick<Parts, "overview" | "records">): number =>
  overview?.losses.length ?? records.count;

/** The spans of a recording with these probes. */
export const spansOf = (probes: readonly Span[] = [], positions: number): readonly Span[] =>
  probes.length > 0 ? probes : [{ start: 0, stop: positions }];

/** Whether a header says what an overview of `epochs` epochs can be. */
export function isOverview({ stride, samples, last }: OverviewHeader, epochs: number): boolean {
  const counts = [stride, samples, last].every((value) => Number.isSafeInteger(value) && value > 0);
  return counts && last <= epochs && samples === Math.ceil(epochs / stride);
}

/** Where the parts of an overview are, from `start` on. */
function layoutOf(
  start: number,
  epochs: number,
  spans: number,
  hasLosses: boolean,
  header: OverviewHeader,
  shape: Shape,
) {
  const lrs = start + epochs * 8;
  const losses = lrs + epochs * 8;
  const correct = losses + (hasLosses ? spans * epochs * 8 : 0);
  const firstErrors = correct + spans * epochs * 4;
  const lastWrong = firstErrors + spans * epochs * 4;
  const sample = aligned(lastWrong + shape.positions * 4);
  const last = aligned(sample + recordsSize(header.samples, shape));
  return { lrs, losses, correct, firstErrors, lastWrong, sample, last, end: last + recordsSize(header.last, shape) };
}

/** The end of an overview that begins at `start`. */
export const overviewEnd = (
  start: number,
  epochs: number,
  probes: readonly Span[],
  header: OverviewHeader,
  shape: Shape,
) => layoutOf(start, epochs, Math.max(1, probes.length), probes.length > 0, header, shape).end;

/** Decode an overview and the last records. `bytes` begins at a multiple of 8, and has all up to `overviewEnd`. */
export function decodeOverview(
  bytes: Uint8Array,
  start: number,
  epochs: number,
  probes: readonly Span[],
  header: OverviewHeader,
  shape: Shape,
): { overview: Overview; records: Records } {
  const { buffer, byteOffset } = bytes;
  const spans = spansOf(probes, shape.positions);
  const at = layoutOf(start, epochs, spans.length, probes.length > 0, header, shape);
  const records = (from: number, count: number): Records =>
    decodeRecords(bytes.subarray(from, from + recordsSize(count, shape)), count, shape);
  const overview = {
    losses: new Float64Array(buffer, byteOffset + start, epochs),
    lrs: new Float64Array(buffer, byteOffset + at.lrs, epochs),
    spans: spans.map((_, i) => ({
      correct: new Uint32Array(buffer, byteOffset + at.correct + i * epochs * 4, epochs),
      firstErrors: new Uint32Array(buffer, byteOffset + at.firstErrors + i * epochs * 4, epochs),
      losses: probes.length > 0 ? new Float64Array(buffer, byteOffset + at.losses + i * epochs * 8, epochs) : null,
    })),
    lastWrong: new Int32Array(buffer, byteOffset + at.lastWrong, shape.positions),
    stride: header.stride,
    sample: records(at.sample, header.samples),
  };
  return { overview, records: records(at.last, header.last) };
}
