/** Decodes files packed by Python: tests/widget/fixture.py writes them, and Python's tests compare them with wire.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Chunk } from "./chunk";
import { decodeRecording } from "./decode";
import { ProbeRecording } from "./probe-recording";
import { GrowingRecording } from "./recording";

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures");
const bytes = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const contents = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

const finite = (values: ArrayLike<number>) =>
  Array.from(values, (value: number) => (Number.isFinite(value) ? value : null));

// biome-ignore lint/suspicious/noExplicitAny: any JSON
function expectSameAsPython(recording: GrowingRecording, expected: any): void {
  expect(recording.epochs).toBe(expected.epochs);
  expect(recording.alphabet).toEqual(expected.alphabet);
  expect([...recording.inputs]).toEqual(expected.inputs);
  const isCounted = expected.targets.map((target: number) => target >= 0);
  const targets = [...recording.targets].map((target, position) => (recording.isCounted(position) ? target : -1));
  expect(targets).toEqual(expected.targets);
  expect(recording.countedPositions).toBe(isCounted.filter(Boolean).length);
  expect(finite(recording.losses)).toEqual(expected.losses);
  const positions = expected.targets.map((_: number, position: number) => position);
  for (let epoch = 0; epoch < expected.epochs; epoch++) {
    expect(recording.lr(epoch)).toBe(expected.lrs[epoch]);
    expect(recording.correctCount(epoch)).toBe(expected.n_correct[epoch]);
    expect(recording.firstError(epoch)).toBe(expected.first_errors[epoch]);
    if (!recording.has(epoch)) continue;
    expect(positions.map((p: number) => recording.token(epoch, p))).toEqual(expected.predictions[epoch]);
    const positionLosses = positions.map((p: number) => recording.positionLoss(epoch, p));
    expect(finite(positionLosses)).toEqual(expected.positionLosses[epoch]);
    expect(positions.map((p: number) => Number.isFinite(recording.pTarget(epoch, p)))).toEqual(isCounted);
    const [tokens, probabilities] = expected.topk[epoch];
    for (const p of positions) {
      const ranks = tokens[p].map((_: number, rank: number) => rank);
      expect(ranks.map((rank: number) => recording.token(epoch, p, rank))).toEqual(tokens[p]);
      for (const rank of ranks) expect(recording.probability(epoch, p, rank)).toBeCloseTo(probabilities[p][rank], 6);
    }
  }
  expect(positions.map((p: number) => recording.learnedAt(p))).toEqual(expected.learnedAt);
  expect(recording.events.map(({ epoch, kind }) => [epoch, kind])).toEqual(expected.events);
  if (expected.axis) expectSameExtras(recording, expected);
}

// biome-ignore lint/suspicious/noExplicitAny: any JSON
function expectSameExtras(recording: GrowingRecording, expected: any): void {
  const epochs = expected.places.map((_: number, epoch: number) => epoch);
  expect(recording.axis).toBe(expected.axis);
  expect(epochs.map((epoch: number) => recording.place(epoch))).toEqual(expected.places);
  expect([...recording.scalars].map(([name, values]) => [name, finite(values)])).toEqual(
    Object.entries(expected.scalars),
  );
  for (const [number, probe] of expected.probes.entries()) {
    const { name, start, stop } = probe;
    expect(recording.probes[number]).toEqual({ name, start, stop });
    const shown = new ProbeRecording(recording, number);
    expect([...shown.losses]).toEqual(probe.losses);
    expect(epochs.map((epoch: number) => shown.correctCount(epoch))).toEqual(probe.n_correct);
    expect(epochs.map((epoch: number) => shown.firstError(epoch))).toEqual(probe.first_errors);
    expect(Array.from(shown.targets, (_, position) => shown.learnedAt(position))).toEqual(probe.learnedAt);
    expect(shown.events.map(({ epoch, kind }) => [epoch, kind])).toEqual(probe.events);
  }
}

describe.each(["", "ignored-", "probes-"])("the %srecording packed by Python", (prefix) => {
  const expected = contents(`${prefix}recording.json`);
  const packed = () => decodeRecording(bytes(`${prefix}recording.bin`));

  it("is decoded to the same values", () => {
    expectSameAsPython(new GrowingRecording(packed()), expected);
  });

  it("includes its old branches", () => {
    const [branch] = new GrowingRecording(packed()).oldBranches;
    expect({ ...branch, losses: finite(branch?.losses ?? []) }).toEqual(expected.old_branch);
  });

  it("is the same in its overview, which has some of the records", () => {
    const recording = new GrowingRecording(decodeRecording(bytes(`${prefix}overview.bin`)));
    expect([0, 1, 2, 3, 4, 5, 6].filter((epoch) => recording.has(epoch))).toEqual([0, 4, 5, 6]);
    expectSameAsPython(recording, expected);
    expect(recording.oldBranches).toHaveLength(1);
  });

  it("is refused if its overview is damaged", () => {
    const whole = bytes(`${prefix}overview.bin`);
    for (const length of [whole.length - 8, whole.length - 100]) {
      expect(() => decodeRecording(whole.subarray(0, length))).toThrow("damaged recording: its header requires");
    }
    const other = new TextDecoder("latin1").decode(whole).replace('"stride": 4', '"stride": 3');
    const forged = Uint8Array.from(other, (letter) => letter.charCodeAt(0));
    expect(() => decodeRecording(forged)).toThrow("damaged recording: invalid header field overview");
  });

  it("is the same if it arrives in chunks", () => {
    const nothing = {
      ...{ count: 0, losses: new Float64Array(), lrs: new Float64Array(), positionLosses: new Uint16Array() },
      ...{ topTokens: new Uint8Array(), topProbabilities: new Uint8Array() },
    };
    const recording = new GrowingRecording({ ...packed(), events: [], records: nothing, extras: undefined });
    for (const [i, chunk] of (expected.chunks as Chunk[]).entries()) {
      const extras = chunk.scalars && bytes(`${prefix}extras-${i}.bin`);
      expect(recording.apply(chunk, bytes(`${prefix}chunk-${i}.bin`), undefined, extras)).toBe("applied");
    }
    expectSameAsPython(recording, expected);
  });
});
