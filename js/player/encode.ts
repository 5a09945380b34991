/** Encode records in the layout that `decode.ts` reads. Little endian, like every machine that runs a browser. */
import type { Records } from "./decode";

/** A block of all epochs of these records, as new bytes: the inverse of `decodeRecords`. */
export function encodeRecords({ losses, lrs, positionLosses, topTokens, topProbabilities }: Records): Uint8Array {
  const columns = [losses, lrs, positionLosses, topTokens, topProbabilities];
  const block = new Uint8Array(columns.reduce((size, column) => size + column.byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of columns) {
    block.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return block;
}
