import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeTraining } from "../../testing/fake-training";
import { wordsFor } from "../../text/words";
import type { RunOptions } from "../../training/types";
import type { Scene } from "../scene";
import { OwnRuns } from "./own-runs";
import { DEFAULTS } from "./settings";

const RUN: RunOptions = { ...DEFAULTS, text: "hello", cell: "lstm", hiddenSize: null, output: false, lr: 0.1, seed: 3 };
const GRU: RunOptions = { ...RUN, cell: "gru" };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (call: (now: number) => void) =>
    setTimeout(() => call(performance.now()), 16),
  );
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function made() {
  const training = new FakeTraining();
  const shown: Scene[] = [];
  const own = new OwnRuns(
    async () => training,
    wordsFor("en").words,
    "en",
    (scene) => shown.push(scene),
  );
  return { training, own, shown, scene: () => shown.at(-1) as Scene };
}

describe("the runs of the form", () => {
  it("begin from scratch and play at once", async () => {
    const { training, own, scene } = made();
    await own.only(RUN);
    expect(training.calls).toEqual([
      ["begin", [RUN], false],
      ["connect", 1],
    ]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(scene().stage.head.value).toBeGreaterThan(5);
    expect(scene().stage.mode.value).toBe("training");
  });

  it("are joined by another one, which catches up with them in lock step", async () => {
    const { training, own, scene } = made();
    await own.only(RUN);
    await own.beside(GRU);
    expect(training.calls.slice(2)).toEqual([
      ["begin", [GRU], true],
      ["connect", 2],
    ]);
    expect(scene().labels).toEqual(["LSTM", "GRU"]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(scene().runs.map(({ status }) => status.value.state)).toEqual(["training", "training"]);
  });

  it("keep the speed that the reader has chosen", async () => {
    const { own, scene } = made();
    await own.only(RUN);
    scene().stage.setSpeed(60);
    await own.only(GRU);
    expect(scene().stage.speed.value).toBe(60);
  });

  it("know which settings are trained already", async () => {
    const { own } = made();
    await own.only(RUN);
    expect([own.isTrained({ ...RUN }), own.isTrained(GRU)]).toEqual([true, false]);
    await own.only(GRU);
    expect(own.isTrained(RUN)).toBe(false);
  });

  it("start again with other seeds, different ones where they were different", async () => {
    const { training, own, scene } = made();
    await own.only(RUN);
    await own.beside({ ...RUN, seed: 8 });
    await own.again(20);
    expect(training.calls.at(-2)).toEqual([
      "begin",
      [
        { ...RUN, seed: 20 },
        { ...RUN, seed: 21 },
      ],
      false,
    ]);
    expect(scene().labels).toEqual(["seed 20", "seed 21"]);
  });

  it("begin anew with another worker after the first one has failed", async () => {
    const trainings = [new FakeTraining(), new FakeTraining()];
    const started = vi.fn(async () => trainings[started.mock.calls.length - 1] as FakeTraining);
    const own = new OwnRuns(started, wordsFor("en").words, "en", () => {});
    await own.only(RUN);
    (trainings[0] as FakeTraining).failure.value = "out of memory";
    await own.beside(GRU);
    expect(trainings[0]?.calls.at(-1)).toEqual(["dispose"]);
    expect(trainings[1]?.calls[0]).toEqual(["begin", [RUN, GRU], false]);
  });

  it("are not shown if the worker does not start", async () => {
    const { training, own, shown } = made();
    training.failure.value = "workers are blocked";
    await expect(own.only(RUN)).rejects.toThrow("workers are blocked");
    expect(shown).toEqual([]);
  });

  it("are not shown if the page cannot train", async () => {
    const { shown } = made();
    const failing = new OwnRuns(
      () => Promise.reject(new Error("damaged")),
      wordsFor("en").words,
      "en",
      (scene) => shown.push(scene),
    );
    await expect(failing.only(RUN)).rejects.toThrow("damaged");
    expect(shown).toEqual([]);
  });
});

describe("a question before a training", () => {
  it("covers the run until it is answered, and trains then", async () => {
    const { own, scene } = made();
    await own.only(RUN, true);
    await vi.advanceTimersByTimeAsync(500);
    const { asked, head } = scene().stage;
    expect([asked.covered.value, head.value]).toEqual([true, -1]);
    asked.choose(20);
    asked.setSure(true);
    asked.commit();
    asked.reveal();
    await vi.advanceTimersByTimeAsync(1000);
    expect(head.value).toBeGreaterThan(5);
  });

  it("about several runs begins all of them anew", async () => {
    const { training, own, scene } = made();
    await own.only(RUN);
    await own.beside(GRU, true);
    expect(training.calls.at(-2)).toEqual(["begin", [RUN, GRU], false]);
    expect(scene().stage.asked.question.value?.kind).toBe("which_run");
  });

  it("ends with the next training", async () => {
    const { own, scene } = made();
    await own.only(RUN, true);
    const first = scene();
    await own.only(GRU);
    expect(first.stage.asked.question.value).toBeNull();
    expect(scene().stage.asked.question.value).toBeNull();
  });
});
