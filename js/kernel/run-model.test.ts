import { describe, expect, it } from "vitest";
import { ComparisonStore } from "../player/comparison";
import type { PlayerStore } from "../player/store";
import { encodedRecording, within } from "../testing/bytes";
import { TestKernel } from "../testing/kernel";
import { FakeModel, FakePage } from "../testing/model";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { Link } from "./link";
import { RunModel, Switchboard } from "./run-model";

/** The model of a comparison, and what makes it look like that of each run. */
function models(traits: Record<string, unknown> = {}, runs = 2) {
  const time = new HandTime();
  const model = new FakeModel(traits);
  const board = new Switchboard(model, time);
  return {
    time,
    model,
    runs: Array.from({ length: runs }, (_, run) => new RunModel(board, run)) as [RunModel, RunModel],
  };
}

describe("the traits of a run", () => {
  it("are its elements of the lists; the others are shared", () => {
    const { model, runs } = models({ recordings: ["a", "b"], statuses: [{ seq: 1 }, { seq: 2 }], lang: "ko" });
    expect(runs.map((run) => run.get("recording"))).toEqual(["a", "b"]);
    expect(runs[1].get("status")).toEqual({ seq: 2 });
    expect(runs[1].get("weights")).toBeUndefined();
    expect(runs[0].get("lang")).toBe("ko");
    runs[1].set("cursor", 5);
    runs[1].set("recording", "c");
    expect([model.get("cursor"), model.get("recordings")]).toEqual([5, ["a", "c"]]);
  });

  it("change only when its own element does", () => {
    const { model, runs } = models({ recordings: ["a", "b"] });
    const changed: number[] = [];
    const listeners = runs.map((run, i) => {
      const listener = () => changed.push(i);
      run.on("change:recording", listener);
      return listener;
    });
    model.update({ recordings: ["a", "c"] });
    expect(changed).toEqual([1]);
    runs.forEach((run, i) => {
      run.off("change:recording", listeners[i] as () => void);
    });
    model.update({ recordings: ["d", "e"] });
    expect(changed).toEqual([1]);
    expect(model.listeners).toBe(0);
  });
});

describe("messages from the kernel", () => {
  it("reach their run with their buffers, alone or several at once", () => {
    const { model, runs } = models();
    const received: unknown[] = [];
    runs.forEach((run, i) => {
      run.on("msg:custom", (...[content, buffers]: [{ n: number }, DataView[]]) =>
        received.push([i, content.n, buffers.map((buffer) => buffer.byteLength)]),
      );
    });
    const bytes = (length: number) => new DataView(new ArrayBuffer(length));
    model.message({ run: 1, n: 1 }, bytes(4));
    const messages = [
      { run: 0, n: 2 },
      { run: 1, n: 3 },
      { run: 0, n: 4 },
    ];
    model.message({ kind: "several", messages, buffers: [2, 0, 1] }, bytes(1), bytes(2), bytes(3));
    expect(received.sort()).toEqual([
      [0, 2, [1, 2]],
      [0, 4, [3]],
      [1, 1, [4]],
      [1, 3, []],
    ]);
  });
});

describe("messages to the kernel", () => {
  it("of one moment leave together and name their run", () => {
    const { model, runs, time } = models();
    for (const run of runs) run.send({ kind: "ack" });
    expect(model.sent).toEqual([]);
    time.pass(100);
    const messages = [
      { run: 0, kind: "ack" },
      { run: 1, kind: "ack" },
    ];
    expect(model.sent).toEqual([{ kind: "several", messages }]);
  });

  it("leave with a command, which does not wait and may be for all runs", () => {
    const { model, runs, time } = models();
    runs[1].send({ kind: "ack" });
    runs[0].send({ kind: "command", command: "pause", run: null });
    const messages = [
      { run: 1, kind: "ack" },
      { run: null, kind: "command", command: "pause" },
    ];
    expect(model.sent).toEqual([{ kind: "several", messages }]);
    time.pass(100);
    expect(model.sent).toHaveLength(1);
  });
});

/** How many messages a page sends in 10 s of training, when the chunks of all runs arrive together. */
function messagesOf(count: number): number {
  const kernels = Array.from({ length: count }, () => new TestKernel());
  for (const kernel of kernels) kernel.train(20);
  const status = fakeStatus({ state: "training", head: 19 });
  const { time, model, runs } = models(
    {
      statuses: kernels.map(() => status),
      recordings: kernels.map((kernel) => within(encodedRecording(kernel.recording()), 3)),
      weights: [],
    },
    count,
  );
  const links = runs.map((run) => new Link(run, time, new FakePage()));
  const comparison = new ComparisonStore(links, kernels.map(String), time);
  const connections = links.map(() => new AbortController());
  links.forEach((link, run) => {
    link.connect(comparison.runs[run] as PlayerStore, (connections[run] as AbortController).signal);
  });
  for (let passed = 0; passed < 10_000; passed += 50) {
    const chunks = kernels.map((kernel, run) => {
      const { length } = kernel.epochs;
      kernel.train(1);
      const { chunk, block } = kernel.chunk(0, length);
      return { message: { kind: "chunk", run, ...chunk }, block: within(block, 5) };
    });
    const messages = chunks.map(({ message }) => message);
    model.message({ kind: "several", messages, buffers: chunks.map(() => 1) }, ...chunks.map(({ block }) => block));
    time.pass(50);
  }
  expect(comparison.runs.map((run) => run.head.value)).toEqual(kernels.map(() => 219));
  for (const connection of connections) connection.abort();
  return model.sent.filter(({ kind }) => kind !== "closed").length;
}

it("four runs send as many messages as one", () => {
  const one = messagesOf(1);
  expect(one).toBeGreaterThan(15);
  expect(messagesOf(4)).toBe(one);
});
