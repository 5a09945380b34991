import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { browserScheduler } from "../../drawing/scheduler";
import { PageTraining } from "../../kernel/page-training";
import { BlockedWorker, FakeWorker, words } from "../../testing/training";
import { wordsFor } from "../../text/words";
import { mostEpochs } from "../../training/limits";
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

/** `blocked`: how many workers do not start. */
function made(blocked = 0) {
  const workers: (FakeWorker | BlockedWorker)[] = [];
  const shown: Scene[] = [];
  const startWorker = () => {
    const worker = workers.length < blocked ? new BlockedWorker(browserScheduler) : new FakeWorker(browserScheduler);
    workers.push(worker);
    return worker;
  };
  const start = vi.fn(async () => new PageTraining(startWorker, words, browserScheduler, { hidden: false }));
  const own = new OwnRuns(start, wordsFor("en").words, "en", (scene) => shown.push(scene));
  const kinds = (worker = 0) => workers[worker]?.sent.filter(({ kind }) => kind === "begin");
  return { own, shown, workers, start, begun: kinds, scene: () => shown.at(-1) as Scene };
}

/** Let time pass until something is done. */
async function done(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  await vi.advanceTimersByTimeAsync(50);
  await promise;
}

describe("the runs of the form", () => {
  it("begin from scratch and play at once", async () => {
    const { own, begun, scene } = made();
    await done(own.only(RUN));
    expect(begun()).toEqual([{ kind: "begin", runs: [RUN], keep: false }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(scene().stage.head.value).toBeGreaterThan(5);
    expect(scene().stage.mode.value).toBe("training");
  });

  it("are joined by another one, which catches up with them in lock step", async () => {
    const { own, begun, scene } = made();
    await done(own.only(RUN));
    await done(own.beside(GRU));
    expect(begun()?.[1]).toEqual({ kind: "begin", runs: [GRU], keep: true });
    expect(scene().labels).toEqual(["LSTM", "GRU"]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(scene().runs.map(({ status }) => status.value.state)).toEqual(["training", "training"]);
  });

  it("keep the speed that the reader has chosen", async () => {
    const { own, scene } = made();
    await done(own.only(RUN));
    scene().stage.setSpeed(60);
    await done(own.only(GRU));
    expect(scene().stage.speed.value).toBe(60);
  });

  it("know which settings are trained already", async () => {
    const { own } = made();
    await done(own.only(RUN));
    expect([own.isTrained({ ...RUN }), own.isTrained(GRU)]).toEqual([true, false]);
    await done(own.only(GRU));
    expect(own.isTrained(RUN)).toBe(false);
  });

  it("start again with other seeds, different ones where they were different", async () => {
    const { own, begun, scene } = made();
    await done(own.only(RUN));
    await done(own.beside({ ...RUN, seed: 8 }));
    await done(own.again(20));
    const runs = [20, 21].map((seed) => ({ ...RUN, seed }));
    expect(begun()?.at(-1)).toEqual({ kind: "begin", runs, keep: false });
    expect(scene().labels).toEqual(["seed 20", "seed 21"]);
  });

  it("start one worker, also if two are asked for before it is there", async () => {
    const { own, workers, start, scene } = made();
    const first = own.only(RUN);
    await done(own.beside(GRU));
    await first;
    expect([start.mock.calls.length, workers.length]).toEqual([1, 1]);
    expect(own.options.value).toEqual([RUN, GRU]);
    expect(scene().labels).toEqual(["LSTM", "GRU"]);
  });

  it("say that they have stopped when the worker fails, and begin anew with another one", async () => {
    const { own, workers, begun, scene } = made();
    await done(own.only(RUN));
    await vi.advanceTimersByTimeAsync(500);
    (workers[0] as FakeWorker).fail("out of memory");
    expect(own.training.value?.failure.value).toBe("out of memory");
    expect(scene().runs[0]?.status.value).toMatchObject({ state: "failed", reason: "error", message: "out of memory" });
    expect(scene().stage.canTrain.value).toBe(false);
    await done(own.beside(GRU));
    expect(begun(1)).toEqual([{ kind: "begin", runs: [RUN, GRU], keep: false }]);
    expect(own.training.value?.failure.value).toBeNull();
  });

  it("are not shown if the worker does not start, and another one is tried next time", async () => {
    const { own, shown, workers } = made(1);
    await expect(done(own.only(RUN))).rejects.toThrow(words.no_worker);
    expect([shown, own.options.value, own.training.value]).toEqual([[], [], null]);
    await done(own.only(RUN));
    expect([shown.length, workers.length]).toEqual([1, 2]);
  });

  it("are not shown if the page cannot train", async () => {
    const { shown } = made();
    const failing = new OwnRuns(
      () => Promise.reject(new Error("damaged")),
      wordsFor("en").words,
      "en",
      (scene) => shown.push(scene),
    );
    await expect(done(failing.only(RUN))).rejects.toThrow("damaged");
    expect(shown).toEqual([]);
  });
});

describe("a question before a training", () => {
  /** Answer, and reveal. */
  function answer(scene: Scene, choice: number): void {
    const { asked } = scene.stage;
    asked.choose(choice);
    asked.setSure(true);
    asked.commit();
    asked.reveal();
  }

  it("covers the run until it is answered, and trains then", async () => {
    const { own, scene } = made();
    await done(own.only(RUN, true));
    await vi.advanceTimersByTimeAsync(500);
    const { asked, head } = scene().stage;
    expect([asked.covered.value, head.value]).toEqual([true, -1]);
    answer(scene(), 20);
    await vi.advanceTimersByTimeAsync(1000);
    expect(head.value).toBeGreaterThan(5);
  });

  it("about several runs begins all of them anew", async () => {
    const { own, begun, scene } = made();
    await done(own.only(RUN));
    await done(own.beside(GRU, true));
    expect(begun()?.at(-1)).toEqual({ kind: "begin", runs: [RUN, GRU], keep: false });
    expect(scene().stage.asked.question.value?.kind).toBe("which_run");
  });

  it("ends with the next training", async () => {
    const { own, scene } = made();
    await done(own.only(RUN, true));
    const first = scene();
    await done(own.only(GRU));
    expect(first.stage.asked.question.value).toBeNull();
    expect(scene().stage.asked.question.value).toBeNull();
  });

  it("is answered by a run that diverges", async () => {
    const { own, scene } = made();
    await done(own.only({ ...RUN, output: true, hiddenSize: 4, lr: 1e39 }, true));
    scene().stage.setSpeed(Number.POSITIVE_INFINITY);
    answer(scene(), 20);
    await vi.advanceTimersByTimeAsync(3000);
    const { asked, head } = scene().stage;
    expect(scene().runs[0]?.status.value.reason).toBe("diverged");
    expect(head.value).toBeLessThan(20);
    expect(asked.question.value?.answer).toEqual([-1]);
    expect(asked.phase.value).toBe("revealed");
  });

  it("is about the epochs that the page keeps", async () => {
    const { own, scene } = made();
    await done(own.only({ ...RUN, text: "ab".repeat(500), epochs: 100_000 }, true));
    expect(scene().stage.asked.question.value?.epoch).toBe(mostEpochs({ positions: 999, topk: 2, tokens: 2 }) - 1);
  });

  it("is answered by the others if a run diverges", async () => {
    const { own, scene } = made();
    await done(own.only({ ...RUN, cell: "rnn", nonlinearity: "relu", optimizer: { kind: "sgd" }, lr: 1e30 }));
    await done(own.beside(RUN, true));
    answer(scene(), 1);
    scene().stage.setSpeed(60);
    await vi.advanceTimersByTimeAsync(6000);
    expect(scene().runs[0]?.status.value.reason).toBe("diverged");
    expect(scene().stage.asked.question.value?.answer).toEqual([1]);
  });
});
