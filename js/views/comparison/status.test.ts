import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { GrowingRecording } from "../../player/recording";
import type { Store } from "../../player/store";
import type { Connection, Mode, RunEvent, Status } from "../../player/types";
import { fakeParts, fakeRecording, fakeStatus } from "../../testing/recordings";
import { languages } from "../../text/words";
import { runsOf } from "./runs";
import { comparisonMessage, type LockStep } from "./status";

const words = languages.en;

interface FakeRun extends Partial<Status> {
  epochs?: number;
  events?: RunEvent[];
}

interface Scene {
  runs?: FakeRun[];
  cursor?: number;
  /** Where the cursor is going; by default it is there. */
  wanted?: number;
  mode?: Mode;
  isTraining?: boolean;
  connection?: Connection;
  front?: number;
  speed?: number;
  covered?: boolean;
}

const LABELS = ["RNN", "GRU", "LSTM"];

const storeOf = ({ epochs = 100, events = [], ...status }: FakeRun, connection: Connection) => ({
  recording: signal(epochs > 0 ? fakeRecording({ epochs, events }) : null),
  version: signal(1),
  head: signal(epochs - 1),
  status: signal(fakeStatus({ state: "paused", ...status })),
  canTrain: signal(connection !== "none" && status.source !== "recording"),
});

/** The message in a scene; by default three paused runs of 100 epochs, with the cursor at the head. */
function messageOf({
  runs = [{}, {}, {}],
  cursor,
  wanted,
  mode = "stopped",
  isTraining,
  connection = "live",
  speed = 12,
  front,
  covered = false,
  stores = runs.map((run) => storeOf(run, connection)),
}: Scene & { stores?: ReturnType<typeof storeOf>[] }) {
  const head = Math.max(...stores.map((store) => store.head.peek()));
  const stage = {
    wanted: signal(wanted ?? cursor ?? head),
    ...{ head: signal(head), front: signal(front ?? head), cursor: signal(cursor ?? head), mode: signal(mode) },
    ...{ connection: signal(connection), speed: signal(speed), isTraining: signal(isTraining ?? mode === "training") },
    asked: { covered: signal(covered) } as unknown as LockStep["asked"],
  };
  return comparisonMessage(stage, runsOf(stores as unknown as Store[], LABELS.slice(0, runs.length)), words);
}

const training = { state: "training" } as const;
const diverged = {
  ...{ state: "failed", reason: "diverged", epochs: 61 },
  events: [{ epoch: 60, kind: "diverged" }],
} as const satisfies FakeRun;

describe("the status of a comparison", () => {
  it("says what a page without a kernel has of long recordings", () => {
    const budget = { block: 1, bytes: 0, sample: 1e6, samples: 30 };
    const recording = signal(new GrowingRecording(fakeParts({ epochs: 100 }), budget));
    const stores = [{ ...storeOf({}, "none"), recording }, storeOf({}, "none")];
    expect(messageOf({ stores, connection: "none", cursor: 50 }).text).toContain("one of every 4 records");
  });

  it("tells nothing of what the runs did while a question is covered", () => {
    const runs = [diverged, {}, {}];
    expect(messageOf({ runs, covered: true })).toEqual({ text: words.ask_covered, tone: "plain" });
    expect(messageOf({ runs, covered: true, connection: "gone" }).tone).toBe("problem");
  });

  it.each<[string, Scene, string]>([
    ["training", { mode: "training", runs: [training, training, training] }, "Training all 3 runs."],
    ["training of two", { mode: "training", runs: [training, training] }, "Training both runs."],
    [
      "training beside a recording",
      { mode: "training", runs: [training, { source: "recording" }, training] },
      "Training RNN, LSTM.",
    ],
    ["a pause", {}, "Paused at epoch 99. Press Train to continue."],
    ["recordings", { connection: "none" }, words.status_runs_replay_only],
    ["a replay", { mode: "replaying", cursor: 5 }, words.status_replaying],
    ["untrained networks", { runs: [{ epochs: 0 }, { epochs: 0 }] }, words.status_ready],
    ["a head whose record is not here", { cursor: 50, wanted: 99 }, "Paused at epoch 99. Press Train to continue."],
    ["a cursor behind the head", { cursor: 50 }, "Recorded up to epoch 99. Press Play to replay from here."],
    [
      "an event of one",
      { cursor: 19, runs: [{}, { events: [{ epoch: 19, kind: "all_correct" }] }] },
      "GRU, epoch 19: all correct for the first time.",
    ],
    [
      "one that lags",
      { front: 39, runs: [{}, {}, { epochs: 40 }] },
      "LSTM is at epoch 39. Train brings it up to epoch 99, then all go on.",
    ],
    [
      "one that was reset",
      { front: -1, runs: [{}, { epochs: 0 }] },
      "GRU is untrained. Train brings it up to epoch 99, then all go on.",
    ],
    [
      "two that lag",
      { front: 39, runs: [{}, { epochs: 40 }, { epochs: 45 }] },
      "GRU, LSTM are behind. Train brings them up to epoch 99, then all go on.",
    ],
    [
      "one that catches up",
      { mode: "training", front: 39, runs: [{}, {}, { ...training, epochs: 40 }] },
      "Training LSTM up to epoch 99, where the others are.",
    ],
  ])("describes %s", (_, scene, text) => {
    expect(messageOf(scene)).toEqual({ text, tone: "plain" });
  });

  it("does not call a run behind that is one epoch short, a recording, a loop of the user's, or failed", () => {
    for (const run of [
      { epochs: 99 },
      { epochs: 40, source: "recording" },
      { epochs: 40, source: "monitor" },
    ] as FakeRun[]) {
      expect(messageOf({ runs: [{}, run] }).text).toBe("Paused at epoch 99. Press Train to continue.");
    }
    expect(messageOf({ runs: [{}, diverged] }).text).not.toContain("behind");
  });

  it("does not take epochs that arrive a little later for a run that catches up", () => {
    const runs = [training, { ...training, epochs: 90 }];
    for (const speed of [12, 60, Number.POSITIVE_INFINITY])
      expect(messageOf({ mode: "training", front: 89, speed, runs }).text).toBe("Training both runs.");
    expect(messageOf({ mode: "training", front: 89, speed: 8, runs }).text).toContain("Training GRU up to");
  });

  it("names the run that failed, says that the others go on, and offers to rewind that one", () => {
    const message = messageOf({ mode: "training", runs: [diverged, training, training] });
    expect(message.text).toBe("RNN: the loss is not finite at epoch 60; the others go on.");
    expect(message.tone).toBe("problem");
    expect(message.rewind).toMatchObject({ run: { index: 0 }, epoch: 59 });
  });

  it("says what can be done when nothing trains, and not that others go on", () => {
    const stopped = messageOf({ runs: [diverged, {}] }).text;
    expect(stopped).toBe("RNN: the loss is not finite at epoch 60. Paused at epoch 99. Press Train to continue.");
    expect(messageOf({ runs: [diverged, diverged] }).text).toBe(
      "RNN: the loss is not finite at epoch 60; GRU: the loss is not finite at epoch 60.",
    );
  });

  it("shows the message of an error once, with one full stop", () => {
    const error = { state: "failed", reason: "error", message: "out of memory." } as const;
    expect(messageOf({ mode: "training", runs: [training, error] }).text).toBe(
      "GRU: training stopped with an error: out of memory; the others go on.",
    );
    expect(messageOf({ runs: [{}, error] }).rewind).toBeUndefined();
  });

  it("says first that the kernel is gone", () => {
    expect(messageOf({ connection: "gone", runs: [diverged, {}] }).text).toBe(words.status_disconnected);
  });
});
