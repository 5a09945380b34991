import { describe, expect, it } from "vitest";
import { type Snapshot, Snapshots } from "./snapshots";

const MEGABYTE = 1024 * 1024;

const snapshot = (epoch: number, given = false): Snapshot => ({
  ...{ epoch, given },
  weights: new Float32Array(MEGABYTE / 4),
  optimizer: { steps: epoch, moments: [new Float32Array(MEGABYTE / 4), new Float32Array(MEGABYTE / 4)] },
});

describe("snapshots", () => {
  it("are thinned out where they take too much, but never those of a recording", () => {
    const snapshots = new Snapshots([snapshot(3, true)]);
    for (let epoch = 4; epoch < 40; epoch++) if (snapshots.isDue(epoch)) snapshots.add(snapshot(epoch));
    const { epochs } = snapshots;
    expect(epochs[0]).toBe(3);
    expect(epochs.length).toBeLessThanOrEqual(17); // 3 MB each, of 48 MB
    expect(epochs.length).toBeGreaterThan(8);
    expect(epochs.slice(1).every((epoch) => epoch % 4 === 0)).toBe(true);
    expect(snapshots.isDue(40)).toBe(true);
    expect(snapshots.isDue(41)).toBe(false);
  });

  it("find the last one that is not after an epoch", () => {
    const snapshots = new Snapshots([snapshot(2, true), snapshot(8, true)]);
    expect([1, 2, 7, 8, 9].map((epoch) => snapshots.before(epoch)?.epoch ?? null)).toEqual([null, 2, 2, 8, 8]);
  });

  it("are copied for a branch", () => {
    const snapshots = new Snapshots([snapshot(0, true)]);
    for (const epoch of [1, 2, 3]) snapshots.add(snapshot(epoch));
    const fork = snapshots.fork(2);
    fork.add(snapshot(3));
    expect(fork.epochs).toEqual([0, 1, 2, 3]);
    expect(fork.before(3) === snapshots.before(3)).toBe(false);
    expect(fork.before(2) === snapshots.before(2)).toBe(true);
  });
});
