/** Is anybody there? A pure function of what has been asked and heard, and when (ms). */
import type { Connection } from "../player/types";

export interface Contact {
  /** when the page first asked */
  since: number;
  /** the last sign of life; null: none yet */
  heardAt: number | null;
  /** the first question since then; null: none is open */
  askedAt: number | null;
  /** Something is to be heard even if nothing was asked. */
  training: boolean;
  /** The channel itself said that it is closed. */
  broken: boolean;
}

/** A page that was never answered has no kernel. */
export const NONE_MS = 3000;
export const WAITING_MS = 2000;
export const GONE_MS = 10_000;

export function connectionAt(now: number, { since, heardAt, askedAt, training, broken }: Contact): Connection {
  if (heardAt === null) return broken || now - since >= NONE_MS ? "none" : "live";
  if (broken) return "gone";
  const from = training ? heardAt : (askedAt ?? now);
  const silence = now - from;
  if (silence > GONE_MS) return "gone";
  return silence > WAITING_MS ? "waiting" : "live";
}
