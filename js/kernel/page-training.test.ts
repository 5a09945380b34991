import { describe, expect, it } from "vitest";
import { ComparisonStore } from "../player/comparison";
import { PlayerStore } from "../player/store";
import { HandTime } from "../testing/time";
import { classic, FakeWorker, words } from "../testing/training";
import type { RunOptions } from "../training/types";
import { PageTraining } from "./page-training";

function training(...runs: Partial<RunOptions>[]) {
  const time = new HandTime();
  const workers: FakeWorker[] = [];
  const start = () => {
    workers.push(new FakeWorker(time));
    return workers.at(-1) as FakeWorker;
  };
  const made = new PageTraining(start, words, time, { hidden: false });
  made.begin(
    runs.map((options) => ({ ...classic, ...options })),
    false,
  );
  return { time, workers, training: made };
}

/** A run from scratch in a store. */
function oneRun(options: Partial<RunOptions> = {}) {
  const { time, workers, training: made } = training(options);
  const store = new PlayerStore(made.kernel(0), time);
  made.connect([store]);
  time.pass(100);
  const losses = () => Array.from(store.recording.peek()?.losses ?? []);
  /** Train to an epoch at full speed. */
  const trainTo = (epochs: number) => {
    store.setSpeed(Number.POSITIVE_INFINITY);
    store.runUntil({ epochs });
    time.pass(3000);
  };
  return { time, workers, training: made, store, losses, trainTo };
}

describe("a run in the page", () => {
  it("shows the text before the first epoch", () => {
    const { store } = oneRun();
    const recording = store.recording.peek();
    expect(recording?.inputs.length).toBe(23);
    expect(recording?.epochs).toBe(0);
    expect(recording?.metadata).toMatchObject({ model: "LSTM", trained_in_page: 0, source: "page", parameters: 1680 });
    expect(store.status.peek().state).toBe("idle");
    expect(store.canTrain.peek()).toBe(true);
  });

  it("trains to its end at full speed, and learns the text", () => {
    const { store, trainTo, losses } = oneRun();
    trainTo(300);
    expect(store.status.peek()).toMatchObject({ state: "finished", head: 299, goal: 300 });
    expect(losses()).toHaveLength(300);
    expect(store.recording.peek()?.correctCount(299)).toBe(23);
    expect(store.recording.peek()?.events.map(({ kind }) => kind)).toContain("all_correct");
    expect(store.cursor.peek()).toBe(299);
  });

  it("trains at the chosen speed", () => {
    const { store, time } = oneRun();
    store.setSpeed(20);
    store.play();
    time.pass(1000);
    expect(store.head.peek() + 1).toBeGreaterThan(16);
    expect(store.head.peek() + 1).toBeLessThan(22);
    store.pause();
    time.pass(100);
    const { head } = store;
    const before = head.peek();
    time.pass(1000);
    expect(head.peek()).toBe(before);
    expect(store.status.peek().state).toBe("paused");
  });

  it("makes steps", () => {
    const { store, time } = oneRun();
    store.step(1);
    time.pass(50);
    expect(store.head.peek()).toBe(0);
    store.step(10);
    time.pass(50);
    expect(store.head.peek()).toBe(10);
  });

  it("repeats what it discarded, bit for bit", () => {
    const { store, time, losses, trainTo } = oneRun();
    trainTo(60);
    const before = losses();
    const events = store.recording.peek()?.events;
    expect(events?.map(({ kind }) => kind)).toContain("all_correct");
    store.seek(25);
    store.rewind();
    time.pass(50);
    expect(losses()).toEqual(before.slice(0, 25));
    trainTo(60);
    expect(losses()).toEqual(before);
    expect(store.recording.peek()?.events).toEqual(events);
  });

  it("is the same run for the same options, and another one for another seed", () => {
    const runs = [0, 0, 1].map((seed) => {
      const { losses, trainTo } = oneRun({ seed, cell: "gru" });
      trainTo(40);
      return losses();
    });
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
  });

  it("branches with another learning rate, and goes back", () => {
    const { store, time, losses, trainTo } = oneRun();
    trainTo(50);
    const before = losses();
    store.seek(30);
    store.branch(0.01);
    time.pass(50);
    trainTo(50);
    const branched = losses();
    expect(branched.slice(0, 31)).toEqual(before.slice(0, 31));
    expect(branched[32]).not.toBe(before[32]);
    const recording = store.recording.peek();
    expect(recording?.lr(29)).toBe(0.1);
    expect(recording?.lr(30)).toBe(0.01);
    expect(recording?.events).toContainEqual({ epoch: 30, kind: "branch", value: 0.01 });
    const [old] = recording?.oldBranches ?? [];
    expect(old?.start).toBe(30);
    expect(Array.from(old?.losses ?? [])).toEqual(before.slice(old?.start));
    store.switchTo(old?.id ?? -1);
    time.pass(50);
    expect(losses()).toEqual(before);
    expect(store.recording.peek()?.oldBranches).toHaveLength(1);
  });

  it("marks a branch with the same learning rate, too", () => {
    const { store, time, trainTo } = oneRun();
    trainTo(40);
    store.seek(30);
    store.branch(0.1);
    time.pass(50);
    trainTo(40);
    const isBranch = ({ kind }: { kind: string }) => kind === "branch";
    expect(store.recording.peek()?.events.filter(isBranch)).toEqual([{ epoch: 30, kind: "branch", value: 0.1 }]);
    store.switchTo(0);
    time.pass(50);
    expect(store.recording.peek()?.events.filter(isBranch)).toEqual([]);
  });

  it("goes on beyond its end, by the length of a run", () => {
    const { store, time, trainTo } = oneRun({ epochs: 20 });
    trainTo(20);
    store.play();
    time.pass(2000);
    expect(store.status.peek()).toMatchObject({ state: "finished", goal: 40, head: 39 });
  });

  it("ends where the page keeps no more epochs, and says so", () => {
    const { store, time } = oneRun({ text: "ab", cell: "rnn" });
    store.setSpeed(Number.POSITIVE_INFINITY);
    store.runUntil({ epochs: 20_000 });
    time.pass(10_000);
    expect(store.status.peek()).toMatchObject({ state: "finished", head: 9_999, reason: null });
    store.play();
    time.pass(100);
    expect(store.status.peek()).toMatchObject({ reason: "refused", head: 9_999 });
    expect(store.status.peek().message).toContain("10,000 epochs are recorded");
  });

  it("starts anew, with the same initial weights or those of another seed", () => {
    const { store, time, losses, trainTo, training } = oneRun();
    trainTo(20);
    const before = losses();
    store.reset();
    time.pass(50);
    expect(losses()).toEqual([]);
    trainTo(20);
    expect(losses()).toEqual(before);
    training.reset(null, 5); // and plays
    time.pass(3000);
    expect(store.recording.peek()?.metadata.seed).toBe(5);
    expect(losses()).toHaveLength(300);
    expect(losses()[0]).not.toBe(before[0]);
    const { losses: other, trainTo: train } = oneRun({ seed: 5 });
    train(300);
    expect(losses()).toEqual(other());
  });

  it("stops where all are correct", () => {
    const { store, time } = oneRun();
    store.setSpeed(Number.POSITIVE_INFINITY);
    store.runUntil({ all_correct: true });
    time.pass(2000);
    const recording = store.recording.peek();
    const last = store.head.peek();
    expect(recording?.correctCount(last)).toBe(23);
    expect(recording?.correctCount(last - 1)).toBeLessThan(23);
    expect(store.status.peek().state).toBe("paused");
  });

  it("has the weights of the epochs around the cursor", async () => {
    const { store, time, trainTo } = oneRun();
    trainTo(40);
    store.weights.users.value++;
    for (let i = 0; i < 40; i++) {
      time.pass(50);
      await Promise.resolve().then(() => {});
    }
    expect(store.weights.epochs).toEqual(Array.from({ length: 40 }, (_, epoch) => epoch));
  });

  it("says why it does not train on: a loss that is not finite", () => {
    const { store, trainTo } = oneRun({ output: true, hiddenSize: 8, cell: "rnn", lr: 1e38 });
    trainTo(10);
    expect(store.status.peek()).toMatchObject({ state: "failed", reason: "diverged" });
  });

  it("keeps the worker busy with at most three updates that the page has not seen", () => {
    const { store, time, workers } = oneRun();
    store.setSpeed(Number.POSITIVE_INFINITY);
    store.play();
    time.pass(1000);
    const seen = workers[0]?.sent.filter(({ kind }) => kind === "seen") ?? [];
    expect(seen.length).toBeGreaterThan(1);
    expect(workers).toHaveLength(1);
  });
});

describe("a run that diverged", () => {
  it("starts again with other weights, and trains", () => {
    const { store, trainTo, time, training } = oneRun({ output: true, hiddenSize: 8, cell: "rnn", lr: 1e38 });
    trainTo(10);
    const { epochs } = store.recording.peek() ?? { epochs: 0 };
    training.reset(null, 4);
    time.pass(2000);
    expect(store.status.peek()).toMatchObject({ state: "failed", reason: "diverged" });
    expect(store.recording.peek()?.metadata.seed).toBe(4);
    expect(store.recording.peek()?.epochs).toBeGreaterThan(0);
    expect(epochs).toBeGreaterThan(0);
  });
});

describe("a run that trains", () => {
  it("pauses where it is rewound to its end", () => {
    const { store, time, training } = oneRun();
    store.setSpeed(20);
    store.play();
    time.pass(500);
    const epoch = store.head.peek() + 1;
    training.kernel(0).send({ command: "rewind", epoch });
    time.pass(20);
    expect(store.status.peek()).toMatchObject({ state: "paused", head: epoch - 1 });
  });

  it("makes many steps at once, at full speed, and can be paused meanwhile", () => {
    const { store, time } = oneRun();
    store.setSpeed(1);
    store.step(1);
    time.pass(60);
    store.step(5000);
    time.pass(100);
    store.pause();
    time.pass(100);
    const head = store.head.peek();
    expect(head).toBeGreaterThan(50);
    expect(head).toBeLessThan(4000);
    expect(store.status.peek()).toMatchObject({ state: "paused" });
  });
});

describe("a comparison in the page", () => {
  it("does not train a run that is at its end, while another one is not", () => {
    const { time, training: made } = training({ epochs: 30 });
    const store = new PlayerStore(made.kernel(0), time);
    made.connect([store]);
    time.pass(50);
    store.setSpeed(Number.POSITIVE_INFINITY);
    store.runUntil(null);
    time.pass(2000);
    made.begin([{ ...classic, epochs: 30, cell: "rnn" }], true);
    const both = new ComparisonStore([made.kernel(0), made.kernel(1)], ["LSTM", "RNN"], time);
    made.connect(both.runs);
    time.pass(50);
    both.stage.setSpeed(Number.POSITIVE_INFINITY);
    both.stage.runUntil(null);
    time.pass(2000);
    expect(both.runs.map(({ head }) => head.peek())).toEqual([29, 29]);
    both.stage.runUntil(null);
    time.pass(2000);
    expect(both.runs.map(({ head }) => head.peek())).toEqual([59, 59]);
  });

  it("trains in lock step, and a run that is added catches up", () => {
    const { time, training: made } = training({ cell: "rnn" }, { cell: "lstm" });
    const labels = ["RNN", "LSTM"];
    const comparison = new ComparisonStore([made.kernel(0), made.kernel(1)], labels, time);
    made.connect(comparison.runs);
    time.pass(50);
    comparison.stage.setSpeed(Number.POSITIVE_INFINITY);
    comparison.stage.runUntil({ epochs: 30 });
    time.pass(2000);
    expect(comparison.runs.map(({ head }) => head.peek())).toEqual([29, 29]);
    const losses = Array.from(comparison.runs[0]?.recording.peek()?.losses ?? []);
    made.begin([{ ...classic, cell: "gru" }], true);
    const kernels = [0, 1, 2].map((run) => made.kernel(run));
    const more = new ComparisonStore(kernels, [...labels, "GRU"], time);
    made.connect(more.runs);
    time.pass(50);
    expect(more.runs.map(({ head }) => head.peek())).toEqual([29, 29, -1]);
    expect(Array.from(more.runs[0]?.recording.peek()?.losses ?? [])).toEqual(losses);
    more.stage.setSpeed(20);
    more.stage.play();
    time.pass(500);
    const behind = more.runs[2]?.head.peek() ?? 0;
    expect(behind).toBeGreaterThan(5);
    expect(behind).toBeLessThan(12);
    expect(more.runs.slice(0, 2).map(({ head }) => head.peek())).toEqual([29, 29]);
    more.stage.setSpeed(Number.POSITIVE_INFINITY);
    more.stage.runUntil({ epochs: 40 });
    time.pass(3000);
    expect(more.runs.map(({ head }) => head.peek())).toEqual([39, 39, 39]);
    more.stage.seek(10);
    more.rewindAll();
    time.pass(50);
    expect(more.runs.map(({ head }) => head.peek())).toEqual([9, 9, 9]);
  });
});

describe("stores that replace others", () => {
  it("get nothing that was sent to those", async () => {
    const { time, training: made } = training({});
    const first = new PlayerStore(made.kernel(0), time);
    made.connect([first]);
    time.pass(50);
    first.step(3);
    time.pass(50);
    first.weights.users.value++;
    time.pass(10); // the weights are on their way
    made.begin([{ ...classic, text: "abc abc", cell: "rnn" }], false);
    const second = new PlayerStore(made.kernel(0), time);
    made.connect([second]);
    first.step(1); // too late
    for (let i = 0; i < 5; i++) {
      time.pass(20);
      await Promise.resolve();
    }
    expect(second.recording.peek()?.alphabet).toEqual([" ", "a", "b", "c"]);
    expect(second.weights.epochs).toEqual([]);
    expect(first.recording.peek()?.alphabet).toHaveLength(14);
  });

  it("get the last runs, if some are begun at once", () => {
    const { time, training: made } = training({});
    made.connect([new PlayerStore(made.kernel(0), time)]);
    made.begin([{ ...classic, text: "xyz" }], false);
    const store = new PlayerStore(made.kernel(0), time);
    made.connect([store]);
    time.pass(50);
    expect(store.recording.peek()?.alphabet).toEqual(["x", "y", "z"]);
  });
});

describe("a worker that fails", () => {
  it("is reported in a sentence, also if the browser says nothing", async () => {
    const { time, workers, training: made } = training({});
    const store = new PlayerStore(made.kernel(0), time);
    made.connect([store]);
    time.pass(50);
    const file = made.download(0);
    workers[0]?.fail();
    expect(made.failure.peek()).toBe(words.no_worker);
    expect(store.connection.peek()).toBe("none");
    await expect(file).rejects.toThrow(words.no_worker);
    await expect(made.download(0)).rejects.toThrow(words.no_worker);
  });
});
