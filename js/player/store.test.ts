import { describe, expect, it } from "vitest";
import { FakeKernel } from "../testing/kernel";
import { fakeParts, fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { REST_MS } from "./cursor-reporter";
import type { Command, Kernel } from "./kernel";
import { PlayerStore } from "./store";
import type { Status } from "./types";

/** A store with a recording of so many epochs at rest at its head, and all that it sends. */
function player(epochs = 100, status: Partial<Status> = {}) {
  const commands: Command[] = [];
  const cursors: number[] = [];
  const kernel: Kernel = { send: (command) => commands.push(command), setCursor: (epoch) => cursors.push(epoch) };
  const time = new HandTime();
  const store = new PlayerStore(kernel, time);
  const line = new FakeKernel();
  line.train(epochs);
  store.hearStatus(fakeStatus({ speed: 10, state: epochs > 0 ? "paused" : "idle", head: epochs - 1, ...status }));
  store.hearRecording(line.whole());
  store.hearCursor(epochs - 1);
  /** The kernel says so. */
  const says = (news: Partial<Status>) => store.hearStatus({ ...store.status.peek(), ...news });
  /** The kernel trains so many epochs and sends them. */
  const trains = (n: number) => {
    const known = line.line.length;
    line.train(n);
    const { chunk, block } = line.chunk(line.revision, known);
    store.hearChunk(chunk, block);
  };
  /** The kernel cuts the line. */
  const cuts = (epochs: number, then = 0) => {
    const { revision, line: old } = line;
    line.cut(epochs);
    line.train(then);
    const { chunk, block } = line.chunk(revision, old.length);
    store.hearChunk(chunk, block);
  };
  const state = () => ({ mode: store.mode.peek(), cursor: store.cursor.peek(), head: store.head.peek() });
  return { store, time, line, commands, cursors, says, trains, cuts, state };
}

/** A store that follows a kernel in training. */
function training(epochs = 100, speed: number | null = 10) {
  const it = player(epochs);
  it.store.play();
  it.says({ state: "training", speed });
  it.commands.length = 0;
  return it;
}

describe("a chunk without a recording to go on from", () => {
  it("has to be asked for", () => {
    const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, new HandTime());
    const { chunk, block } = new FakeKernel().chunk(0, 0);
    expect(store.hearChunk(chunk, block)).toBe("ask");
    expect(store.version.value).toBe(0);
  });
});

describe("at first", () => {
  it("there is nothing to show", () => {
    const { store, state } = player(0);
    expect(state()).toEqual({ mode: "rest", cursor: -1, head: -1 });
    expect(store.canTrain.value).toBe(true);
  });

  it("a recording is shown at its head, or where Python says", () => {
    const { store, state } = player(100);
    expect(state()).toEqual({ mode: "rest", cursor: 99, head: 99 });
    store.hearCursor(40);
    expect(state().cursor).toBe(40);
  });

  it("the kernel's speed is taken over, and null is as fast as it trains", () => {
    expect(player(3, { speed: 24 }).store.speed.value).toBe(24);
    expect(player(3, { speed: null }).store.speed.value).toBe(Number.POSITIVE_INFINITY);
  });

  it("the version tells of every change of the recording", () => {
    const { store, trains } = player(3);
    const before = store.version.value;
    trains(1);
    expect(store.version.value).toBeGreaterThan(before);
    expect(store.recording.value?.epochs).toBe(4);
  });
});

describe("play behind the head", () => {
  it("replays at the chosen speed, with no message", () => {
    const { store, time, commands, cursors, state } = player();
    store.seek(20);
    store.play();
    time.pass(1000);
    expect(state()).toEqual({ mode: "replaying", cursor: 30, head: 99 });
    expect([commands, cursors]).toEqual([[], []]);
  });

  it("shows one epoch in every frame: what is drawn then and what changes at once", () => {
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

  it("ends at the head, and rests there", () => {
    const { store, time, state } = player();
    store.seek(95);
    store.play();
    time.pass(1000);
    expect(state()).toEqual({ mode: "rest", cursor: 99, head: 99 });
    expect(time.pending.frames).toBe(0);
  });

  it("goes on with the training when it reaches the head of one", () => {
    const { store, time, trains, state } = training();
    store.seek(95);
    store.play();
    expect(state().mode).toBe("replaying");
    time.pass(600);
    expect(state()).toEqual({ mode: "training", cursor: 99, head: 99 });
    expect(time.pending.frames, "at the head there is nothing to draw").toBe(0);
    trains(1);
    time.pass(200);
    expect(state().cursor).toBe(100);
  });

  it("in a loop begins again, without end", () => {
    const { store, time, state } = player(10);
    store.loop.value = true;
    store.seek(5);
    store.play();
    time.pass(850);
    expect(state()).toEqual({ mode: "replaying", cursor: 3, head: 9 });
  });

  it("in a loop still goes on with a training", () => {
    const { store, time, state } = training();
    store.loop.value = true;
    store.seek(98);
    store.play();
    time.pass(300);
    expect(state().mode).toBe("training");
  });

  it("pressed twice is pressed once", () => {
    const { store, time, commands, state } = player();
    store.seek(20);
    store.play();
    time.pass(500);
    store.play();
    time.pass(500);
    expect(state().cursor).toBe(30);
    expect(commands).toEqual([]);
  });

  it("waits while the cursor is dragged, and goes on from where it is let go", () => {
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

  it("changes its pace with the speed, and tells nobody", () => {
    const { store, time, commands, state } = player();
    store.seek(20);
    store.play();
    store.setSpeed(20);
    time.pass(1000);
    expect(state().cursor).toBe(40);
    expect(commands).toEqual([]);
  });

  it("stands still in a hidden page", () => {
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
  it("trains at the chosen speed", () => {
    const { store, commands } = player();
    store.setSpeed(Number.POSITIVE_INFINITY);
    store.play();
    expect(commands).toEqual([{ command: "play", speed: null, until: null }]);
  });

  it("is training when the kernel says so, and not before", () => {
    const { store, says, state } = player();
    store.play();
    expect(state().mode).toBe("rest");
    says({ state: "training" });
    expect(state().mode).toBe("training");
  });

  it("with nothing recorded trains too, and shows the first epoch", () => {
    const { store, time, commands, says, trains, state } = player(0);
    store.play();
    expect(commands).toHaveLength(1);
    says({ state: "training" });
    trains(1);
    time.pass(20);
    expect(state()).toEqual({ mode: "training", cursor: 0, head: 0 });
  });

  it("pressed twice is sent once, until the kernel has answered", () => {
    const { store, commands, says } = player();
    store.play();
    store.play();
    expect(commands).toHaveLength(1);
    says({ message: "not now" });
    store.play();
    expect(commands).toHaveLength(2);
  });

  it.each(["none", "gone"] as const)("with a kernel that is %s shows the film again", (connection) => {
    const { store, time, commands, state } = player();
    store.hearConnection(connection);
    store.play();
    expect(state()).toMatchObject({ mode: "replaying", cursor: 0 });
    time.pass(1000);
    expect(state().cursor).toBe(10);
    expect(commands).toEqual([]);
  });

  it("of a recording without a kernel shows the film again", () => {
    const { store, state } = player(100, { source: "recording" });
    store.play();
    expect(store.canTrain.value).toBe(false);
    expect(state()).toMatchObject({ mode: "replaying", cursor: 0 });
  });

  it("of a run that diverged shows the film again: it cannot go on", () => {
    const { store, commands, state } = player(100, { state: "failed", reason: "diverged" });
    store.play();
    expect(commands).toEqual([]);
    expect(state().mode).toBe("replaying");
  });

  it("with nothing recorded and no kernel does nothing", () => {
    const { store, commands, state } = player(0);
    store.hearConnection("none");
    store.play();
    expect([state().mode, commands]).toEqual(["rest", []]);
  });

  it("that nobody will ever answer shows the film when that is known", () => {
    const { store, state } = player();
    store.play();
    store.hearConnection("none");
    expect(state()).toMatchObject({ mode: "replaying", cursor: 0 });
  });

  it("is still taken back by a second press while the kernel is waited for", () => {
    const { store, commands } = player();
    store.toggle();
    store.hearConnection("waiting");
    store.toggle();
    expect(commands.map(({ command }) => command)).toEqual(["play", "pause"]);
  });

  it("that went unanswered because the kernel is gone is forgotten", () => {
    const { store, commands, state } = player();
    store.play();
    store.hearConnection("gone");
    expect(state().mode).toBe("rest");
    store.hearConnection("live");
    store.play();
    expect(commands).toHaveLength(2);
  });
});

describe("following a training", () => {
  it("moves epoch by epoch, though they come three at a time", () => {
    const { store, time, trains } = training(100, 60);
    const seen: number[] = [];
    store.cursor.subscribe((epoch) => seen.push(epoch));
    for (let i = 0; i < 20; i++) {
      trains(3);
      time.pass(50);
    }
    expect(seen.every((epoch, i) => i === 0 || epoch - (seen[i - 1] as number) === 1)).toBe(true);
    expect(seen.at(-1)).toBeGreaterThan(150);
  });

  it("shows each in its time when they come one by one, and asks for no frames while it waits", () => {
    const { store, time, trains } = training(100, 2);
    const seen: [number, number][] = [];
    store.cursor.subscribe((epoch) => seen.push([epoch, time.now()]));
    time.pass(500);
    for (let i = 0; i < 5; i++) {
      trains(1);
      time.pass(100);
      expect(time.pending.frames).toBe(0);
      time.pass(400);
    }
    expect(seen.slice(-4).map(([epoch]) => epoch)).toEqual([101, 102, 103, 104]);
    for (const [epoch, at] of seen.slice(-4)) expect((at - 1000) % 500, `epoch ${epoch}`).toBeLessThan(50);
  });

  it("as fast as it trains is at the head with every frame", () => {
    const { time, trains, state } = training(100, null);
    trains(70);
    time.pass(20);
    expect(state().cursor).toBe(169);
  });

  it("leaves the cursor in the hand that drags it", () => {
    const { store, time, trains, state } = training(100, null);
    store.dragging.value = true;
    store.seek(99);
    trains(50);
    time.pass(100);
    expect(state().cursor).toBe(99);
    store.dragging.value = false;
    time.pass(20);
    expect(state().cursor).toBe(149);
  });

  it("ends at the head when the kernel has finished", () => {
    const { trains, says, state } = training();
    trains(50);
    says({ state: "finished" });
    expect(state()).toEqual({ mode: "rest", cursor: 149, head: 149 });
  });

  it("goes along with what is trained in a cell", () => {
    const { trains, state } = player();
    trains(5);
    expect(state()).toEqual({ mode: "rest", cursor: 104, head: 104 });
  });

  it("ends where the viewer looks elsewhere: the cursor stays where it was put", () => {
    const { store, time, trains, says, state, commands } = training();
    store.seek(40);
    trains(10);
    time.pass(1000);
    says({ state: "finished" });
    expect(state()).toEqual({ mode: "rest", cursor: 40, head: 109 });
    expect(commands).toEqual([]);
  });

  it.each([
    ["toHead", (store: PlayerStore) => store.toHead()],
    ["a seek to the head", (store: PlayerStore) => store.seek(99)],
  ])("is taken up again by %s", (_, go) => {
    const { store, state } = training();
    store.seek(40);
    expect(state().mode).toBe("rest");
    go(store);
    expect(state()).toMatchObject({ mode: "training", cursor: 99 });
  });

  it("is not training while the kernel is gone, and is again when it is back", () => {
    const { store, state } = training();
    store.hearConnection("waiting");
    expect(state().mode).toBe("training");
    store.hearConnection("gone");
    expect(state().mode).toBe("rest");
    store.hearConnection("live");
    expect(state().mode).toBe("training");
  });
});

describe("pause", () => {
  it("stops a replay where it is, tells no kernel to, but tells Python where", () => {
    const { store, time, commands, cursors, state } = player();
    store.seek(20);
    store.play();
    time.pass(1000);
    store.pause();
    expect(state()).toMatchObject({ mode: "rest", cursor: 30 });
    expect([commands, cursors]).toEqual([[], [30]]);
    time.pass(1000);
    expect([state().cursor, cursors]).toEqual([30, [30]]);
  });

  it("of a training stops the cursor at once, and goes to the head when the kernel has stopped", () => {
    const { store, time, trains, says, commands, state } = training();
    trains(3);
    store.pause();
    expect(commands).toEqual([{ command: "pause" }]);
    expect(state()).toMatchObject({ mode: "rest", cursor: 99 });
    trains(1);
    time.pass(500);
    expect(state().cursor).toBe(99);
    says({ state: "paused" });
    expect(state()).toMatchObject({ mode: "rest", cursor: 103 });
    trains(1);
    expect(state().cursor).toBe(104);
  });

  it("of a replay leaves the training behind it alone, and pressed again stops that", () => {
    const { store, commands } = training();
    store.seek(20);
    store.play();
    store.pause();
    expect(commands).toEqual([]);
    store.pause();
    expect(commands).toEqual([{ command: "pause" }]);
  });

  it("taken back before the kernel has heard it goes on training", () => {
    const { store, trains, commands, state } = training();
    trains(3);
    store.pause();
    store.play();
    expect(commands.map(({ command }) => command)).toEqual(["pause", "play"]);
    expect(state().mode).toBe("training");
  });

  it("does not turn a play elsewhere into one at the head", () => {
    const { store, commands, state } = training();
    store.pause();
    store.seek(20);
    store.play();
    expect(commands.map(({ command }) => command)).toEqual(["pause"]);
    expect(state().mode).toBe("replaying");
  });

  it("overtakes a play that is still on its way", () => {
    const { store, commands } = player();
    store.toggle();
    store.toggle();
    store.toggle();
    expect(commands.map(({ command }) => command)).toEqual(["play", "pause", "play"]);
  });

  it("at rest does nothing", () => {
    const { store, commands, cursors } = player();
    store.pause();
    expect([commands, cursors]).toEqual([[], []]);
  });

  it("that the kernel never hears lets go of the cursor when it is gone", () => {
    const { store, trains, state } = training();
    trains(3);
    store.pause();
    store.hearConnection("gone");
    expect(state().cursor).toBe(102);
  });

  it("is what toggle does while something moves, and play otherwise", () => {
    const { store, state } = player();
    store.seek(20);
    store.toggle();
    expect(state().mode).toBe("replaying");
    store.toggle();
    expect(state().mode).toBe("rest");
  });
});

describe("a step", () => {
  it("behind the head moves the cursor, and never beyond either end", () => {
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

  it("at the head trains, and the cursor goes to what comes of it", () => {
    const { store, trains, commands, state } = player();
    store.step(1);
    store.step(10);
    expect(commands).toEqual([
      { command: "step", n: 1 },
      { command: "step", n: 10 },
    ]);
    expect(state().cursor).toBe(99);
    trains(11);
    expect(state().cursor).toBe(110);
  });

  it("with nothing recorded trains the first epoch", () => {
    const { store, trains, state } = player(0);
    store.step(1);
    trains(1);
    expect(state()).toEqual({ mode: "rest", cursor: 0, head: 0 });
  });

  it("ends a replay", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    time.pass(100);
    store.step(-1);
    expect(state()).toMatchObject({ mode: "rest", cursor: 20 });
  });

  it("forward has no meaning while it trains, and backward leaves the head", () => {
    const { store, trains, commands, state } = training();
    trains(3);
    store.step(1);
    expect(state()).toMatchObject({ mode: "training", cursor: 99 });
    store.step(-1);
    expect(state()).toMatchObject({ mode: "rest", cursor: 98 });
    expect(commands).toEqual([]);
  });

  it("at the head of what cannot go on does nothing", () => {
    const { store, commands, state } = player(100, { source: "recording" });
    store.step(1);
    expect([commands, state().cursor]).toEqual([[], 99]);
  });

  it("of nothing is nothing", () => {
    const { store, commands } = player();
    store.step(0);
    expect(commands).toEqual([]);
  });
});

describe("a seek", () => {
  it("goes to a whole epoch that there is", () => {
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

  it("with nothing recorded stays at nothing", () => {
    const { store, state } = player(0);
    store.seek(3);
    store.toStart();
    store.toHead();
    expect(state().cursor).toBe(-1);
  });

  it("in a replay goes on from there", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    time.pass(100);
    store.seek(60);
    time.pass(1020);
    expect(state()).toMatchObject({ mode: "replaying", cursor: 70 });
  });

  it("to the start or the head is a word of its own", () => {
    const { store, state } = player();
    store.toStart();
    expect(state().cursor).toBe(0);
    store.play();
    store.toHead();
    expect(state()).toMatchObject({ mode: "rest", cursor: 99 });
  });
});

describe("the speed", () => {
  it("goes to a kernel that trains, and only then", () => {
    const { store, commands, says } = player();
    store.setSpeed(20);
    expect(commands).toEqual([]);
    says({ state: "training", speed: 20 });
    store.setSpeed(30);
    store.setSpeed(Number.POSITIVE_INFINITY);
    expect(commands).toEqual([
      { command: "speed", speed: 30 },
      { command: "speed", speed: null },
    ]);
  });

  it("that Python changes is ours too", () => {
    const { store, says } = training();
    says({ speed: 5 });
    expect(store.speed.value).toBe(5);
  });

  it("that the viewer chose at rest is not undone by other news", () => {
    const { store, says } = player();
    store.setSpeed(20);
    says({ state: "finished" });
    expect(store.speed.value).toBe(20);
  });

  it("that the viewer chose at rest does not stand against Python's", () => {
    const { store, says } = player();
    store.setSpeed(20);
    says({ speed: 5 });
    expect(store.speed.value).toBe(5);
  });

  it("does not jump back to what the kernel has heard so far while a slider is dragged", () => {
    const { store, says } = training();
    store.setSpeed(20);
    store.setSpeed(40);
    says({ speed: 20 });
    expect(store.speed.value).toBe(40);
    says({ speed: 40 });
    says({ speed: 15 });
    expect(store.speed.value).toBe(15);
  });

  it("that the kernel never took up is forgotten with its training", () => {
    const { store, says } = training();
    store.setSpeed(20);
    says({ state: "paused" });
    says({ speed: 5 });
    expect(store.speed.value).toBe(5);
  });

  it("must be one", () => {
    const { store } = player();
    for (const speed of [0, -3, Number.NaN]) store.setSpeed(speed);
    expect(store.speed.value).toBe(10);
  });
});

describe("changes of the line", () => {
  it("act at the cursor", () => {
    const { store, commands } = player();
    store.seek(40);
    store.rewind();
    store.branch(0.01);
    store.returnTo(3);
    store.reset();
    expect(commands).toEqual([
      { command: "rewind", epoch: 40 },
      { command: "branch", epoch: 40, lr: 0.01 },
      { command: "return", ghost: 3 },
      { command: "reset" },
    ]);
  });

  it("with nothing recorded have nowhere to go back to", () => {
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
    expect(state().mode).toBe("rest");
  });

  it("take the cursor to the new head when it is beyond, and along with what comes next", () => {
    const { cuts, trains, state } = player();
    cuts(41);
    expect(state()).toEqual({ mode: "rest", cursor: 40, head: 40 });
    trains(2);
    expect(state().cursor).toBe(42);
  });

  it("at the cursor make it the head, which it then follows", () => {
    const { store, cuts, trains, state } = player();
    store.seek(40);
    cuts(41);
    trains(2);
    expect(state()).toEqual({ mode: "rest", cursor: 42, head: 42 });
  });

  it("beyond the cursor leave it where it is", () => {
    const { store, cuts, state } = player();
    store.seek(20);
    cuts(41, 30);
    expect(state()).toEqual({ mode: "rest", cursor: 20, head: 70 });
  });

  it("to nothing show nothing, even in a replay", () => {
    const { store, time, cuts, state } = player();
    store.seek(20);
    store.play();
    cuts(0);
    time.pass(100);
    expect(state()).toEqual({ mode: "rest", cursor: -1, head: -1 });
  });
});

describe("run until", () => {
  it("goes to the head and trains to there", () => {
    const { store, commands, state } = player();
    store.seek(20);
    store.runUntil({ loss: 0.5 });
    expect(commands).toEqual([{ command: "play", speed: 10, until: { loss: 0.5 } }]);
    expect(state().cursor).toBe(99);
  });

  it("changes the goal of a training", () => {
    const { store, commands, state } = training();
    store.runUntil({ all_right: true });
    expect(commands).toEqual([{ command: "play", speed: 10, until: { all_right: true } }]);
    expect(state().mode).toBe("training");
  });

  it("needs a run that can go on", () => {
    const { store, commands, state } = player(100, { source: "recording" });
    store.seek(20);
    store.runUntil({ epochs: 400 });
    expect([commands, state().cursor]).toEqual([[], 20]);
  });
});

describe("Python", () => {
  it("hears of the cursor when it has rested a moment, once", () => {
    const { store, time, cursors } = player();
    store.seek(20);
    time.pass(REST_MS - 20);
    store.seek(30);
    time.pass(REST_MS - 20);
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

  it("does not hear of it during a drag, a replay or a training", () => {
    const { store, time, trains, says, cursors } = player();
    store.dragging.value = true;
    store.seek(20);
    time.pass(1000);
    store.dragging.value = false;
    store.play();
    time.pass(1000);
    store.toHead();
    says({ state: "training" });
    trains(10);
    time.pass(1000);
    expect(cursors).toEqual([]);
    says({ state: "paused" });
    time.pass(REST_MS + 1);
    expect(cursors).toEqual([109]);
  });

  it("does not hear of it while a pause is on its way", () => {
    const { store, time, trains, says, cursors } = training();
    trains(3);
    time.pass(150);
    store.pause();
    time.pass(1000);
    expect(cursors).toEqual([]);
    says({ state: "paused" });
    time.pass(REST_MS + 1);
    expect(cursors).toEqual([102]);
  });

  it("does not hear back what it said itself", () => {
    const { store, time, cursors } = player();
    store.hearCursor(30);
    time.pass(1000);
    expect(cursors).toEqual([]);
  });

  it("hears again of a cursor that came back to where it was", () => {
    const { store, time, cursors } = player();
    store.seek(30);
    time.pass(200);
    store.hearCursor(50);
    store.seek(30);
    time.pass(200);
    expect(cursors).toEqual([30, 30]);
  });

  it("may ask for an epoch that has not come yet: it is shown when it comes", () => {
    const { store, time, trains, says, state, cursors } = player();
    says({ head: 159 });
    store.hearCursor(120);
    time.pass(1000);
    trains(10);
    time.pass(1000);
    expect(state().cursor).toBe(109);
    trains(50);
    expect(state()).toEqual({ mode: "rest", cursor: 120, head: 159 });
    time.pass(1000);
    expect(cursors).toEqual([]);
  });

  it("that goes to its own head means ours, though epochs have come since", () => {
    const { store, trains, says, state } = training();
    trains(10);
    says({ speed: 20, head: 105 });
    store.hearCursor(105);
    expect(state()).toEqual({ mode: "training", cursor: 109, head: 109 });
  });

  it("that goes to its own head takes the cursor along when the epochs come late", () => {
    const { store, time, trains, says, state, cursors } = player();
    says({ head: 119 });
    store.hearCursor(119);
    time.pass(1000);
    expect([state().cursor, cursors]).toEqual([99, []]);
    trains(25);
    expect(state().cursor).toBe(124);
  });

  it("that goes elsewhere in a training leaves its head", () => {
    const { store, says, state } = training();
    says({ head: 99 });
    store.hearCursor(50);
    expect(state()).toMatchObject({ mode: "rest", cursor: 50 });
  });

  it("is not obeyed later when the viewer has gone elsewhere since", () => {
    for (const go of [(s: PlayerStore) => s.seek(7), (s: PlayerStore) => s.play(), (s: PlayerStore) => s.step(1)]) {
      const { store, trains, state } = player();
      store.hearCursor(120);
      go(store);
      trains(60);
      expect(state().cursor).not.toBe(120);
    }
  });

  it("ends a replay where it says", () => {
    const { store, time, state } = player();
    store.seek(20);
    store.play();
    store.hearCursor(50);
    time.pass(1000);
    expect(state()).toMatchObject({ mode: "rest", cursor: 50 });
  });

  it("says what is wrong where it cannot be read", () => {
    const { store } = player();
    store.hearTrouble("damaged recording");
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

  it("needs somebody there", () => {
    const { store } = player();
    for (const [connection, can] of [
      ["waiting", true],
      ["gone", false],
      ["live", true],
      ["none", false],
    ] as const) {
      store.hearConnection(connection);
      expect(store.canTrain.value).toBe(can);
    }
  });
});

describe("a store that is disposed of", () => {
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

  it("in the middle of a replay leaves nothing behind either", () => {
    const { store, time } = player();
    store.seek(20);
    store.play();
    store.dispose();
    expect(time.pending).toEqual({ frames: 0, timers: 0 });
  });

  it("or rests asks for no frames", () => {
    const { store, time } = player();
    store.seek(20);
    time.pass(1000);
    expect(time.pending).toEqual({ frames: 0, timers: 0 });
  });

  it("holds a recording made up for demos as well", () => {
    const { store } = player(0);
    store.hearRecording(fakeParts({ epochs: 12 }));
    expect(store.head.value).toBe(11);
  });
});
