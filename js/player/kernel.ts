/** The other side of the wire, as far as a store knows it. */
import type { Until } from "./types";

export type Command =
  /** speed null: as fast as it trains */
  | { command: "play"; speed: number | null; until: Until | null }
  | { command: "pause" | "reset" }
  | { command: "step"; n: number }
  | { command: "speed"; speed: number | null }
  | { command: "rewind"; epoch: number }
  | { command: "branch"; epoch: number; lr: number }
  | { command: "return"; ghost: number };

export interface Kernel {
  send(command: Command): void;
  /** The cursor has come to rest. */
  setCursor(epoch: number): void;
}
