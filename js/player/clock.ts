/**
 * When which epoch is on show: pure functions of timestamps (ms). A position of 4.7 shows epoch 4 and has waited out
 * 0.7 of its time; the fraction is carried along, so that a film neither drifts nor depends on the frame rate.
 */
export interface Clock {
  /** epochs, with a fraction */
  readonly position: number;
  /** the timestamp at which it was so */
  readonly at: number;
}

/** Epochs per second of a replay "as fast as it trains": quick, and still seen. */
export const FASTEST_REPLAY = 240;
/** A frame that comes later than this (a hidden tab, a busy page) is taken to come now: a film goes on, not ahead. */
const LONGEST_GAP_MS = 250;
/** A cursor that is behind the head catches up with what it lacks in about this time. */
const CATCH_UP_MS = 150;
/**
 * A head that is further ahead than a paced run can get between two messages is not paced by us: a cell trains as fast
 * as it can. The cursor goes with it by leaps; a frame for what lies between would cost the training a processor.
 */
const outrun = (speed: number, lag: number): boolean => lag > 3 + speed / 2;
/**
 * An epoch is on show from a twentieth of its time early: frames come a little early or late, and at an epoch per frame
 * that would show now none and now two.
 */
const EARLY = 0.05;
/** The most that can be carried over while waiting at the head, in epochs; not all, for the same reason. */
const ALMOST = 0.9;

export const started = (epoch: number, at: number): Clock => ({ position: Math.max(0, epoch), at });

/** The epoch on show. */
export const epochOf = (clock: Clock): number => Math.floor(clock.position + EARLY);

const elapsed = (clock: Clock, now: number): number => Math.min(LONGEST_GAP_MS, Math.max(0, now - clock.at));

/** Replay of the epochs 0 .. head at `speed` epochs per second; `ended` when the head is on show and no loop goes on. */
export function replayed(
  clock: Clock,
  now: number,
  { speed, head, loop }: { speed: number; head: number; loop: boolean },
): { clock: Clock; ended: boolean } {
  const position = clock.position + (elapsed(clock, now) * Math.min(speed, FASTEST_REPLAY)) / 1000;
  const at = Math.max(now, clock.at);
  if (loop && head > 0) return { clock: { position: position % (head + 1), at }, ended: false };
  const next = { position: Math.min(position, head), at };
  return { clock: next, ended: epochOf(next) >= head };
}

/** The clock of one that has waited at the head, with no frames since, as `followed` would have made it. */
export function waited(clock: Clock, now: number, speed: number): Clock {
  const gained = (Math.max(0, now - clock.at) * Math.min(speed, FASTEST_REPLAY)) / 1000;
  const most = Math.max(clock.position, epochOf(clock) + ALMOST);
  return { position: Math.min(clock.position + gained, most), at: Math.max(now, clock.at) };
}

/**
 * Follow a head that grows by leaps, one epoch at a time at `speed` epochs per second, a little faster when behind.
 * Time spent at the head counts towards the next epoch, which is then shown almost as soon as it comes.
 */
export function followed(clock: Clock, now: number, { speed, head }: { speed: number; head: number }): Clock {
  const at = Math.max(now, clock.at);
  const lag = Math.max(0, head - clock.position);
  if (speed === Number.POSITIVE_INFINITY || outrun(speed, lag)) return { position: head, at };
  const pace = Math.max(speed / 1000, lag / CATCH_UP_MS);
  return { position: Math.min(clock.position + elapsed(clock, now) * pace, head + ALMOST), at };
}
