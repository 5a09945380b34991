import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Clock, epochOf, followed, MAX_REPLAY_SPEED, replayed, started, waited } from "./clock";

const FOREVER = { head: 1e9, loop: false };
const FRAME = 1000 / 60;

/** The clock after a replay over these timestamps. */
const over = (times: number[], speed: number, start = started(0, times[0] as number)): Clock =>
  times.reduce((clock, now) => replayed(clock, now, { speed, ...FOREVER }).clock, start);

const frames = (ms: number, step = FRAME): number[] =>
  Array.from({ length: Math.round(ms / step) + 1 }, (_, i) => i * step);

describe("a replay", () => {
  it.each([1, 12, 24, 60])("at %d epochs per second shows that many in a second", (speed) => {
    expect(epochOf(over(frames(1000), speed))).toBe(speed);
  });

  it("shows every epoch for one frame at 60 epochs per second and 60 frames", () => {
    let clock = started(0, 0);
    for (let frame = 1; frame <= 300; frame++) {
      clock = replayed(clock, frame * FRAME, { speed: 60, ...FOREVER }).clock;
      expect(epochOf(clock)).toBe(frame);
    }
  });

  it("shows every epoch for one frame even if frames are early or late", () => {
    const lateness = fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(lateness, (lateness) => {
        let clock = started(0, 0);
        for (const [i, late] of lateness.entries()) {
          clock = replayed(clock, (i + 1) * FRAME + late, { speed: 60, ...FOREVER }).clock;
          expect(epochOf(clock)).toBe(i + 1);
        }
      }),
    );
  });

  it("does not drift within an hour, at any frame rate", () => {
    expect(epochOf(over(frames(3_600_000, 100), 12))).toBe(43_200);
    expect(epochOf(over(frames(3_600_000, 125), 12))).toBe(43_200);
  });

  it("depends on the elapsed time only, not on the frames", () => {
    const gaps = fc.array(fc.double({ min: 0, max: 250, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.double({ min: 1, max: 60, noNaN: true }), (gaps, speed) => {
        let now = 0;
        const times = [0, ...gaps.map((gap) => (now += gap))];
        expect(over(times, speed).position).toBeCloseTo((now * speed) / 1000, 6);
      }),
    );
  });

  it("carries the fraction of an epoch over a change of speed", () => {
    const half = over([0, 250], 2);
    expect(half.position).toBe(0.5);
    expect(replayed(half, 300, { speed: 10, ...FOREVER }).clock.position).toBe(1);
  });

  it("resumes after a hidden tab without jumping ahead", () => {
    const before = over(frames(1000), 60);
    const after = replayed(before, 61_000, { speed: 60, ...FOREVER }).clock;
    expect(epochOf(after) - epochOf(before)).toBeLessThanOrEqual(15);
    const next = replayed(after, 61_100, { speed: 60, ...FOREVER }).clock;
    expect(next.position - after.position).toBeCloseTo(6, 9);
  });

  it("does not move if a timestamp is earlier than the last", () => {
    const clock = over([0, 100], 10);
    const back = replayed(clock, 40, { speed: 10, ...FOREVER }).clock;
    expect(back).toEqual(clock);
  });

  it("ends at the head and never goes beyond it", () => {
    const clock = started(8, 0);
    expect(replayed(clock, 90, { speed: 10, head: 9, loop: false })).toMatchObject({ ended: false });
    expect(replayed(clock, 100, { speed: 10, head: 9, loop: false })).toMatchObject({ ended: true });
    const late = replayed(clock, 240, { speed: 60, head: 9, loop: false });
    expect(late).toEqual({ clock: { position: 9, at: 240 }, ended: true });
  });

  it("ends at once if nothing is recorded", () => {
    expect(replayed(started(-1, 0), 10, { speed: 10, head: -1, loop: false }).ended).toBe(true);
    expect(replayed(started(-1, 0), 10, { speed: 10, head: -1, loop: true }).ended).toBe(true);
    expect(replayed(started(0, 0), 10, { speed: 10, head: 0, loop: true }).ended).toBe(true);
  });

  it("in a loop shows the head as long as any other epoch, then the first", () => {
    const loop = { speed: 10, head: 9, loop: true };
    expect(epochOf(replayed(started(9, 0), 90, loop).clock)).toBe(9);
    const again = replayed(started(9, 0), 120, loop);
    expect(epochOf(again.clock)).toBe(0);
    expect(again.clock.position).toBeCloseTo(0.2, 9);
    expect(again.ended).toBe(false);
  });

  it("at maximum speed is limited", () => {
    const fast = over([0, 100], Number.POSITIVE_INFINITY);
    expect(fast.position).toBeCloseTo(MAX_REPLAY_SPEED / 10, 9);
  });

  it("starts at the first epoch if none was shown", () => {
    expect(epochOf(started(-1, 5))).toBe(0);
  });
});

describe("following the head", () => {
  /** The epochs shown, frame by frame, of a head that moves by `size` every `ms`. */
  function shown(speed: number, size: number, ms: number, length: number): number[] {
    let clock = started(0, 0);
    return frames(length).map((now) => {
      const head = Math.floor(now / ms + 1e-9) * size;
      clock = followed(clock, now, { speed, head });
      return Math.min(head, epochOf(clock));
    });
  }
  const leaps = (epochs: number[]) => epochs.slice(1).map((epoch, i) => epoch - (epochs[i] as number));

  it("moves by one epoch at a time if the head moves by three", () => {
    expect(Math.max(...leaps(shown(60, 3, 50, 3000)))).toBe(1);
    expect(Math.max(...leaps(shown(48, 3, 62.5, 3000)))).toBe(1);
  });

  it("is no more than a few epochs behind", () => {
    const epochs = shown(60, 3, 50, 3000);
    expect((epochs.at(-1) as number) - 180).toBeGreaterThanOrEqual(-6);
  });

  it("shows an epoch within 50 ms if epochs arrive one by one", () => {
    const epochs = shown(1, 1, 1000, 5100);
    for (const second of [2, 3, 4, 5]) expect(epochs[second * 60 + 3]).toBe(second);
  });

  it("never goes beyond the head", () => {
    const clock = followed(started(5, 0), 200, { speed: 60, head: 5 });
    expect(epochOf(clock)).toBe(5);
  });

  it("carries over less than one epoch while waiting", () => {
    let clock = started(5, 0);
    for (const now of frames(3000)) clock = followed(clock, now, { speed: 10, head: 5 });
    const leap = followed(clock, 3020, { speed: 10, head: 7 });
    expect(epochOf(leap)).toBe(6);
  });

  it("catches up within a second if it is far behind", () => {
    let clock = started(0, 0);
    for (const now of frames(1000)) clock = followed(clock, now, { speed: 12, head: 600 });
    expect(epochOf(clock)).toBeGreaterThanOrEqual(598);
  });

  it("jumps with the head of an unpaced training cell", () => {
    const epochs = shown(12, 120, 80, 1000);
    expect(new Set(leaps(epochs))).toEqual(new Set([0, 120]));
    expect(epochs.at(-1)).toBe(1440);
  });

  it("without frames waits as it would with frames", () => {
    for (const [ms, speed] of [
      [40, 12],
      [400, 12],
      [950, 1],
      [5000, 1],
    ] as const) {
      let seen = started(5, 0);
      for (const now of [...frames(ms), ms]) seen = followed(seen, now, { speed, head: 5 });
      expect(waited(started(5, 0), ms, speed).position).toBeCloseTo(seen.position, 9);
    }
    expect(waited(started(5, 7), 7, Number.POSITIVE_INFINITY)).toEqual(started(5, 7));
  });

  it("is at the head at once at maximum speed", () => {
    const fast = { speed: Number.POSITIVE_INFINITY, head: 500 };
    expect([0, 1].map((now) => epochOf(followed(started(0, 0), now, fast)))).toEqual([500, 500]);
  });

  it("does not move if a timestamp is earlier than the last", () => {
    const clock = followed(started(0, 0), 100, { speed: 10, head: 50 });
    expect(followed(clock, 40, { speed: 10, head: 50 })).toEqual(clock);
  });
});
