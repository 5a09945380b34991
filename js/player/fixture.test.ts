/** Decodes what Python packed: tests/scope/fixture.py writes the files, and its own tests hold them against wire.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeRecording } from "./decode";
import { type Chunk, GrowingRecording } from "./recording";

const folder = join(import.meta.dirname, "..", "..", "tests", "fixtures");
const bytes = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const says = JSON.parse(readFileSync(join(folder, "recording.json"), "utf8"));

const finite = (values: ArrayLike<number>) =>
  Array.from(values, (value: number) => (Number.isFinite(value) ? value : null));

function holdsWhatPythonSays(recording: GrowingRecording): void {
  expect(recording.epochs).toBe(says.epochs);
  expect(recording.alphabet).toEqual(says.alphabet);
  expect([...recording.inputs]).toEqual(says.inputs);
  expect([...recording.targets]).toEqual(says.targets);
  expect(finite(recording.losses)).toEqual(says.losses);
  const positions = says.targets.map((_: number, position: number) => position);
  for (let epoch = 0; epoch < says.epochs; epoch++) {
    expect(recording.lr(epoch)).toBe(says.lrs[epoch]);
    expect(recording.rightCount(epoch)).toBe(says.right[epoch]);
    expect(positions.map((p: number) => recording.token(epoch, p))).toEqual(says.predictions[epoch]);
    expect(positions.map((p: number) => recording.positionLoss(epoch, p))).toEqual(says.positionLosses[epoch]);
    const [tokens, probabilities] = says.top[epoch];
    for (const p of positions) {
      const ranks = tokens[p].map((_: number, rank: number) => rank);
      expect(ranks.map((rank: number) => recording.token(epoch, p, rank))).toEqual(tokens[p]);
      for (const rank of ranks) expect(recording.probability(epoch, p, rank)).toBeCloseTo(probabilities[p][rank], 6);
    }
  }
  expect(positions.map((p: number) => recording.learnedAt(p))).toEqual(says.learnedAt);
  expect(recording.events.map(({ epoch, kind }) => [epoch, kind])).toEqual(says.events);
}

describe("what Python packed", () => {
  it("is the same recording here", () => {
    holdsWhatPythonSays(new GrowingRecording(decodeRecording(bytes("recording.bin"))));
  });

  it("has its ghosts", () => {
    const [ghost] = new GrowingRecording(decodeRecording(bytes("recording.bin"))).ghosts;
    expect({ ...ghost, losses: finite(ghost?.losses ?? []) }).toEqual(says.ghost);
  });

  it("is the same recording when it comes in chunks", () => {
    const whole = decodeRecording(bytes("recording.bin"));
    const nothing = {
      ...{ count: 0, losses: new Float64Array(), lrs: new Float64Array(), positionLosses: new Uint16Array() },
      ...{ topTokens: new Uint8Array(), topProbabilities: new Uint8Array() },
    };
    const recording = new GrowingRecording({ ...whole, events: [], records: nothing });
    for (const [i, chunk] of (says.chunks as Chunk[]).entries()) {
      expect(recording.apply(chunk, bytes(`chunk-${i}.bin`))).toBe("changed");
    }
    holdsWhatPythonSays(recording);
  });
});
