/** Whether the kernel answers: a pure function of what was sent and received, and when (ms). */
import type { Connection } from "../player/types";

export interface Contact {
  /** when the page sent its first message */
  openedAt: number;
  /** the last message from the kernel; null: none yet */
  receivedAt: number | null;
  /** the first message sent since then; null: none */
  askedAt: number | null;
  /** During training the kernel sends messages without being asked. */
  training: boolean;
  /** The channel reported that it is closed. */
  broken: boolean;
}

/** A page that has had no answer for this long has no kernel. */
export const NONE_MS = 3000;
export const WAITING_MS = 2000;
export const GONE_MS = 10_000;

export function connectionAt(now: number, { openedAt, receivedAt, askedAt, training, broken }: Contact): Connection {
  if (receivedAt === null) return broken || now - openedAt >= NONE_MS ? "none" : "live";
  if (broken) return "gone";
  const silence = now - (training ? receivedAt : (askedAt ?? now));
  if (silence > GONE_MS) return "gone";
  return silence > WAITING_MS ? "waiting" : "live";
}
