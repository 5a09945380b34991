import { describe, expect, it } from "vitest";
import { fakeComparison } from "../testing/comparison";

describe("the front", () => {
  it("is the lowest head of the runs that have epochs left", () => {
    const { stage } = fakeComparison([30, 20, 25]);
    expect([stage.head.value, stage.front.value]).toEqual([29, 19]);
  });

  it("passes over a run that has ended", () => {
    const { stage, run } = fakeComparison([30, 20, 25]);
    run(1).report({ state: "finished" });
    expect(stage.front.value).toBe(24);
    run(2).report({ state: "failed", reason: "diverged" });
    expect(stage.front.value).toBe(29);
  });

  it("is that of the runs that train", () => {
    const { stage, run } = fakeComparison([30, 20, 25]);
    run(2).report({ state: "training" });
    expect(stage.front.value).toBe(24);
  });

  it("without runs that can train is the head", () => {
    expect(fakeComparison([30, 20], { source: "recording" }).stage.front.value).toBe(29);
  });
});

describe("play", () => {
  it("behind the front replays up to it", () => {
    const { stage, time, commands, state } = fakeComparison([30, 20]);
    stage.seek(15);
    stage.play();
    expect(state().mode).toBe("replaying");
    time.pass(3000);
    expect(state()).toEqual({ mode: "stopped", cursor: 19, front: 19 });
    expect(commands).toEqual([]);
  });

  it("at the front trains all runs with one command", () => {
    const { stage, commands } = fakeComparison([20, 20, 20]);
    stage.toFront();
    stage.play();
    expect(commands).toEqual([{ by: 0, command: "play", run: null, speed: 10, until: null }]);
  });

  it("follows the slowest run that trains", () => {
    const { stage, run, report, time, state } = fakeComparison([20, 20]);
    stage.toFront();
    stage.play();
    report({ state: "training" });
    run(0).train(5);
    time.pass(1000);
    expect(state()).toEqual({ mode: "training", cursor: 19, front: 19 });
    run(1).train(2);
    time.pass(1000);
    expect(state()).toEqual({ mode: "training", cursor: 21, front: 21 });
  });

  it("when nothing can continue replays from the start to the longest run's end", () => {
    const { stage, time, commands, state } = fakeComparison([30, 20], { source: "recording" });
    stage.toHead();
    stage.play();
    expect(state().cursor).toBe(0);
    time.pass(4000);
    expect(state()).toEqual({ mode: "stopped", cursor: 29, front: 29 });
    expect(commands).toEqual([]);
  });

  it("is settled by the status of any run", () => {
    const { stage, run, commands } = fakeComparison([20, 20]);
    stage.toFront();
    stage.play();
    stage.play();
    expect(commands, "the first has no answer yet").toHaveLength(1);
    run(1).report({ message: "noted" });
    stage.play();
    expect(commands).toHaveLength(2);
  });
});

describe("pause, step and speed", () => {
  it("are one command for all runs", () => {
    const { stage, report, commands } = fakeComparison([20, 20]);
    stage.toFront();
    stage.step(3);
    report({ state: "training" });
    stage.setSpeed(24);
    stage.pause();
    expect(commands).toEqual([
      { by: 0, command: "step", n: 3, run: null },
      { by: 0, command: "speed", speed: 24, run: null },
      { by: 0, command: "pause", run: null },
    ]);
  });
});

describe("the cursor", () => {
  it("stopped at the front stays there", () => {
    const { stage, run, state } = fakeComparison([20, 20]);
    stage.toFront();
    run(0).train(1);
    expect(state().cursor).toBe(19);
    run(1).train(1);
    expect(state().cursor).toBe(20);
  });

  it("may go beyond the front, up to the head", () => {
    const { stage } = fakeComparison([30, 20]);
    stage.seek(25);
    expect(stage.cursor.value).toBe(25);
    stage.seek(90);
    expect(stage.cursor.value).toBe(29);
  });

  it("is reported once, not by every run", () => {
    const { stage, time, cursors } = fakeComparison([20, 20, 20]);
    stage.seek(7);
    time.pass(1000);
    expect(cursors).toEqual([[7], [], []]);
  });
});

it("the connection is the worst of the runs", () => {
  const { stage, run } = fakeComparison([20, 20, 20]);
  expect(stage.connection.value).toBe("live");
  for (const connection of ["waiting", "gone", "none"] as const) {
    run(1).store.receiveConnection(connection);
    expect(stage.connection.value).toBe(connection);
  }
});
