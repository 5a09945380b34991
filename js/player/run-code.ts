/** The plain PyTorch program that repeats a run, as Python has written it. */

/** Why there is none: the end of the name of a word. */
export type NoCode = "loop" | "page" | "own" | "unknown" | "long";

export interface RunCode {
  /** The program; missing: the run trains, or `refused` says why there is none. */
  readonly code?: string;
  /** What `EpochScope.from_spec` reads; missing: it is too long for that. */
  readonly spec?: string;
  /** How many recorded epochs it repeats; 0: the run has not begun, and it trains what is to come. */
  readonly epochs?: number;
  readonly refused?: NoCode;
  /** In an exported page: what the page trains does not change it. */
  readonly fixed?: boolean;
}

/** What was received; null: nothing, as from earlier versions. */
export const runCodeOf = (received: unknown): RunCode | null =>
  typeof received === "object" && received !== null ? (received as RunCode) : null;
