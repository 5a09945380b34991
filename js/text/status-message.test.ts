import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { GrowingRecording } from "../player/recording";
import type { Store } from "../player/store";
import type { Connection, Mode, Recording, Status } from "../player/types";
import { fakeParts, fakeRecording, fakeStatus } from "../testing/recordings";
import { lastGoodEpoch, statusMessage } from "./status-message";
import { languages } from "./words";

const words = languages.en;

interface Scene {
  recording?: Recording | null;
  cursor?: number;
  /** Where the cursor is going; by default it is there. */
  wanted?: number;
  mode?: Mode;
  connection?: Connection;
  status?: Partial<Status>;
  covered?: boolean;
}

/** A page keeps few of its records. */
const long = new GrowingRecording(fakeParts({ epochs: 100 }), { block: 1, bytes: 0, sample: 1e6, samples: 30 });
const recorded = fakeRecording({ epochs: 100, events: [{ epoch: 19, kind: "all_correct" }] });

/** The message in a scene; by default a paused run of 100 epochs, with the cursor at its head. */
function messageOf({
  recording = recorded,
  cursor,
  wanted,
  mode = "stopped",
  connection = "live",
  status,
  covered = false,
}: Scene) {
  const head = (recording?.epochs ?? 0) - 1;
  const store = {
    recording: signal(recording),
    version: signal(1),
    cursor: signal(cursor ?? head),
    wanted: signal(wanted ?? cursor ?? head),
    head: signal(head),
    mode: signal(mode),
    connection: signal(connection),
    status: signal(fakeStatus({ state: "paused", ...status })),
    asked: { covered: signal(covered) },
  };
  return statusMessage(store as unknown as Store, words);
}

describe("the status message", () => {
  it.each<[string, Scene, string]>([
    ["an untrained network", { recording: null, status: { state: "idle" } }, words.status_ready],
    ["a loop before its first epoch", { recording: null, status: { source: "monitor" } }, words.status_ready_monitor],
    ["an empty recording", { recording: null, connection: "none" }, words.status_empty],
    ["training at the head", { mode: "training", status: { state: "training" } }, words.status_training],
    ["training behind the head", { cursor: 50, status: { state: "training" } }, "Still training: epoch 99."],
    ["a replay", { mode: "replaying", cursor: 50 }, words.status_replaying],
    ["a pause", {}, "Paused at epoch 99. Press Train to continue."],
    ["a cursor behind the head", { cursor: 50 }, "Recorded up to epoch 99. Press Play to replay from here."],
    ["a head whose record is not here", { cursor: 96, wanted: 99 }, "Paused at epoch 99. Press Train to continue."],
    ["an event", { cursor: 19 }, "Epoch 19: all correct for the first time."],
    ["a finished run", { status: { state: "finished", goal: 100 } }, "Finished: 100 epochs."],
    ["a loop that ended early", { status: { state: "finished", goal: 1300 } }, "Ended at 100 of 1,300 epochs."],
    ["a recording without a kernel", { connection: "none" }, words.status_replay_only],
    [
      "a long recording without a kernel",
      { recording: long, cursor: 50, connection: "none" },
      "Replay only: of this long recording, this page has one of every 4 records, and the last ones.",
    ],
    ["a long recording", { recording: long, status: { source: "recording" } }, words.status_replay_only],
    ["a recording with a kernel", { status: { source: "recording" } }, words.status_replay_only],
  ])("describes %s", (_, scene, text) => {
    expect(messageOf(scene)).toEqual({ text, tone: "plain" });
  });

  const failed = (reason: "error" | "unreadable", message: string) => ({ state: "failed", reason, message }) as const;
  it.each<[string, Scene, string]>([
    ["a busy kernel", { connection: "waiting" }, words.status_busy],
    ["a disconnected kernel", { connection: "gone" }, words.status_disconnected],
    [
      "an error in the model, with its message",
      { status: failed("error", "ValueError: no {head}") },
      "Training stopped with an error: ValueError: no {head}",
    ],
    [
      "an error in the user's own loop, with its message",
      { status: { ...failed("error", "RuntimeError: no"), source: "monitor" } },
      "Your training loop ended with an error: RuntimeError: no",
    ],
    [
      "a process that no longer writes the file",
      { status: { ...failed("error", "RuntimeError: no"), source: "recording" } },
      "The file is not written any more: RuntimeError: no",
    ],
    [
      "a request that was not possible, in any state",
      { status: { state: "paused", reason: "refused", message: "Net cannot be copied" } },
      "Not possible: Net cannot be copied",
    ],
    [
      "an unreadable recording, with the reason",
      { status: failed("unreadable", "it is truncated") },
      "The recording cannot be read: it is truncated",
    ],
  ])("warns of %s", (_, scene, text) => {
    expect(messageOf(scene)).toEqual({ text, tone: "problem" });
  });

  it("tells nothing of the run while a question is covered, but that the kernel is gone", () => {
    const diverged = { status: { state: "failed", reason: "diverged" }, covered: true } as const;
    for (const scene of [
      diverged,
      { covered: true, cursor: 19 },
      { covered: true, status: { state: "finished" } as const },
    ])
      expect(messageOf(scene)).toEqual({ text: words.ask_covered, tone: "plain" });
    expect(messageOf({ ...diverged, connection: "gone" }).text).toBe(words.status_disconnected);
  });

  it("suggests an epoch to rewind to after a divergence, wherever the cursor is", () => {
    const recording = fakeRecording({ epochs: 100, events: [{ epoch: 99, kind: "diverged" }] });
    const status = { state: "failed", reason: "diverged" } as const;
    for (const cursor of [99, 40]) {
      expect(messageOf({ recording, cursor, status })).toEqual({
        text: "Diverged: the loss is not finite at epoch 99. Rewind and try a smaller learning rate.",
        tone: "problem",
        rewindTo: 98,
      });
    }
  });
});

describe("lastGoodEpoch", () => {
  const losses = (...values: number[]): Recording => {
    return { epochs: values.length, loss: (epoch: number) => values[epoch] } as unknown as Recording;
  };

  it("is the last epoch with a loss not above that of epoch 0", () => {
    expect(lastGoodEpoch(losses(2, 1, 1.5, 40, Number.NaN), 4)).toBe(2);
    expect(lastGoodEpoch(losses(2, 1, Number.NaN), 2)).toBe(1);
  });

  it("is 0 if all losses were higher, or epoch 0 diverged", () => {
    expect(lastGoodEpoch(losses(2, 9, Number.POSITIVE_INFINITY), 2)).toBe(0);
    expect(lastGoodEpoch(losses(Number.NaN), 0)).toBe(0);
  });
});
