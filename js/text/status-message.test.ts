import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { Connection, Mode, Recording, Status, Store } from "../player/types";
import { fakeRecording, fakeStatus } from "../testing/recordings";
import { lastGood, sentence } from "./status-message";
import { languages } from "./words";

const words = languages.en;

interface Scene {
  recording?: Recording | null;
  cursor?: number;
  mode?: Mode;
  connection?: Connection;
  status?: Partial<Status>;
}

const recorded = fakeRecording({ epochs: 100, events: [{ epoch: 19, kind: "all_right" }] });

/** What is said in a scene; a paused run of 100 epochs seen at its head unless told otherwise. */
function said({ recording = recorded, cursor, mode = "rest", connection = "live", status }: Scene) {
  const head = (recording?.epochs ?? 0) - 1;
  const store = {
    recording: signal(recording),
    version: signal(1),
    cursor: signal(cursor ?? head),
    head: signal(head),
    mode: signal(mode),
    connection: signal(connection),
    status: signal(fakeStatus({ state: "paused", ...status })),
  };
  return sentence(store as unknown as Store, words);
}

describe("the state line", () => {
  it.each<[string, Scene, string]>([
    ["an untrained network", { recording: null, status: { state: "idle" } }, words.ready],
    ["a loop not yet begun", { recording: null, status: { state: "idle", source: "monitor" } }, words.readyMonitor],
    ["an empty recording", { recording: null, connection: "none" }, words.empty],
    ["training that is watched", { mode: "training", status: { state: "training" } }, words.training],
    ["training while looking back", { cursor: 50, status: { state: "training" } }, words.trainingAhead(99)],
    ["a replay", { mode: "replaying", cursor: 50 }, words.replaying],
    ["a pause", {}, words.pausedAt(99)],
    ["looking back", { cursor: 50 }, words.behind(99)],
    ["an event on show", { cursor: 19 }, "Epoch 19: all right for the first time."],
    ["the end", { status: { state: "finished" } }, words.finished(100)],
    ["a recording without a kernel", { connection: "none" }, words.replayOnly],
    ["a recording in a kernel", { status: { source: "recording" } }, words.replayOnly],
  ])("tells of %s", (_, scene, text) => {
    expect(said(scene)).toEqual({ text, tone: "plain" });
  });

  it.each<[string, Scene, string]>([
    ["a kernel that is busy", { connection: "waiting" }, words.waiting],
    ["a kernel that is gone", { connection: "gone" }, words.gone],
    [
      "an error in the model, with its message",
      { status: { state: "failed", reason: "error", message: "ValueError: no" } },
      words.error("ValueError: no"),
    ],
    [
      "a recording that is none, with what is wrong",
      { status: { state: "failed", reason: "unreadable", message: "it ends too early" } },
      words.unreadable("it ends too early"),
    ],
  ])("warns of %s", (_, scene, text) => {
    expect(said(scene)).toEqual({ text, tone: "trouble" });
  });

  it("offers a way back after a divergence, wherever the cursor is", () => {
    const recording = fakeRecording({ epochs: 100, events: [{ epoch: 99, kind: "non_finite" }] });
    const status = { state: "failed", reason: "diverged" } as const;
    for (const cursor of [99, 40]) {
      expect(said({ recording, cursor, status })).toEqual({
        text: words.diverged(99),
        tone: "trouble",
        backTo: 98,
      });
    }
  });
});

describe("lastGood", () => {
  const losses = (...values: number[]): Recording => {
    return { epochs: values.length, loss: (epoch: number) => values[epoch] } as unknown as Recording;
  };

  it("is the last epoch that was no worse than the first", () => {
    expect(lastGood(losses(2, 1, 1.5, 40, Number.NaN), 4)).toBe(2);
    expect(lastGood(losses(2, 1, Number.NaN), 2)).toBe(1);
  });

  it("is the very beginning where it was only ever worse, or failed at once", () => {
    expect(lastGood(losses(2, 9, Number.POSITIVE_INFINITY), 2)).toBe(0);
    expect(lastGood(losses(Number.NaN), 0)).toBe(0);
  });
});
