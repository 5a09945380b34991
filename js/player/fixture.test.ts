/** Decodes files packed by Python: tests/widget/fixture.py writes them, and Python's tests compare them with wire.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeRecording } from "./decode";
import { type Chunk, GrowingRecording } from "./recording";

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures");
const bytes = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const expected = JSON.parse(readFileSync(join(folder, "recording.json"), "utf8"));

const finite = (values: ArrayLike<number>) =>
  Array.from(values, (value: number) => (Number.isFinite(value) ? value : null));

function expectSameAsPython(recording: GrowingRecording): void {
  expect(recording.epochs).toBe(expected.epochs);
  expect(recording.alphabet).toEqual(expected.alphabet);
  expect([...recording.inputs]).toEqual(expected.inputs);
  expect([...recording.targets]).toEqual(expected.targets);
  expect(finite(recording.losses)).toEqual(expected.losses);
  const positions = expected.targets.map((_: number, position: number) => position);
  for (let epoch = 0; epoch < expected.epochs; epoch++) {
    expect(recording.lr(epoch)).toBe(expected.lrs[epoch]);
    expect(recording.correctCount(epoch)).toBe(expected.n_correct[epoch]);
    expect(positions.map((p: number) => recording.token(epoch, p))).toEqual(expected.predictions[epoch]);
    expect(positions.map((p: number) => recording.positionLoss(epoch, p))).toEqual(expected.positionLosses[epoch]);
    const [tokens, probabilities] = expected.topk[epoch];
    for (const p of positions) {
      const ranks = tokens[p].map((_: number, rank: number) => rank);
      expect(ranks.map((rank: number) => recording.token(epoch, p, rank))).toEqual(tokens[p]);
      for (const rank of ranks) expect(recording.probability(epoch, p, rank)).toBeCloseTo(probabilities[p][rank], 6);
    }
  }
  expect(positions.map((p: number) => recording.learnedAt(p))).toEqual(expected.learnedAt);
  expect(recording.events.map(({ epoch, kind }) => [epoch, kind])).toEqual(expected.events);
}

describe("the recording packed by Python", () => {
  it("is decoded to the same values", () => {
    expectSameAsPython(new GrowingRecording(decodeRecording(bytes("recording.bin"))));
  });

  it("includes its old branches", () => {
    const [branch] = new GrowingRecording(decodeRecording(bytes("recording.bin"))).oldBranches;
    expect({ ...branch, losses: finite(branch?.losses ?? []) }).toEqual(expected.old_branch);
  });

  it("is the same if it arrives in chunks", () => {
    const whole = decodeRecording(bytes("recording.bin"));
    const nothing = {
      ...{ count: 0, losses: new Float64Array(), lrs: new Float64Array(), positionLosses: new Uint16Array() },
      ...{ topTokens: new Uint8Array(), topProbabilities: new Uint8Array() },
    };
    const recording = new GrowingRecording({ ...whole, events: [], records: nothing });
    for (const [i, chunk] of (expected.chunks as Chunk[]).entries()) {
      expect(recording.apply(chunk, bytes(`chunk-${i}.bin`))).toBe("applied");
    }
    expectSameAsPython(recording);
  });
});
