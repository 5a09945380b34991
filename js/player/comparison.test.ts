import { describe, expect, it } from "vitest";
import { fakeComparison } from "../testing/comparison";
import { TestKernel } from "../testing/kernel";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import { PlayerStore } from "./store";
import type { Command, Status } from "./types";

describe("a run", () => {
  it("that ended early is shown at its last epoch", () => {
    const { stage, run } = fakeComparison([30, 20]);
    stage.seek(25);
    expect([run(0).store.cursor.value, run(1).store.cursor.value]).toEqual([25, 19]);
  });

  it("is rewound alone, to the epoch that it shows", () => {
    const { stage, run, commands } = fakeComparison([30, 20]);
    stage.seek(25);
    run(1).store.rewind();
    run(0).store.branch(0.5);
    expect(commands).toEqual([
      { by: 1, command: "rewind", epoch: 19 },
      { by: 0, command: "branch", epoch: 25, lr: 0.5 },
    ]);
  });

  it("whose epochs are discarded up to the cursor takes the cursor with it", () => {
    const { stage, run } = fakeComparison([30, 30]);
    stage.seek(25);
    run(1).cut(11);
    expect([stage.cursor.value, stage.front.value, stage.head.value]).toEqual([10, 10, 29]);
  });

  it("whose later epochs are discarded leaves the cursor", () => {
    const { stage, run } = fakeComparison([30, 30]);
    stage.seek(5);
    run(1).cut(11);
    expect(stage.cursor.value).toBe(5);
  });
});

it("a change of all runs is one command", () => {
  const { store, commands } = fakeComparison([30, 20]);
  store.stage.seek(12);
  store.rewindAll();
  store.branchAll(0.5);
  store.resetAll();
  expect(commands).toEqual([
    { by: 0, command: "rewind", epoch: 12, run: null },
    { by: 0, command: "branch", epoch: 12, lr: 0.5, run: null },
    { by: 0, command: "reset", run: null },
  ]);
});

it("the chosen runs are the last one at first, then one or two in order", () => {
  const { store } = fakeComparison([5, 5, 5]);
  const after = (run: number, add = false) => {
    store.choose(run, add);
    return store.chosen.value;
  };
  expect(store.chosen.value).toEqual([2]);
  expect(after(0, true)).toEqual([0, 2]);
  expect(after(1, true)).toEqual([1, 2]);
  expect(after(1, true)).toEqual([2]);
  expect(after(2, true), "one is always chosen").toEqual([2]);
  expect(after(0)).toEqual([0]);
  expect(after(7), "there is no such run").toEqual([0]);
});

/** Whole numbers below n, the same for the same seed. */
function generator(seed: number) {
  let state = seed;
  return (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

type Player = Pick<PlayerStore, "play" | "pause" | "step" | "seek" | "toHead" | "setSpeed" | "loop">;

/** What a viewer does at random, the same for the same numbers. */
function act(player: Player, below: (n: number) => number): void {
  const actions = [
    () => player.play(),
    () => player.pause(),
    () => player.step(below(7) - 3),
    () => player.seek(below(60)),
    () => player.toHead(),
    () => player.setSpeed(1 + below(60)),
    () => {
      player.loop.value = !player.loop.peek();
    },
  ];
  actions[below(actions.length)]?.();
}

const STATES = ["training", "paused", "finished", "failed"] as const;

describe("after any sequence of commands and arrivals", () => {
  it("every run shows the shared cursor's epoch, or its last", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const below = generator(seed);
      const { stage, runs, run, time } = fakeComparison(Array.from({ length: 2 + below(3) }, () => below(30)));
      for (let i = 0; i < 60; i++) {
        const any = run(below(runs.length));
        const events = [
          () => act(stage, below),
          () => any.train(1 + below(4)),
          () => any.cut(below(any.kernel.epochs.length + 1), below(3)),
          () => any.report({ state: STATES[below(4)] as Status["state"] }),
          () => time.pass(below(400)),
        ];
        events[below(events.length)]?.();
        const [cursor, head] = [stage.cursor.peek(), stage.head.peek()];
        const where = `seed ${seed}, event ${i}`;
        expect(cursor, where).toBeLessThanOrEqual(head);
        expect(
          runs.map((each) => each.store.cursor.peek()),
          where,
        ).toEqual(runs.map(({ kernel }) => Math.min(cursor, kernel.head)));
        expect(stage.front.peek(), where).toBeLessThanOrEqual(head);
      }
    }
  });

  it("a comparison of one run is in the state of a player, and sends the same", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const below = generator(seed);
      const { stage, run, time, commands, cursors } = fakeComparison([20]);
      const [sent, reported]: [Command[], number[]] = [[], []];
      const clock = new HandTime();
      const kernel = new TestKernel();
      kernel.train(20);
      const single = new PlayerStore(
        { send: (command) => sent.push(command), setCursor: (cursor) => reported.push(cursor) },
        clock,
      );
      single.receiveStatus(fakeStatus({ speed: 10, state: "paused", head: 19 }));
      single.receiveRecording(kernel.recording());
      for (let i = 0; i < 60; i++) {
        const [kind, n, seeded] = [below(5), below(20), below(2 ** 30)];
        const [revision, before] = [kernel.revision, kernel.epochs.length];
        if (kind === 0) for (const each of [stage, single]) act(each, generator(seeded));
        else if (kind === 1) run(0).train(1 + (n % 4));
        else if (kind === 2) run(0).cut(Math.min(n, before), n % 3);
        else if (kind === 3) {
          const state = STATES[n % 4] as Status["state"];
          run(0).report({ state });
          single.receiveStatus({ ...single.status.peek(), state });
        } else for (const each of [time, clock]) each.pass(n * 20);
        if (kind === 1) kernel.train(1 + (n % 4));
        if (kind === 2) {
          kernel.cut(Math.min(n, before));
          kernel.train(n % 3);
        }
        if (kind === 1 || kind === 2) {
          const { chunk, block } = kernel.chunk(revision, before);
          single.receiveChunk(chunk, block);
        }
        const state = (player: typeof single | typeof stage) =>
          [player.mode, player.cursor, player.head, player.speed, player.canTrain].map((each) => each.peek());
        expect(state(stage), `seed ${seed}, event ${i}`).toEqual(state(single));
        expect(stage.front.peek()).toBe(stage.head.peek());
      }
      expect(commands.map(({ by: _, run: __, ...command }) => command)).toEqual(sent);
      expect(cursors).toEqual([reported]);
    }
  });
});
