import { describe, expect, it } from "vitest";
import { unpackWeights } from "../player/packed-weights";
import { classic, words } from "../testing/training";
import { PageRun } from "./page-run";
import { Trainer } from "./trainer";
import type { FromWorker, ToWorker } from "./types";
import { WeightAnswers } from "./weight-answers";

type Answer = Extract<FromWorker, { kind: "weights" }>;

/** A run of 30 epochs; each look at the clock takes `ms`. */
function asked(ms: number, epochs = 30) {
  const trainer = Trainer.begin(classic);
  for (let epoch = 0; epoch < epochs; epoch++) trainer.train();
  const run = new PageRun(trainer, 0, 300, words);
  const sent: Answer[] = [];
  const later: (() => void)[] = [];
  let now = 0;
  const answers = new WeightAnswers(
    () => [run],
    (message) => sent.push(message as Answer),
    () => {
      now += ms;
      return now;
    },
    (call) => later.push(call),
  );
  const want = (first: number, last: number, revision = run.revision): Extract<ToWorker, { kind: "want" }> => ({
    ...{ kind: "want", run: 0, view: "v", revision, first, last },
  });
  const wait = () => {
    while (later.length > 0) later.shift()?.();
  };
  return { run, trainer, answers, sent, later, want, wait };
}

const epochsOf = async ({ packed }: Answer) => (await unpackWeights(packed, async (bytes) => bytes)).epochs;

describe("the answers to a page that asks for weights", () => {
  it("are as many messages as the time requires", async () => {
    const { answers, sent, want, wait, trainer } = asked(3);
    answers.receive(want(0, 29));
    wait();
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.map(({ message }) => message.complete !== null)).toEqual([...sent.slice(1).map(() => false), true]);
    const all = Array.from({ length: 30 }, (_, epoch) => epoch);
    expect((await Promise.all(sent.map(epochsOf))).flat()).toEqual(all);
    expect(sent.at(-1)?.message.complete).toEqual(all);
    const { weights } = await unpackWeights((sent[0] as Answer).packed, async (bytes) => bytes);
    expect(weights[0]).toEqual(trainer.weightsAt(0));
  });

  it("are of the newest request only", async () => {
    const { answers, sent, later, want, wait } = asked(5);
    answers.receive(want(0, 29));
    later.shift()?.();
    answers.receive(want(25, 29));
    wait();
    const epochs = await Promise.all(sent.slice(1).map(epochsOf));
    expect(epochs.flat()).toEqual([25, 26, 27, 28, 29]);
  });

  it("are not of another revision", () => {
    const { answers, sent, want, wait, run } = asked(1);
    answers.receive(want(0, 5, run.revision - 1));
    wait();
    expect(sent).toEqual([]);
  });

  it("are what is known at once while the run trains at full speed", async () => {
    const { answers, sent, want, wait, run } = asked(1);
    run.carryOut({ command: "play", speed: null, until: null });
    answers.receive(want(0, 5));
    wait();
    expect(sent.map(({ message }) => message.complete)).toEqual([null]);
    expect(await epochsOf(sent[0] as Answer)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
