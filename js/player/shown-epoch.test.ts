import { beforeEach, describe, expect, it } from "vitest";
import { TestKernel } from "../testing/kernel";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { recordsSize } from "./decode";
import { GrowingRecording } from "./recording";
import { receiveReplay } from "./replay";
import { RunState } from "./run-state";
import { Stage } from "./stage";
import { PlayerStore } from "./store";

const NOBODY = { send: () => {}, setCursor: () => {} };
const RECORD = recordsSize(1, new GrowingRecording(new TestKernel().recording()).shape);
/** Blocks of four epochs, of which five are kept, and a sample of six records. */
const SMALL = { block: 4 * RECORD, bytes: 20 * RECORD, sample: 6 * RECORD, samples: 100 };

let kernel: TestKernel;
let time: HandTime;

beforeEach(() => {
  kernel = new TestKernel();
  time = new HandTime();
});

/** A run of a recording of so many epochs; 100 epochs leave every 32nd record and those from 80 on. */
function runOf(epochs: number): RunState {
  const run = new RunState(SMALL);
  kernel.train(epochs - kernel.epochs.length);
  const parts = kernel.recording();
  run.applyRecording({ ...parts, records: { ...parts.records } });
  run.applyStatus(fakeStatus({ state: "finished", source: "recording", head: epochs - 1, goal: epochs }));
  return run;
}

function storeOf(epochs = 100) {
  const run = runOf(epochs);
  const store = new PlayerStore(NOBODY, time, run);
  const answer = (number: number) => {
    const { start, count, block } = kernel.answer(4 * number, 4 * number + 3);
    return store.receiveRecords(kernel.revision, start, count, block);
  };
  return { run, store, answer };
}

describe("the cursor of a store", () => {
  it("stays on an epoch that can be shown until the wanted one has arrived", () => {
    const { store, answer } = storeOf();
    store.seek(80);
    expect(store.cursor.value).toBe(80);
    store.seek(79);
    expect([store.wanted.value, store.cursor.value]).toEqual([79, 80]);
    answer(19);
    expect(store.cursor.value).toBe(79);
  });

  it("follows a fast pointer from record to record of the sample", () => {
    const { store, answer } = storeOf();
    store.seek(45);
    expect(store.cursor.value).toBe(32);
    store.seek(70);
    expect(store.cursor.value).toBe(64);
    answer(11); // of epoch 45, which nobody wants any more
    expect(store.cursor.value).toBe(64);
    answer(17);
    expect(store.cursor.value).toBe(70);
  });

  it("does not go back and forth while a replay waits for records", () => {
    const { store, answer } = storeOf();
    store.seek(32);
    store.setSpeed(10);
    store.play();
    const seen = [store.cursor.value];
    for (let i = 0; i < 60; i++) {
      time.pass(100);
      if (i === 20) for (const number of [8, 9, 10, 11, 12, 13, 14]) answer(number);
      seen.push(store.cursor.value);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.filter((epoch) => epoch < 64).every((epoch) => store.recording.value?.has(epoch))).toBe(true);
    expect(store.wanted.value).toBeGreaterThan(64);
  });

  it("reports to Python the epoch that is wanted", () => {
    const reported: number[] = [];
    const store = new PlayerStore({ ...NOBODY, setCursor: (epoch) => reported.push(epoch) }, time, runOf(100));
    store.seek(45);
    time.pass(1000);
    expect(reported).toEqual([45]);
  });

  it("does not step back behind the steps that were made while records were missing", () => {
    const { store, answer } = storeOf();
    store.seek(80);
    for (let i = 0; i < 3; i++) store.step(-1);
    expect(store.wanted.value).toBe(77);
    answer(19);
    expect(store.cursor.value).toBe(77);
  });

  it("shows another epoch if the one on show was cut off", () => {
    const { store } = storeOf();
    store.seek(85);
    kernel.cut(70);
    kernel.train(1);
    const { chunk, block } = kernel.chunk(0, 100);
    store.receiveChunk(chunk, block);
    expect([store.head.value, store.cursor.value]).toEqual([70, 70]);
    store.seek(69);
    expect(store.cursor.value).toBe(70);
  });

  it("does not stay on an epoch that was cut off while it waits for one before it", () => {
    const { store, answer } = storeOf();
    answer(16);
    for (const epoch of [65, 63]) {
      store.seek(epoch);
      expect(store.cursor.value).toBe(65);
    }
    kernel.cut(65);
    const { chunk, block } = kernel.chunk(0, 100);
    store.receiveChunk(chunk, block);
    expect([store.head.value, store.wanted.value, store.cursor.value]).toEqual([64, 63, 32]);
  });
});

describe("a page without a kernel", () => {
  it("keeps all that it has: nobody could send it again", () => {
    kernel.train(100);
    const store = new PlayerStore(NOBODY, time, new RunState(SMALL));
    receiveReplay(store, kernel.recording());
    expect(store.recording.value?.stride).toBe(1);
  });

  it("steps from one record that it has to the next", () => {
    const { store } = storeOf();
    store.receiveConnection("none");
    store.seek(0);
    const seen = [1, 1, 1, 1, 1, -1, -1, -1].map((n) => {
      store.step(n);
      return store.cursor.value;
    });
    expect(seen).toEqual([32, 64, 80, 81, 82, 81, 80, 64]);
  });
});

describe("the cursor of a comparison", () => {
  it("waits until all runs can show the epoch", () => {
    const [short, long, other] = [runOf(10), runOf(100), runOf(100)];
    const stage = new Stage([long, short, other], NOBODY, time);
    const stores = [long, short, other].map((run) => new PlayerStore(NOBODY, time, run, stage));
    stage.seek(50);
    const fill = (run: RunState, number: number) => {
      const { start, count, block } = kernel.answer(4 * number, 4 * number + 3);
      run.fill(kernel.revision, start, count, block);
    };
    fill(long, 12);
    expect(stores.map(({ cursor }) => cursor.value)).toEqual([32, 9, 32]);
    fill(other, 12);
    expect([stage.cursor.value, ...stores.map(({ cursor }) => cursor.value)]).toEqual([50, 50, 9, 50]);
  });
});
