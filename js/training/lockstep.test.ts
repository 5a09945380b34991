import { describe, expect, it } from "vitest";
import { classic, words } from "../testing/training";
import { ordersOf } from "./lockstep";
import { PageRun } from "./page-run";
import { Trainer } from "./trainer";

/** Runs that end after 10 epochs, and have made so many. */
const runsAt = (...epochs: number[]) =>
  epochs.map((count, run) => {
    const trainer = Trainer.begin({ ...classic, text: "ab ba", cell: "rnn" });
    for (let epoch = 0; epoch < count; epoch++) trainer.train();
    return new PageRun(trainer, run, 10, words);
  });

/** A run whose loss is not finite. */
function diverged() {
  const trainer = Trainer.begin({ ...classic, text: "ab ba", cell: "rnn", output: true, lr: 1e39 });
  while (!trainer.diverged) trainer.train();
  return new PageRun(trainer, 0, 300, words);
}

const play = { command: "play", speed: 12, until: null } as const;
const named = (runs: PageRun[], orders: ReturnType<typeof ordersOf>) =>
  orders.map(([run, order]) => `${runs.indexOf(run)} ${order.command} ${"n" in order ? order.n : ""}`.trim());

describe("a command for all runs", () => {
  it("plays those that are not at their end, and all if every one is", () => {
    const some = runsAt(10, 4);
    expect(named(some, ordersOf(some, play))).toEqual(["0 pause", "1 play"]);
    const all = runsAt(10, 10);
    expect(named(all, ordersOf(all, play))).toEqual(["0 play", "1 play"]);
  });

  it("plays up to an epoch those that are before it", () => {
    const runs = runsAt(10, 4, 7);
    expect(named(runs, ordersOf(runs, { ...play, until: { epochs: 7 } }))).toEqual(["0 pause", "1 play", "2 pause"]);
    expect(named(runs, ordersOf(runs, { ...play, until: { loss: 0.1 } }))).toEqual(["0 pause", "1 play", "2 play"]);
  });

  it("changes only the speed while runs train", () => {
    const runs = runsAt(10, 4);
    runs[1]?.carryOut(play);
    expect(named(runs, ordersOf(runs, play))).toEqual(["0 speed", "1 speed"]);
  });

  it("makes steps from where training goes on", () => {
    const runs = runsAt(10, 4, 6);
    expect(named(runs, ordersOf(runs, { command: "step", n: 1 }))).toEqual(["1 step 1"]);
    expect(named(runs, ordersOf(runs, { command: "step", n: 4 }))).toEqual(["1 step 4", "2 step 2"]);
  });

  it("leaves out a run that diverged", () => {
    const runs = [diverged(), ...runsAt(3)];
    expect(named(runs, ordersOf(runs, play))).toEqual(["0 pause", "1 play"]);
    expect(named(runs, ordersOf(runs, { command: "step", n: 2 }))).toEqual(["1 step 2"]);
  });

  it("is otherwise for all", () => {
    const runs = runsAt(3, 5);
    expect(named(runs, ordersOf(runs, { command: "rewind", epoch: 4 }))).toEqual(["0 rewind", "1 rewind"]);
  });
});
