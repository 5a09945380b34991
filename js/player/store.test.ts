import { describe, expect, it } from "vitest";
import { TestKernel } from "../testing/kernel";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { FOLLOW_HEAD, REPORT_DELAY_MS } from "./cursor-reporter";
import { PlayerStore } from "./store";
import type { Command, Kernel, Status } from "./types";

/** A stopped store at the head of a recording of this many epochs, and all that it sends. */
function player(epochs = 100, status: Partial<Status> = {}) {
  const commands: Command[] = [];
  const cursors: number[] = [];
  const link: Kernel = { send: (command) => commands.push(command), setCursor: (cursor) => cursors.push(cursor) };
  const time = new HandTime();
  const store = new PlayerStore(link, time);
  const kernel = new TestKernel();
  kernel.train(epochs);
  store.receiveStatus(fakeStatus({ speed: 10, state: epochs > 0 ? "paused" : "idle", head: epochs - 1, ...status }));
  store.receiveRecording(kernel.recording());
  store.receiveCursor(FOLLOW_HEAD);
  /** The kernel reports a changed status. */
  const report = (change: Partial<Status>) => store.receiveStatus({ ...store.status.peek(), ...change });
  const send = (revision: number, known: number) => {
    const { chunk, block } = kernel.chunk(revision, known);
    store.receiveChunk(chunk, block);
  };
  /** The kernel train this many epochs and sends them. */
  const train = (n: number) => {
    const known = kernel.epochs.length;
    kernel.train(n);
    send(kernel.revision, known);
  };
  /** The kernel keeps this many epochs, then train more. */
  const cut = (epochs: number, more = 0) => {
    const { revision, epochs: before } = kernel;
    kernel.cut(epochs);
    kernel.train(more);
    send(revision, before.length);
  };
  const state = () => ({ mode: store.mode.peek(), cursor: store.cursor.peek(), head: store.head.peek() });
  return { store, time, commands, cursors, report, train, cut, state };
}

/** A store that follows a training run. */
function training(epochs = 100, speed: number | null = 10) {
  const it = player(epochs);
  it.store.play();
  it.report({ state: "training", speed });
  it.commands.length = 0;
  return it;
}

describe("a chunk without a recording", () => {
  it("is a gap", () => {
    const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, new HandTime());
    const { chunk, block } = new TestKernel().chunk(0, 0);
    expect(store.receiveChunk(chunk, block)).toBe("gap");
    expect(store.version.value).toBe(0);
  });
});

describe("at first", () => {
  it("nothing is shown", () => {
    const { store, state } = player(0);
    expect(state()).toEqual({ mode: "stopped", cursor: -1, head: -1 });
    expect(store.canTrain.value).toBe(true);
  });

  it("a recording is shown at its head, or at the epoch that Python sets", () => {
    const { store, state } = player(100);
    expect(state()).toEqual({ mode: "stopped", cursor: 99, head: 99 });
    store.receiveCursor(40);
    expect(state().cursor).toBe(40);
  });

  it("the kernel's speed is used, and null means as fast as possible", () => {
    expect(player(3, { speed: 24 }).store.speed.value).toBe(24);
    expect(player(3, { speed: null }).store.speed.value).toBe(Number.POSITIVE_INFINITY);
  });

  it("the version changes with the recording", () => {
    const { store, train } = player(3);
    const before = store.version.value;
    train(1);
    expect(store.version.value).toBeGreaterThan(before);
    expect(store.recording.value?.epochs).toBe(4);
  });
});

describe("play behind the head", () => {
  it("replays at the chosen speed without a message", () => {
    const { store, time, commands, cursors, state } = player();
    store.seek(20);
    store.play();
    time.pass(1000);
    expect(state()).toEqual({ mode: "replaying", cursor: 30, head: 99 });
    expect([commands, cursors]).toEqual([[], []]);
  });

  it("moves before the views draw, so that every frame draws the current epoch", () => {
    const { store, time } = player(100);
    const drawn: number[] = [];
    store.cursor.subscribe(() => {
      time.frame(() => drawn.push(store.cursor.value)); // as the views do
    });
    store.seek(0);
    time.pass(17);
    store.setSpeed(60);
    store.play();
    time.pass(100);
    for (let i = 0; i < 20; i++) {
      time.pass(1000 / 60);
      expect(drawn.at(-1)).toBe(store.cursor.value);
    }
  });

  it("stops at the head", () => {
    const { store, time, state } = player();
    store.seek(95);
    store.play();
    time.pass(1000);
    expect(state()).toEqual({ mode: "stopped", cursor: 99, head: 99 });
    expect(time.pending.frames).toBe(0);
  });

  it("follows the training when it reaches the head", () => {
    const { store, time, train, state } = training();
    store.seek(95);
    store.play();
    expect(state().mode).toBe("replaying");
    time.pass(600);
    expect(state()).toEqual({ mode: "training", cursor: 99, head: 99 });
    expect(time.pending.frames, "at the head there is nothing to draw").toBe(0);
    train(1);
    time.pass(200);
    expect(state().cursor).toBe(100);
  });

  it("in a loop starts again", () => {
    const { store, time, state } = player(10);
    store.loop.value = true;
    store.seek(5);
    store.play();
    time.pass(850);
    expect(state()).toEqual({ mode: "replaying", cursor: 3, head: 9 });
  });

  it("in a loop still follows a training run at the head", () => {
    const { store, time, state } = training();
    store.loop.value = true;
    store.seek(98);
    store.play();
    time.pass(300);
    expect(state().mode).toBe("training");
  });

  it("twice has no further effect", () => {
    const { store, time, commands, state } = player();
    store.seek(20);
    store.play();
    time.pass(500);
    store.play();
    time.pass(500);
    expect(state().cursor).toBe(30);
    expect(commands).toEqual([]);
  });

  it("waits while the cursor is dragged, and continues from there", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    store.dragging.value = true;
    store.seek(50);
    time.pass(1000);
    expect(state()).toMatchObject({ mode: "replaying", cursor: 50 });
    store.dragging.value = false;
    time.pass(1000);
    expect(state().cursor).toBe(60);
  });

  it("changes its pace with the speed, without a message", () => {
    const { store, time, commands, state } = player();
    store.seek(20);
    store.play();
    store.setSpeed(20);
    time.pass(1000);
    expect(state().cursor).toBe(40);
    expect(commands).toEqual([]);
  });

  it("waits in a hidden page", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    time.hidden = true;
    time.pass(5000);
    expect(state().cursor).toBe(20);
    time.hidden = false;
    time.pass(1000);
    expect(state().cursor).toBeLessThanOrEqual(33);
  });
});

describe("play at the head", () => {
  it("train at the chosen speed", () => {
    const { store, commands } = player();
    store.setSpeed(Number.POSITIVE_INFINITY);
    store.play();
    expect(commands).toEqual([{ command: "play", speed: null, until: null }]);
  });

  it("is in training mode only when the kernel reports it", () => {
    const { store, report, state } = player();
    store.play();
    expect(state().mode).toBe("stopped");
    report({ state: "training" });
    expect(state().mode).toBe("training");
  });

  it("with nothing recorded train and shows the first epoch", () => {
    const { store, time, commands, report, train, state } = player(0);
    store.play();
    expect(commands).toHaveLength(1);
    report({ state: "training" });
    train(1);
    time.pass(20);
    expect(state()).toEqual({ mode: "training", cursor: 0, head: 0 });
  });

  it("twice is sent once, until the kernel has answered", () => {
    const { store, commands, report } = player();
    store.play();
    store.play();
    expect(commands).toHaveLength(1);
    report({ message: "not now" });
    store.play();
    expect(commands).toHaveLength(2);
  });

  it.each(["none", "gone"] as const)("with a kernel that is %s replays from the start", (connection) => {
    const { store, time, commands, state } = player();
    store.receiveConnection(connection);
    store.play();
    expect(state()).toMatchObject({ mode: "replaying", cursor: 0 });
    time.pass(1000);
    expect(state().cursor).toBe(10);
    expect(commands).toEqual([]);
  });

  it("of a recording replays from the start", () => {
    const { store, state } = player(100, { source: "recording" });
    store.play();
    expect(store.canTrain.value).toBe(false);
    expect(state()).toMatchObject({ mode: "replaying", cursor: 0 });
  });

  it("of a diverged run replays from the start", () => {
    const { store, commands, state } = player(100, { state: "failed", reason: "diverged" });
    store.play();
    expect(commands).toEqual([]);
    expect(state().mode).toBe("replaying");
  });

  it("with nothing recorded and no kernel does nothing", () => {
    const { store, commands, state } = player(0);
    store.receiveConnection("none");
    store.play();
    expect([state().mode, commands]).toEqual(["stopped", []]);
  });

  it("replays from the start if there turns out to be no kernel", () => {
    const { store, state } = player();
    store.play();
    store.receiveConnection("none");
    expect(state()).toMatchObject({ mode: "replaying", cursor: 0 });
  });

  it("can be cancelled by a second press while the kernel is waited for", () => {
    const { store, commands } = player();
    store.toggle();
    store.receiveConnection("waiting");
    store.toggle();
    expect(commands.map(({ command }) => command)).toEqual(["play", "pause"]);
  });

  it("that was never answered is forgotten when the kernel is gone", () => {
    const { store, commands, state } = player();
    store.play();
    store.receiveConnection("gone");
    expect(state().mode).toBe("stopped");
    store.receiveConnection("live");
    store.play();
    expect(commands).toHaveLength(2);
  });
});

describe("following a training run", () => {
  it("moves epoch by epoch if they arrive three at a time", () => {
    const { store, time, train } = training(100, 60);
    const seen: number[] = [];
    store.cursor.subscribe((epoch) => seen.push(epoch));
    for (let i = 0; i < 20; i++) {
      train(3);
      time.pass(50);
    }
    expect(seen.every((epoch, i) => i === 0 || epoch - (seen[i - 1] as number) === 1)).toBe(true);
    expect(seen.at(-1)).toBeGreaterThan(150);
  });

  it("shows epochs as they arrive one by one, and requests no frames in between", () => {
    const { store, time, train } = training(100, 2);
    const seen: [number, number][] = [];
    store.cursor.subscribe((epoch) => seen.push([epoch, time.now()]));
    time.pass(500);
    for (let i = 0; i < 5; i++) {
      train(1);
      time.pass(100);
      expect(time.pending.frames).toBe(0);
      time.pass(400);
    }
    expect(seen.slice(-4).map(([epoch]) => epoch)).toEqual([101, 102, 103, 104]);
    for (const [epoch, at] of seen.slice(-4)) expect((at - 1000) % 500, `epoch ${epoch}`).toBeLessThan(50);
  });

  it("at maximum speed is at the head in every frame", () => {
    const { time, train, state } = training(100, null);
    train(70);
    time.pass(20);
    expect(state().cursor).toBe(169);
  });

  it("does not move a cursor that is dragged", () => {
    const { store, time, train, state } = training(100, null);
    store.dragging.value = true;
    store.seek(99);
    train(50);
    time.pass(100);
    expect(state().cursor).toBe(99);
    store.dragging.value = false;
    time.pass(20);
    expect(state().cursor).toBe(149);
  });

  it("ends at the head when the kernel has finished", () => {
    const { train, report, state } = training();
    train(50);
    report({ state: "finished" });
    expect(state()).toEqual({ mode: "stopped", cursor: 149, head: 149 });
  });

  it("follows epochs that are trained by a cell", () => {
    const { train, state } = player();
    train(5);
    expect(state()).toEqual({ mode: "stopped", cursor: 104, head: 104 });
  });

  it("ends when the viewer seeks elsewhere", () => {
    const { store, time, train, report, state, commands } = training();
    store.seek(40);
    train(10);
    time.pass(1000);
    report({ state: "finished" });
    expect(state()).toEqual({ mode: "stopped", cursor: 40, head: 109 });
    expect(commands).toEqual([]);
  });

  it.each([
    ["toHead", (store: PlayerStore) => store.toHead()],
    ["a seek to the head", (store: PlayerStore) => store.seek(99)],
  ])("is resumed by %s", (_, go) => {
    const { store, state } = training();
    store.seek(40);
    expect(state().mode).toBe("stopped");
    go(store);
    expect(state()).toMatchObject({ mode: "training", cursor: 99 });
  });

  it("stops while the kernel is gone, and resumes when it is back", () => {
    const { store, state } = training();
    store.receiveConnection("waiting");
    expect(state().mode).toBe("training");
    store.receiveConnection("gone");
    expect(state().mode).toBe("stopped");
    store.receiveConnection("live");
    expect(state().mode).toBe("training");
  });
});

describe("pause", () => {
  it("stops a replay without a command, and reports the cursor", () => {
    const { store, time, commands, cursors, state } = player();
    store.seek(20);
    store.play();
    time.pass(1000);
    store.pause();
    expect(state()).toMatchObject({ mode: "stopped", cursor: 30 });
    expect([commands, cursors]).toEqual([[], [30]]);
    time.pass(1000);
    expect([state().cursor, cursors]).toEqual([30, [30]]);
  });

  it("of a training run stops the cursor at once, and goes to the head when the kernel has stopped", () => {
    const { store, time, train, report, commands, state } = training();
    train(3);
    store.pause();
    expect(commands).toEqual([{ command: "pause" }]);
    expect(state()).toMatchObject({ mode: "stopped", cursor: 99 });
    train(1);
    time.pass(500);
    expect(state().cursor).toBe(99);
    report({ state: "paused" });
    expect(state()).toMatchObject({ mode: "stopped", cursor: 103 });
    train(1);
    expect(state().cursor).toBe(104);
  });

  it("of a replay does not stop the training; a second press does", () => {
    const { store, commands } = training();
    store.seek(20);
    store.play();
    store.pause();
    expect(commands).toEqual([]);
    store.pause();
    expect(commands).toEqual([{ command: "pause" }]);
  });

  it("cancelled before the kernel has stopped continues the training", () => {
    const { store, train, commands, state } = training();
    train(3);
    store.pause();
    store.play();
    expect(commands.map(({ command }) => command)).toEqual(["pause", "play"]);
    expect(state().mode).toBe("training");
  });

  it("followed by a seek and play replays from there", () => {
    const { store, commands, state } = training();
    store.pause();
    store.seek(20);
    store.play();
    expect(commands.map(({ command }) => command)).toEqual(["pause"]);
    expect(state().mode).toBe("replaying");
  });

  it("is sent while a play is pending", () => {
    const { store, commands } = player();
    store.toggle();
    store.toggle();
    store.toggle();
    expect(commands.map(({ command }) => command)).toEqual(["play", "pause", "play"]);
  });

  it("does nothing while stopped", () => {
    const { store, commands, cursors } = player();
    store.pause();
    expect([commands, cursors]).toEqual([[], []]);
  });

  it("no longer holds the cursor when the kernel is gone", () => {
    const { store, train, state } = training();
    train(3);
    store.pause();
    store.receiveConnection("gone");
    expect(state().cursor).toBe(102);
  });

  it("is what toggle does during playback, and play otherwise", () => {
    const { store, state } = player();
    store.seek(20);
    store.toggle();
    expect(state().mode).toBe("replaying");
    store.toggle();
    expect(state().mode).toBe("stopped");
  });
});

describe("a step", () => {
  it("behind the head moves the cursor, within the recording", () => {
    const { store, commands, state } = player();
    store.seek(95);
    store.step(1);
    expect(state().cursor).toBe(96);
    store.step(10);
    expect(state().cursor).toBe(99);
    store.step(-1);
    expect(state().cursor).toBe(98);
    store.step(-200);
    expect(state().cursor).toBe(0);
    expect(commands).toEqual([]);
  });

  it("at the head train, and the cursor follows", () => {
    const { store, train, commands, state } = player();
    store.step(1);
    store.step(10);
    expect(commands).toEqual([
      { command: "step", n: 1 },
      { command: "step", n: 10 },
    ]);
    expect(state().cursor).toBe(99);
    train(11);
    expect(state().cursor).toBe(110);
  });

  it("with nothing recorded train the first epoch", () => {
    const { store, train, state } = player(0);
    store.step(1);
    train(1);
    expect(state()).toEqual({ mode: "stopped", cursor: 0, head: 0 });
  });

  it("ends a replay", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    time.pass(100);
    store.step(-1);
    expect(state()).toMatchObject({ mode: "stopped", cursor: 20 });
  });

  it("forward does nothing during training, and backward leaves the head", () => {
    const { store, train, commands, state } = training();
    train(3);
    store.step(1);
    expect(state()).toMatchObject({ mode: "training", cursor: 99 });
    store.step(-1);
    expect(state()).toMatchObject({ mode: "stopped", cursor: 98 });
    expect(commands).toEqual([]);
  });

  it("at the head of a recording does nothing", () => {
    const { store, commands, state } = player(100, { source: "recording" });
    store.step(1);
    expect([commands, state().cursor]).toEqual([[], 99]);
  });

  it("of zero does nothing", () => {
    const { store, commands } = player();
    store.step(0);
    expect(commands).toEqual([]);
  });
});

describe("a seek", () => {
  it("goes to the nearest recorded epoch", () => {
    const { store, state } = player();
    for (const [asked, shown] of [
      [40.4, 40],
      [-7, 0],
      [1e9, 99],
      [Number.NEGATIVE_INFINITY, 0],
    ] as const) {
      store.seek(asked);
      expect(state().cursor).toBe(shown);
    }
    store.seek(5);
    store.seek(Number.NaN);
    expect(state().cursor).toBe(5);
  });

  it("with nothing recorded does nothing", () => {
    const { store, state } = player(0);
    store.seek(3);
    store.toStart();
    store.toHead();
    expect(state().cursor).toBe(-1);
  });

  it("during a replay continues from there", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    time.pass(100);
    store.seek(60);
    time.pass(1020);
    expect(state()).toMatchObject({ mode: "replaying", cursor: 70 });
  });

  it("to the start or the head has its own method", () => {
    const { store, state } = player();
    store.toStart();
    expect(state().cursor).toBe(0);
    store.play();
    store.toHead();
    expect(state()).toMatchObject({ mode: "stopped", cursor: 99 });
  });
});

describe("the speed", () => {
  it("is sent to the kernel only during training", () => {
    const { store, commands, report } = player();
    store.setSpeed(20);
    expect(commands).toEqual([]);
    report({ state: "training", speed: 20 });
    store.setSpeed(30);
    store.setSpeed(Number.POSITIVE_INFINITY);
    expect(commands).toEqual([
      { command: "speed", speed: 30 },
      { command: "speed", speed: null },
    ]);
  });

  it("set by Python is used", () => {
    const { store, report } = training();
    report({ speed: 5 });
    expect(store.speed.value).toBe(5);
  });

  it("chosen while stopped is kept if a status changes other fields", () => {
    const { store, report } = player();
    store.setSpeed(20);
    report({ state: "finished" });
    expect(store.speed.value).toBe(20);
  });

  it("chosen while stopped is replaced by that of Python", () => {
    const { store, report } = player();
    store.setSpeed(20);
    report({ speed: 5 });
    expect(store.speed.value).toBe(5);
  });

  it("does not jump back to a value that the viewer has changed since", () => {
    const { store, report } = training();
    store.setSpeed(20);
    store.setSpeed(40);
    report({ speed: 20 });
    expect(store.speed.value).toBe(40);
    report({ speed: 40 });
    report({ speed: 15 });
    expect(store.speed.value).toBe(15);
  });

  it("that the kernel never confirmed is forgotten when training stops", () => {
    const { store, report } = training();
    store.setSpeed(20);
    report({ state: "paused" });
    report({ speed: 5 });
    expect(store.speed.value).toBe(5);
  });

  it("must be positive", () => {
    const { store } = player();
    for (const speed of [0, -3, Number.NaN]) store.setSpeed(speed);
    expect(store.speed.value).toBe(10);
  });
});

describe("changes of the run", () => {
  it("use the cursor", () => {
    const { store, commands } = player();
    store.seek(40);
    store.rewind();
    store.branch(0.01);
    store.switchTo(3);
    store.reset();
    expect(commands).toEqual([
      { command: "rewind", epoch: 40 },
      { command: "branch", epoch: 40, lr: 0.01 },
      { command: "switch_to", branch: 3 },
      { command: "reset" },
    ]);
  });

  it("do nothing if nothing is recorded", () => {
    const { store, commands } = player(0);
    store.rewind();
    store.branch(0.01);
    expect(commands).toEqual([]);
  });

  it("end a replay", () => {
    const { store, state } = player();
    store.seek(40);
    store.play();
    store.rewind();
    expect(state().mode).toBe("stopped");
  });

  it("move a cursor beyond the new head to the head, which it then follows", () => {
    const { cut, train, state } = player();
    cut(41);
    expect(state()).toEqual({ mode: "stopped", cursor: 40, head: 40 });
    train(2);
    expect(state().cursor).toBe(42);
  });

  it("at the cursor make it follow the head", () => {
    const { store, cut, train, state } = player();
    store.seek(40);
    cut(41);
    train(2);
    expect(state()).toEqual({ mode: "stopped", cursor: 42, head: 42 });
  });

  it("beyond the cursor leave it where it is", () => {
    const { store, cut, state } = player();
    store.seek(20);
    cut(41, 30);
    expect(state()).toEqual({ mode: "stopped", cursor: 20, head: 70 });
  });

  it("that discard all epochs show nothing, even during a replay", () => {
    const { store, time, cut, state } = player();
    store.seek(20);
    store.play();
    cut(0);
    time.pass(100);
    expect(state()).toEqual({ mode: "stopped", cursor: -1, head: -1 });
  });
});

describe("run until", () => {
  it("goes to the head and trains", () => {
    const { store, commands, state } = player();
    store.seek(20);
    store.runUntil({ loss: 0.5 });
    expect(commands).toEqual([{ command: "play", speed: 10, until: { loss: 0.5 } }]);
    expect(state().cursor).toBe(99);
  });

  it("changes the goal of a training run", () => {
    const { store, commands, state } = training();
    store.runUntil({ all_correct: true });
    expect(commands).toEqual([{ command: "play", speed: 10, until: { all_correct: true } }]);
    expect(state().mode).toBe("training");
  });

  it("does nothing if the run cannot continue", () => {
    const { store, commands, state } = player(100, { source: "recording" });
    store.seek(20);
    store.runUntil({ epochs: 400 });
    expect([commands, state().cursor]).toEqual([[], 20]);
  });
});

describe("Python", () => {
  it("receives the cursor once, after it has stopped", () => {
    const { store, time, cursors } = player();
    store.seek(20);
    time.pass(REPORT_DELAY_MS - 20);
    store.seek(30);
    time.pass(REPORT_DELAY_MS - 20);
    expect(cursors).toEqual([]);
    time.pass(50);
    expect(cursors).toEqual([30]);
    time.pass(1000);
    store.dragging.value = true;
    store.dragging.value = false;
    time.pass(1000);
    store.toHead();
    store.seek(30);
    store.play();
    store.pause();
    time.pass(1000);
    expect(cursors).toEqual([30]);
  });

  it("receives no cursor during a drag or a replay", () => {
    const { store, time, train, report, cursors } = player();
    store.dragging.value = true;
    store.seek(20);
    time.pass(1000);
    store.dragging.value = false;
    store.play();
    time.pass(1000);
    store.toHead();
    report({ state: "training" });
    train(10);
    time.pass(1000);
    expect(cursors).toEqual([]);
    report({ state: "paused" });
    time.pass(1000);
    expect(cursors).toEqual([]);
  });

  it("receives no cursor while the cursor follows the head, nor while a pause is pending", () => {
    const { store, time, train, report, cursors } = training();
    train(3);
    time.pass(1000);
    store.pause();
    time.pass(1000);
    report({ state: "paused" });
    train(1);
    time.pass(1000);
    expect(cursors).toEqual([]);
  });

  it("receives FOLLOW_HEAD when the cursor returns to the head, also during training", () => {
    const { store, time, train, cursors } = training();
    store.seek(40);
    time.pass(1000);
    expect(cursors).toEqual([40]);
    store.toHead();
    for (let i = 0; i < 10; i++) {
      train(1);
      time.pass(100);
    }
    expect(cursors).toEqual([40, FOLLOW_HEAD]);
  });

  it("receives no cursor that it has set", () => {
    const { store, time, cursors } = player();
    store.receiveCursor(30);
    time.pass(1000);
    expect(cursors).toEqual([]);
  });

  it("receives a cursor again that it has changed in between", () => {
    const { store, time, cursors } = player();
    store.seek(30);
    time.pass(200);
    store.receiveCursor(50);
    store.seek(30);
    time.pass(200);
    expect(cursors).toEqual([30, 30]);
  });

  it("can set an epoch that has not arrived yet", () => {
    const { store, time, train, report, state, cursors } = player();
    report({ head: 159 });
    store.receiveCursor(120);
    time.pass(1000);
    train(10);
    time.pass(1000);
    expect(state().cursor).toBe(109);
    train(50);
    expect(state()).toEqual({ mode: "stopped", cursor: 120, head: 159 });
    time.pass(1000);
    expect(cursors).toEqual([]);
  });

  it("can make the cursor follow the head during training", () => {
    const { store, train, report, state } = training();
    train(10);
    store.seek(50);
    report({ speed: 20, head: 105 });
    store.receiveCursor(FOLLOW_HEAD);
    expect(state()).toEqual({ mode: "training", cursor: 109, head: 109 });
  });

  it("can make the cursor follow the head before epochs arrive", () => {
    const { store, time, train, report, state, cursors } = player();
    store.seek(50);
    report({ head: 119 });
    store.receiveCursor(FOLLOW_HEAD);
    time.pass(1000);
    expect([state().cursor, cursors]).toEqual([99, []]);
    train(25);
    expect(state().cursor).toBe(124);
  });

  it("can move the cursor away from the head during training", () => {
    const { store, report, state } = training();
    report({ head: 99 });
    store.receiveCursor(50);
    expect(state()).toMatchObject({ mode: "stopped", cursor: 50 });
  });

  it("cannot move the cursor later if the viewer has moved it since", () => {
    for (const go of [(s: PlayerStore) => s.seek(7), (s: PlayerStore) => s.play(), (s: PlayerStore) => s.step(1)]) {
      const { store, train, state } = player();
      store.receiveCursor(120);
      go(store);
      train(60);
      expect(state().cursor).not.toBe(120);
    }
  });

  it("can end a replay", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    store.receiveCursor(50);
    time.pass(1000);
    expect(state()).toMatchObject({ mode: "stopped", cursor: 50 });
  });

  it("an unreadable recording is shown as an error", () => {
    const { store } = player();
    store.reportUnreadable("damaged recording");
    expect(store.status.value).toMatchObject({ state: "failed", reason: "unreadable", message: "damaged recording" });
  });
});

describe("canTrain", () => {
  it.each([
    [{ source: "trainer", state: "finished" }, true],
    [{ source: "trainer", state: "failed", reason: "diverged" }, true],
    [{ source: "monitor", state: "training" }, true],
    [{ source: "monitor", state: "paused" }, true],
    [{ source: "monitor", state: "finished" }, false],
    [{ source: "monitor", state: "idle" }, false],
    [{ source: "recording", state: "idle" }, false],
  ] as const)("of %j is %s", (status, can) => {
    expect(player(10, status).store.canTrain.value).toBe(can);
  });

  it("needs a connection", () => {
    const { store } = player();
    for (const [connection, can] of [
      ["waiting", true],
      ["gone", false],
      ["live", true],
      ["none", false],
    ] as const) {
      store.receiveConnection(connection);
      expect(store.canTrain.value).toBe(can);
    }
  });
});

describe("a disposed store", () => {
  it("leaves nothing behind", () => {
    const { store, time, cursors } = player();
    store.seek(20);
    store.dispose();
    expect(time.pending).toEqual({ frames: 0, timers: 0 });
    store.seek(30);
    time.pass(1000);
    expect(cursors).toEqual([]);
    store.play();
    expect(time.pending).toEqual({ frames: 0, timers: 0 });
  });

  it("leaves nothing behind during a replay", () => {
    const { store, time } = player();
    store.seek(20);
    store.play();
    store.dispose();
    expect(time.pending).toEqual({ frames: 0, timers: 0 });
  });

  it("requests no frames", () => {
    const { store, time } = player();
    store.seek(20);
    time.pass(1000);
    expect(time.pending).toEqual({ frames: 0, timers: 0 });
  });
});
