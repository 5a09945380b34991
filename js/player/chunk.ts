/** The message with the records of new epochs. */
import type { OldBranchHeader } from "./decode";
import type { Axis, Metadata, Probe, RunEvent } from "./types";

/** The message that carries the records of epochs start .. start + count - 1 of a revision. */
export interface Chunk {
  revision: number;
  /** A browser at this revision or a later one shares the first `start` epochs. */
  after: number;
  start: number;
  count: number;
  events: RunEvent[];
  /** Fields that change with the revision; present whenever `after` is below `revision`. */
  header?: { metadata: Metadata; old_branches: OldBranchHeader[]; axis?: Axis; probes?: readonly Probe[] };
  /** The names of the scalars; missing: the records have no extras. */
  scalars?: string[];
}

/** applied: something changed; ignored: nothing new; gap: epochs before the chunk are missing. */
export type ChunkResult = "applied" | "ignored" | "gap";
