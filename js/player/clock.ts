/**
 * Which epoch is shown when: pure functions of timestamps (ms). Position 4.7 shows epoch 4, with 0.7 of its time used up.
 * The fraction is carried over, so that a replay neither drifts nor depends on the frame rate.
 */
export interface Clock {
  /** epochs, with a fraction */
  readonly position: number;
  /** timestamp of this position */
  readonly at: number;
}

/** Epochs per second of a replay at maximum speed: fast, but still visible. */
export const MAX_REPLAY_SPEED = 240;
/** After a longer gap (hidden tab, busy page) resume instead of jumping ahead. */
const MAX_GAP_MS = 250;
/** A cursor that is behind the head catches up in about this time. */
const CATCH_UP_MS = 150;
/**
 * Whether the head is further ahead than a paced run can get between two messages: then a cell trains as fast as
 * possible, and the cursor jumps to the head, since drawing the epochs in between would slow the training down.
 */
const isUnpaced = (speed: number, lag: number): boolean => lag > 3 + speed / 2;
/**
 * Show an epoch this share of its time early. Frames come a little early or late; at one epoch per frame, a strict limit
 * would sometimes show no new epoch and sometimes two.
 */
const EARLY = 0.05;
/** The most that is carried over while waiting at the head, in epochs; below 1 for the same reason. */
const MAX_CARRIED = 0.9;

export const started = (epoch: number, at: number): Clock => ({ position: Math.max(0, epoch), at });

/** The epoch to show. */
export const epochOf = (clock: Clock): number => Math.floor(clock.position + EARLY);

const elapsed = (clock: Clock, now: number): number => Math.min(MAX_GAP_MS, Math.max(0, now - clock.at));

/** Replay the epochs 0 .. head at `speed` epochs per second; `ended` when the head is shown and `loop` is off. */
export function replayed(
  clock: Clock,
  now: number,
  { speed, head, loop }: { speed: number; head: number; loop: boolean },
): { clock: Clock; ended: boolean } {
  const position = clock.position + (elapsed(clock, now) * Math.min(speed, MAX_REPLAY_SPEED)) / 1000;
  const at = Math.max(now, clock.at);
  if (loop && head > 0) return { clock: { position: position % (head + 1), at }, ended: false };
  const next = { position: Math.min(position, head), at };
  return { clock: next, ended: epochOf(next) >= head };
}

/** The clock after waiting at the head without frames: what `followed` would have returned with frames. */
export function waited(clock: Clock, now: number, speed: number): Clock {
  const gained = (Math.max(0, now - clock.at) * Math.min(speed, MAX_REPLAY_SPEED)) / 1000;
  const limit = Math.max(clock.position, epochOf(clock) + MAX_CARRIED);
  return { position: Math.min(clock.position + gained, limit), at: Math.max(now, clock.at) };
}

/**
 * Follow a head that grows by several epochs at a time, showing one at a time at `speed` epochs per second, a little
 * faster when behind. Time spent at the head counts towards the next epoch, which is then shown almost at once.
 */
export function followed(clock: Clock, now: number, { speed, head }: { speed: number; head: number }): Clock {
  const at = Math.max(now, clock.at);
  const lag = Math.max(0, head - clock.position);
  if (speed === Number.POSITIVE_INFINITY || isUnpaced(speed, lag)) return { position: head, at };
  const pace = Math.max(speed / 1000, lag / CATCH_UP_MS);
  return { position: Math.min(clock.position + elapsed(clock, now) * pace, head + MAX_CARRIED), at };
}
