import { describe, expect, it } from "vitest";
import { encodedExtras, encodedRecording, encodedRecords, within } from "../testing/bytes";
import { fakeParts, fakeProbeParts, fakeRecords } from "../testing/recordings";
import { decodeRecording, IGNORED } from "./decode";
import { encodeRecording } from "./encode";
import { GrowingRecording } from "./recording";
import { RunState } from "./run-state";

const parts = fakeProbeParts();

function shown(
  from = parts,
  probe?: string,
): { run: RunState; recording: NonNullable<RunState["recording"]["value"]> } {
  const run = new RunState();
  run.applyRecording(from);
  if (probe !== undefined) run.chosenProbe.value = probe;
  return { run, recording: run.recording.value as NonNullable<RunState["recording"]["value"]> };
}

const all = new GrowingRecording(parts);
const { places, scalars } = parts.extras as NonNullable<typeof parts.extras>;

function extrasOf(start: number, stop: number) {
  const of = (values: Float64Array) => values.subarray(start, stop);
  return { places: of(places), scalars: new Map([...scalars].map(([name, values]) => [name, of(values)])) };
}

/** The first records. */
const beginning = (count: number) => ({ ...parts, records: all.rows(0, count), extras: extrasOf(0, count) });

/** A chunk with the records from `start` on. */
function chunkFrom(start: number, stop: number) {
  const chunk = { revision: 1, after: 1, start, count: stop - start, events: [], scalars: [...scalars.keys()] };
  return { chunk, block: encodedRecords(all.rows(start, stop)), extras: encodedExtras(extrasOf(start, stop)) };
}

describe("a probe of a recording", () => {
  const { recording: heldOut } = shown(parts, "held out");

  it("has its positions alone", () => {
    expect(heldOut.positions).toBe(parts.positions - 20);
    expect([...heldOut.inputs]).toEqual([...parts.inputs.subarray(20)]);
    expect([...heldOut.targets]).toEqual([...parts.targets.subarray(20)]);
    for (const epoch of [0, 17, 39]) {
      for (let position = 0; position < heldOut.positions; position++) {
        expect(heldOut.token(epoch, position, 2)).toBe(all.token(epoch, 20 + position, 2));
        expect(heldOut.positionLoss(epoch, position)).toBe(all.positionLoss(epoch, 20 + position));
        expect(heldOut.isCorrect(epoch, position)).toBe(all.isCorrect(epoch, 20 + position));
        expect(heldOut.learnedAt(position)).toBe(all.learnedAt(20 + position));
      }
    }
  });

  it("has its own loss, and that of the loop besides", () => {
    const nats = Array.from({ length: heldOut.positions }, (_, position) => heldOut.positionLoss(7, position));
    expect(heldOut.loss(7)).toBeCloseTo(nats.reduce((sum, each) => sum + each, 0) / heldOut.positions, 12);
    expect(heldOut.losses[7]).toBe(heldOut.loss(7));
    expect(heldOut.loggedLoss(7)).toBe(parts.records.losses[7]);
  });

  it("has no logged loss besides if that is the loss of the first probe", () => {
    expect(heldOut.hasLoggedLoss(7)).toBe(true);
    const own = shown(parts, "train").recording.losses;
    const none = { ...parts, records: { ...parts.records, losses: own.map((loss) => loss + 4e-4) } };
    expect([...own.keys()].some((epoch) => shown(none, "held out").recording.hasLoggedLoss(epoch))).toBe(false);
    expect(shown({ ...parts, probes: [] }).recording.hasLoggedLoss(7)).toBe(false);
  });

  it("counts its own correct positions and finds its own first error", () => {
    const correct = Array.from({ length: heldOut.positions }, (_, position) => heldOut.isCorrect(30, position));
    expect(heldOut.correctCount(30)).toBe(correct.filter(Boolean).length);
    expect(heldOut.firstError(30)).toBe(correct.indexOf(false));
  });

  it("leaves positions without target out", () => {
    const targets = parts.targets.slice();
    targets[21] = IGNORED;
    const { recording } = shown({ ...parts, targets }, "held out");
    const counted = Array.from({ length: recording.positions }, (_, position) => recording.positionLoss(3, position));
    const nats = counted.filter((each) => !Number.isNaN(each));
    expect(nats).toHaveLength(recording.positions - 1);
    expect(recording.countedPositions).toBe(recording.positions - 1);
    expect(recording.loss(3)).toBeCloseTo(nats.reduce((sum, each) => sum + each, 0) / nats.length, 12);
  });

  it("is all correct when its own positions are", () => {
    const text = "abab";
    const learnedAt = (position: number) => [2, 5, 8][position] as number;
    const probes = [
      { name: "a", start: 0, stop: 2 },
      { name: "b", start: 2, stop: 3 },
    ];
    const events = [
      { epoch: 3, kind: "spike" as const, value: 2 },
      { epoch: 8, kind: "all_correct" as const },
    ];
    const made = { ...fakeProbeParts(12, { text, learnedAt, events }), probes };
    expect(shown(made, "a").recording.events).toEqual([events[0], { epoch: 5, kind: "all_correct" }]);
    expect(shown(made, "b").recording.events).toEqual(events);
  });

  it("grows with the recording, and is cut with it", () => {
    const { run, recording } = shown(beginning(25), "held out");
    const { chunk, block, extras } = chunkFrom(25, 40);
    expect(run.applyChunk(chunk, block, undefined, extras)).toBe("applied");
    expect(run.recording.value).toBe(recording);
    expect([...recording.losses]).toEqual([...heldOut.losses]);
    expect(recording.correctCount(39)).toBe(heldOut.correctCount(39));
    run.received.value?.truncate(10);
    expect(recording.losses).toHaveLength(10);
    expect(recording.scalars.get("gradient norm")).toHaveLength(10);
  });

  it("takes of a chunk that begins earlier what it lacks", () => {
    const { run, recording } = shown(beginning(25), "held out");
    const { chunk, block, extras } = chunkFrom(10, 40);
    expect(run.applyChunk(chunk, block, undefined, extras)).toBe("applied");
    expect([...recording.losses]).toEqual([...heldOut.losses]);
    expect([24, 25, 39].map((epoch) => recording.place(epoch))).toEqual([1200, 1250, 1950]);
    expect([...(recording.scalars.get("gradient norm") ?? [])]).toEqual([...(scalars.get("gradient norm") ?? [])]);
  });

  it("is covered by a question as any recording", () => {
    const { run } = shown(parts, "held out");
    run.limit.value = 5;
    const limited = run.recording.value;
    expect(limited?.epochs).toBe(5);
    expect([...(limited?.losses ?? [])]).toEqual([...heldOut.losses.subarray(0, 5)]);
    expect(limited?.scalars.get("validation loss")).toHaveLength(5);
  });
});

describe("the probe that is shown", () => {
  it("is the first one until another one is chosen", () => {
    const { run, recording } = shown();
    expect(recording.positions).toBe(20);
    run.chosenProbe.value = "held out";
    expect(run.probe.value).toBe(1);
    expect(run.recording.value?.positions).toBe(parts.positions - 20);
  });

  it("is the first one again if the chosen one is gone", () => {
    const { run } = shown(parts, "held out");
    run.applyRecording({ ...parts, revision: 2, probes: [{ name: "all", start: 0, stop: parts.positions }] });
    expect(run.probe.value).toBe(0);
    expect(run.recording.value?.positions).toBe(parts.positions);
  });

  it("is the whole text of a recording without probes", () => {
    const { run, recording } = shown({ ...parts, probes: [] });
    expect(recording).toBe(run.received.value);
  });
});

describe("places", () => {
  it("are where records stand, and go on at the same distance", () => {
    const { recording } = shown();
    expect([0, 1, 39, 40, 100].map((epoch) => recording.place(epoch))).toEqual([0, 50, 1950, 2000, 5000]);
  });

  it("are epochs without an axis", () => {
    const { recording } = shown({ ...parts, axis: null });
    expect([0, 39, 100].map((epoch) => recording.place(epoch))).toEqual([0, 39, 100]);
  });

  it("go on at the usual distance after the last record of a loop, which is closer", () => {
    const made = fakeProbeParts(3);
    made.extras?.places.set([0, 50, 99]);
    expect(shown(made).recording.place(3)).toBe(149);
  });
});

describe("scalars", () => {
  it("may come later than the first records", () => {
    const { run, recording } = shown({
      ...beginning(2),
      extras: { places: Float64Array.of(0, 50), scalars: new Map() },
    });
    expect([...recording.scalars.keys()]).toEqual([]);
    const { chunk, block, extras } = chunkFrom(2, 4);
    run.applyChunk(chunk, block, undefined, extras);
    const norms = recording.scalars.get("gradient norm");
    expect([...(norms ?? [])]).toEqual([Number.NaN, Number.NaN, 1 + 10 / 3, 1 + 10 / 4]);
  });

  it("that come late stand at their epochs, and can be saved", () => {
    const received = new GrowingRecording(fakeParts({ epochs: 10 }));
    const chunk = { revision: 1, after: 1, start: 10, count: 2, events: [], scalars: ["norm"] };
    const extras = { places: Float64Array.of(10, 11), scalars: new Map([["norm", Float64Array.of(7, 8)]]) };
    const { records } = fakeParts({ epochs: 2 });
    received.apply(chunk, encodedRecords(records), undefined, encodedExtras(extras));
    const values = [...Array(10).fill(Number.NaN), 7, 8];
    expect([...(received.scalars.get("norm") ?? [])]).toEqual(values);
    received.append(records);
    const pieces = encodeRecording(received);
    let piece = pieces.next();
    while (!piece.done) piece = pieces.next();
    const saved = decodeRecording(piece.value).extras;
    expect([...(saved?.places ?? [])]).toEqual([...Array(14).keys()]);
    expect([...(saved?.scalars.get("norm") ?? [])]).toEqual([...values, Number.NaN, Number.NaN]);
  });

  it("keep their names only as long as an epoch has them", () => {
    const { run, recording } = shown(parts);
    run.received.value?.truncate(1);
    expect([...recording.scalars.keys()]).toEqual(["gradient norm", "validation loss"]);
    run.received.value?.truncate(0);
    expect([...recording.scalars.keys()]).toEqual([]);
  });

  it("may stop", () => {
    const { run, recording } = shown(beginning(2));
    const { chunk, block, extras } = chunkFrom(2, 4);
    run.applyChunk({ ...chunk, scalars: [] }, block, undefined, extras.subarray(0, 16));
    expect([...(recording.scalars.get("gradient norm") ?? [])]).toEqual([11, 6, Number.NaN, Number.NaN]);
    expect(recording.place(3)).toBe(150);
  });
});

describe("decoding", () => {
  it("reads axis, probes and scalars", () => {
    expect(decodeRecording(encodedRecording(parts))).toEqual(parts);
    const aside = new Uint8Array(within(encodedRecording(parts), 3).buffer, 3, encodedRecording(parts).byteLength);
    expect(decodeRecording(aside)).toEqual(parts);
  });

  it.each([
    ["axis", "hour"],
    ["probes", [{ name: "a", start: 0, stop: 3 }]],
    ["probes", [{ name: "a", start: 1, stop: parts.positions }]],
    ["scalars", [3]],
  ])("refuses an invalid %s", (field, value) => {
    expect(() => decodeRecording(encodedRecording(parts, { [field]: value }))).toThrow(`invalid header field ${field}`);
  });

  it("refuses a chunk whose extras are cut, and changes nothing", () => {
    const { run, recording } = shown(beginning(25));
    const { chunk, block, extras } = chunkFrom(25, 40);
    expect(() => run.applyChunk(chunk, block, undefined, extras.subarray(8))).toThrow("damaged extras");
    expect(recording.epochs).toBe(25);
  });

  it("takes the axis and the probes of a new revision", () => {
    const run = new RunState();
    run.applyRecording({ ...parts, axis: null, probes: [], extras: undefined });
    const { chunk, block, extras } = chunkFrom(0, 4);
    const header = { metadata: {}, old_branches: [], axis: "step" as const, probes: parts.probes ?? [] };
    run.applyChunk({ ...chunk, revision: 2, after: 0, header }, block, new Uint8Array(), extras);
    expect(run.recording.value).toMatchObject({ axis: "step", positions: 20, epochs: 4 });
    expect(run.recording.value?.place(2)).toBe(100);
    const { recording } = shown(beginning(4));
    for (const epoch of [0, 3]) {
      expect(run.recording.value?.loss(epoch)).toBe(recording.loss(epoch));
      expect(run.recording.value?.correctCount(epoch)).toBe(recording.correctCount(epoch));
    }
  });

  it("counts probes in the records of a run whose losses are not finite", () => {
    const records = fakeRecords(0, 2, parts.targets, Array(parts.positions).fill(-1), parts.alphabet.length);
    records.losses.fill(Number.NaN);
    const extras = { places: Float64Array.of(0, 50), scalars: new Map() };
    const { recording } = shown({ ...parts, records, extras });
    expect(recording.loggedLoss(1)).toBeNaN();
    expect(recording.loss(1)).toBeGreaterThan(0);
  });
});
