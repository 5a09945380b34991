import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { browserScheduler } from "../../drawing/scheduler";
import { PageTraining } from "../../kernel/page-training";
import type { FlatWeights } from "../../network/types";
import type { Parts } from "../../player/decode";
import { receiveReplay } from "../../player/replay";
import type { PlayerStore } from "../../player/store";
import { BlockedWorker, classic, FakeWorker, words } from "../../testing/training";
import { Trainer } from "../../training/trainer";
import type { RunOptions } from "../../training/types";
import type { Recorded, RecordedRun } from "../recorded";
import { comparisonScene, runScene } from "../scene";
import { Continuation } from "./continuation";
import { LateKernel } from "./late-kernel";

const EPOCHS = 20;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (call: (now: number) => void) =>
    setTimeout(() => call(performance.now()), 16),
  );
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
  const known = { optimizer: { kind: "adam" }, refused: null, steps: null, moments: 0 };
  const getElementById = () => ({ textContent: btoa(JSON.stringify(known)) });
  vi.stubGlobal("document", { getElementById });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A run as an exported page has it, with the weights of its first and last epoch. */
function recordedRun(options: Partial<RunOptions>, suffix: string, hasWeights: boolean): RecordedRun {
  const trainer = Trainer.begin({ ...classic, ...options });
  for (let epoch = 0; epoch < EPOCHS; epoch++) trainer.train();
  const { recording, shape } = trainer;
  const { trained_in_page: _, ...metadata } = recording.metadata;
  const { alphabet, separator, references, events, oldBranches, positions, inputs, targets, topk } = recording;
  const parts: Parts = {
    ...{ metadata, separator, positions, inputs, targets, topk, revision: 0 },
    ...{ alphabet: [...alphabet], events: [...events], oldBranches: [...oldBranches] },
    references: [...references],
    records: recording.rows(0, EPOCHS),
  };
  const epochs = [0, EPOCHS - 1];
  const weights = epochs.map((epoch) => trainer.weightsAt(epoch) as FlatWeights);
  const packed = { revision: 0, network: shape, epochs, weights };
  return { kernel: new LateKernel(), suffix, parts, weights: hasWeights ? packed : null, problem: null };
}

interface Made {
  blocked?: number;
  labels?: string[];
  lacksWeights?: number;
}

function made(options: Partial<RunOptions>[], { blocked = 0, labels = [], lacksWeights }: Made = {}) {
  const runs = options.map((each, run) => recordedRun(each, labels.length ? `-${run}` : "", run !== lacksWeights));
  const kernels = runs.map(({ kernel }) => kernel);
  const scene = labels.length ? comparisonScene(kernels, labels, "en") : runScene(kernels[0] as LateKernel);
  runs.forEach(({ parts }, run) => {
    receiveReplay(scene.runs[run] as PlayerStore, parts as Parts);
  });
  scene.stage.toHead();
  const workers: (FakeWorker | BlockedWorker)[] = [];
  const startWorker = () => {
    workers.push(workers.length < blocked ? new BlockedWorker(browserScheduler) : new FakeWorker(browserScheduler));
    return workers.at(-1) as FakeWorker;
  };
  const start = async () => new PageTraining(startWorker, words, browserScheduler, { hidden: false });
  const recorded: Recorded = { scene, runs, labels };
  return { scene, workers, labels, runs, continuation: new Continuation(recorded, start, words) };
}

/** Let time pass until something is done. */
async function done(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  await vi.advanceTimersByTimeAsync(200);
  await promise;
}

const heads = ({ runs }: { runs: readonly PlayerStore[] }) => runs.map(({ head }) => head.value);

describe("a recording in a page", () => {
  it("goes on at its last epoch, with an optimizer that starts anew", async () => {
    const { continuation, scene } = made([{}]);
    expect([continuation.goesOn, continuation.state]).toEqual([false, null]);
    await done(continuation.begin());
    await vi.advanceTimersByTimeAsync(1000);
    expect(scene.stage.head.value).toBeGreaterThan(EPOCHS);
    expect([continuation.goesOn, continuation.state]).toEqual([true, "anew"]);
  });

  it("stays as it is if the worker does not start, and goes on when another one does", async () => {
    const { continuation, scene, workers } = made([{}], { blocked: 1 });
    await expect(done(continuation.begin())).rejects.toThrow(words.no_worker);
    expect([continuation.canGoOn, continuation.goesOn, continuation.state]).toEqual([true, false, null]);
    expect(continuation.training.value).toBeNull();
    expect([scene.stage.canTrain.value, scene.stage.mode.value]).toEqual([false, "stopped"]);
    await done(continuation.begin());
    await vi.advanceTimersByTimeAsync(500);
    expect(workers).toHaveLength(2);
    expect(scene.stage.head.value).toBeGreaterThan(EPOCHS);
  });

  it("goes on from the recording again after a worker has failed", async () => {
    const { continuation, scene, workers } = made([{}]);
    await done(continuation.begin());
    await vi.advanceTimersByTimeAsync(1000);
    (workers[0] as FakeWorker).fail("out of memory");
    expect([continuation.goesOn, scene.stage.canTrain.value]).toEqual([false, false]);
    expect(scene.runs[0]?.status.value).toMatchObject({ state: "failed", reason: "error", message: "out of memory" });
    const { head } = scene.stage;
    scene.stage.seek(0);
    await done(continuation.begin());
    expect([head.value, scene.stage.canTrain.value]).toEqual([EPOCHS - 1, true]);
  });

  it("does not go on if it is too much for a page", () => {
    const run = recordedRun({}, "", true);
    const { scene } = made([{}]);
    const { weights } = run;
    const network = weights && { ...weights.network, output: { bias: true } };
    const layers = network?.layers.map((layer) => ({ ...layer, hidden_size: 1000 })) ?? [];
    const large = { ...run, weights: weights && network && { ...weights, network: { ...network, layers } } };
    const continuation = new Continuation({ scene, runs: [large], labels: [] }, () => Promise.reject(), words);
    expect(continuation.canGoOn).toBe(false);
    expect(continuation.describeReasons(words)).toContain("a page trains networks of at most 200,000");
  });

  it("says nothing about the optimizer once it has begun again", async () => {
    const { continuation, scene } = made([{}]);
    await done(continuation.begin());
    continuation.again(5);
    expect(continuation.state).toBeNull();
    await vi.advanceTimersByTimeAsync(1000);
    expect([continuation.state, scene.runs[0]?.recording.value?.metadata.seed]).toEqual([null, 5]);
  });

  it("says nothing about the optimizer after a reset of the player", async () => {
    const { continuation, scene } = made([{}]);
    await done(continuation.begin());
    scene.runs[0]?.reset();
    await vi.advanceTimersByTimeAsync(500);
    expect([scene.stage.head.value, continuation.state]).toEqual([-1, null]);
    scene.stage.runUntil(null);
    await vi.advanceTimersByTimeAsync(500);
    expect(continuation.state).toBeNull();
  });
});

describe("a comparison in a page", () => {
  it("begins again in lock step, at the chosen speed, with labels that name the new seeds", async () => {
    const { continuation, scene, labels } = made([{ seed: 1 }, { seed: 12 }], { labels: ["seed 1", "LSTM, 시드 12"] });
    await done(continuation.begin());
    await vi.advanceTimersByTimeAsync(1000);
    scene.stage.pause();
    await vi.advanceTimersByTimeAsync(100);
    scene.stage.setSpeed(60);
    expect(continuation.again(30)).toBe(true);
    expect(labels).toEqual(["seed 30", "LSTM, 시드 31"]);
    await vi.advanceTimersByTimeAsync(200);
    const [first = 0, second = 0] = heads(scene);
    expect(Math.abs(first - second)).toBeLessThan(2);
    expect(first).toBeGreaterThan(5);
    expect(scene.runs.map(({ recording }) => recording.value?.metadata.seed)).toEqual([30, 31]);
  });

  it("goes on without a run that cannot", async () => {
    const { continuation, scene } = made([{}, { cell: "gru" }], { labels: ["LSTM", "GRU"], lacksWeights: 0 });
    expect(continuation.describeReasons(words)).toContain("LSTM cannot go on here");
    await done(continuation.begin());
    await vi.advanceTimersByTimeAsync(500);
    const [first, second] = heads(scene);
    expect([first, scene.runs[0]?.connection.value]).toEqual([EPOCHS - 1, "none"]);
    expect(second).toBeGreaterThan(EPOCHS);
    expect(continuation.again(3)).toBe(false);
  });
});
