import { describe, expect, it } from "vitest";
import { TestKernel } from "../testing/kernel";
import { fakeStatus } from "../testing/recordings";
import { HandTime } from "../testing/time";
import type { PageMemory } from "./page-memory";
import type { Answer, Choice, Question } from "./question";
import { RunState } from "./run-state";
import { Stage } from "./stage";
import { PlayerStore } from "./store";
import type { Command } from "./types";

const question = (fields: Partial<Question> = {}): Question => ({
  ...{
    id: "abc",
    generation: 0,
    kind: "prediction",
    prompt: null,
    options: null,
    run: null,
    shown: 9,
    epoch: 40,
    tells: 40,
  },
  ...{ position: 3, after: null, what: null, given: null, by: null, tolerance: null, answer: [2], why: null },
  ...{ hold: false, round: 1, revealed: false },
  axes: { linear: [0, 3, [0, 1, 2, 3]], log: [0.1, 3, [0.1, 1]] },
  ...fields,
});

function memory(): PageMemory {
  const known = new Map<string, string>();
  return { get: (key) => known.get(key) ?? null, set: (key, value) => void known.set(key, value) };
}

/** A page at the head of a recording of 100 epochs, with a question; `kernel`: whether it takes answers. */
function page(fields: Partial<Question> | null = {}, { tab = memory(), epochs = 100, kernel = true } = {}) {
  const time = new HandTime();
  const commands: Command[] = [];
  const run = new RunState();
  const link = { send: (command: Command) => void commands.push(command), setCursor() {} };
  const stage = new Stage([run], link, time, tab);
  const store = new PlayerStore(link, time, run, stage);
  const trained = new TestKernel();
  trained.train(epochs);
  store.receiveStatus(fakeStatus({ speed: 10, state: "paused", head: epochs - 1 }));
  store.receiveRecording(trained.recording());
  store.toHead();
  const { asked } = stage;
  const answers: (Answer & { generation: number })[] = [];
  const raised: unknown[] = [];
  if (kernel)
    asked.outlet = {
      answer: (answer) => answers.push(answer),
      hands: ({ id }, round, counts) => raised.push([id, round, counts]),
    };
  if (fields) asked.receiveQuestion(question(fields));
  const vote = (choice: Choice, sure = true) => {
    asked.choose(choice);
    asked.setSure(sure);
    asked.commit();
  };
  const train = (n: number) => {
    trained.train(n);
    const { chunk, block } = trained.chunk(0, trained.epochs.length - n);
    store.receiveChunk(chunk, block);
  };
  return { stage, store, asked, time, tab, answers, raised, commands, vote, train };
}

describe("without a question", () => {
  it("everything is shown, and nothing can be answered", () => {
    const { asked, store, vote, answers } = page(null);
    vote(1);
    asked.reveal();
    expect([asked.phase.value, asked.covered.value, store.head.value, answers]).toEqual(["none", false, 99, []]);
  });
});

describe("while a question is covered", () => {
  it("the recording has only the epochs that are shown, and the cursor is among them", () => {
    const { store, stage } = page();
    const recording = store.recording.value;
    expect([recording?.epochs, recording?.losses.length, store.head.value, store.cursor.value]).toEqual([10, 10, 9, 9]);
    expect(recording?.events.every(({ epoch }) => epoch <= 9)).toBe(true);
    stage.seek(50);
    stage.toHead();
    expect(store.cursor.value).toBe(9);
  });

  it("a position is learned only by what is shown of it", () => {
    const { store } = page();
    const [shown, all] = [store.recording.value, store.received.value];
    for (let position = 0; position < (all?.positions ?? 0); position++) {
      let since = 10;
      while (since > 0 && all?.isCorrect(since - 1, position)) since--;
      expect(shown?.learnedAt(position)).toBe(since < 10 ? since : -1);
    }
  });

  it("nothing is trained, and a replay ends at the last epoch that is shown", () => {
    const { store, stage, time, commands } = page();
    stage.play();
    stage.step(1);
    expect([store.canTrain.value, commands]).toEqual([false, []]);
    stage.seek(0);
    stage.play();
    time.pass(5000);
    expect([store.cursor.value, stage.mode.value]).toEqual([9, "stopped"]);
  });

  it("epochs that arrive are kept, and not shown", () => {
    const { store, train } = page();
    train(5);
    expect([store.received.value?.epochs, store.recording.value?.epochs, store.cursor.value]).toEqual([105, 10, 9]);
  });

  it("of a run without epochs nothing is shown", () => {
    const { store } = page({ shown: -1 }, { epochs: 0 });
    expect([store.head.value, store.cursor.value]).toEqual([-1, -1]);
  });
});

describe("an answer", () => {
  it("is committed only with a choice and how sure it is, and is locked then", () => {
    const { asked, answers, vote } = page();
    asked.choose(4);
    asked.commit();
    expect(asked.phase.value).toBe("choosing");
    asked.setSure(false);
    asked.commit();
    vote(5);
    expect(asked.phase.value).toBe("committed");
    expect(asked.votes.value).toEqual([{ choice: 4, sure: false }, null]);
    expect(answers).toEqual([
      expect.objectContaining({ question: "abc", rounds: [{ choice: 4, sure: false }], revealed: false }),
    ]);
  });

  it("may be given once more before the reveal, with the first one to begin with", () => {
    const { asked, answers, vote } = page();
    vote(4);
    asked.voteAgain();
    expect([asked.phase.value, asked.round.value, asked.choice.value, asked.sure.value]).toEqual([
      "choosing",
      2,
      4,
      null,
    ]);
    vote(5);
    asked.voteAgain();
    expect([asked.phase.value, asked.round.value]).toEqual(["committed", 2]);
    expect(answers.at(-1)?.rounds).toEqual([
      { choice: 4, sure: true },
      { choice: 5, sure: true },
    ]);
  });

  it("of a page that joins in the second round counts in that round", () => {
    const { asked, vote, answers } = page({ round: 2, hold: true });
    vote(1);
    expect([asked.phase.value, answers.at(-1)?.rounds]).toEqual(["committed", [null, { choice: 1, sure: true }]]);
    expect(asked.counts.value.map((round) => round.length)).toEqual([0, 1]);
  });

  it("is remembered by the page, so that a reload shows it, and sent to a kernel that does not know it", () => {
    const tab = memory();
    page({}, { tab }).vote(4);
    const { asked, answers } = page({}, { tab });
    expect([asked.phase.value, asked.votes.value[0]?.choice]).toEqual(["committed", 4]);
    expect(answers.map(({ rounds }) => rounds)).toEqual([[{ choice: 4, sure: true }]]);
  });

  it("is not sent again to a kernel that knows it", () => {
    const tab = memory();
    const first = page({}, { tab });
    first.vote(4);
    const { asked, answers } = page(null, { tab });
    asked.receiveAnswers(first.answers);
    asked.receiveQuestion(question());
    expect([asked.phase.value, answers]).toEqual(["committed", []]);
  });

  it("is forgotten once the answers were cleared", () => {
    const tab = memory();
    page({}, { tab }).vote(4);
    expect(page({ generation: 1 }, { tab }).asked.phase.value).toBe("choosing");
    const { asked, answers } = page({}, { tab }); // a new kernel counts from 0 again
    expect([asked.phase.value, answers]).toEqual(["choosing", []]);
  });

  it("is kept for a kernel that was restarted after the answers had been cleared, until they are cleared again", () => {
    const tab = memory();
    page({ generation: 1 }, { tab }).vote(4);
    const { asked } = page({ generation: 0 }, { tab });
    expect(asked.phase.value).toBe("committed");
    asked.receiveQuestion(question({ generation: 1 }));
    expect(asked.phase.value).toBe("choosing");
  });

  it("of another page is not taken for one's own, unless it is the only one in a notebook without a kernel", () => {
    const other: Answer = { page: "x", question: "abc", rounds: [{ choice: 1, sure: true }], revealed: false };
    const { asked, store } = page();
    asked.receiveAnswers([other]);
    expect([asked.phase.value, asked.pages.value]).toEqual(["choosing", 1]);
    store.receiveConnection("none");
    expect(asked.phase.value).toBe("committed");
    asked.receiveAnswers([other, { ...other, page: "y" }]);
    expect([asked.phase.value, asked.pages.value]).toEqual(["choosing", 2]);
  });

  it("of several positions is a list in their order", () => {
    const { asked } = page({ kind: "memory_cut", after: 3, answer: [[4, 5]] });
    for (const position of [7, 4, 5, 7]) asked.pickPosition(position);
    expect(asked.choice.value).toEqual([4, 5]);
  });

  it("is no position if the question does not ask for one", () => {
    const { asked } = page();
    asked.pickPosition(3);
    expect(asked.choice.value).toBe(null);
  });
});

describe("the reveal", () => {
  it("needs an answer, replays up to the epoch that tells, and stops there", () => {
    const { asked, stage, store, vote, time } = page();
    asked.reveal();
    expect(asked.covered.value).toBe(true);
    vote(4);
    asked.reveal();
    expect([asked.phase.value, stage.mode.value, store.head.value]).toEqual(["revealing", "replaying", 99]);
    time.pass(60_000);
    expect([asked.phase.value, store.cursor.value, stage.mode.value]).toEqual(["revealed", 40, "stopped"]);
  });

  it("can be skipped, or paused", () => {
    const skipped = page();
    skipped.vote(4);
    skipped.asked.reveal();
    skipped.asked.skip();
    expect([skipped.asked.phase.value, skipped.store.cursor.value, skipped.stage.mode.value]).toEqual([
      "revealed",
      40,
      "stopped",
    ]);
    const paused = page();
    paused.vote(4);
    paused.asked.reveal();
    paused.time.pass(500);
    paused.stage.pause();
    expect(paused.asked.phase.value).toBe("revealed");
  });

  it("of the first epoch with all correct goes to that epoch", () => {
    const { asked, store, vote, time } = page({ kind: "first_all_correct", epoch: 99, tells: 30, answer: [30] });
    vote(20);
    asked.reveal();
    time.pass(60_000);
    expect(store.cursor.value).toBe(30);
  });

  it("trains the epochs that are missing", () => {
    const { asked, vote, commands } = page({ epoch: 149, tells: 149, answer: null });
    vote(4);
    asked.reveal();
    expect(asked.phase.value).toBe("revealing");
    expect(commands).toEqual([expect.objectContaining({ command: "play", until: { epochs: 150 } })]);
  });

  it("without a kernel goes as far as there are epochs", () => {
    const { asked, vote, time, store } = page({ epoch: 149, tells: 149, answer: null });
    store.receiveConnection("none");
    vote(4);
    asked.reveal();
    time.pass(60_000);
    expect([asked.phase.value, store.cursor.value]).toEqual(["revealed", 99]);
  });

  it("is remembered, and not replayed after a reload", () => {
    const tab = memory();
    const first = page({}, { tab });
    first.vote(4);
    first.asked.reveal();
    const { asked, store } = page({}, { tab });
    expect([asked.phase.value, store.cursor.value]).toEqual(["revealed", 99]);
  });

  it("by Python is for all pages, also those that have not answered", () => {
    const { asked, store } = page({ hold: true });
    expect(asked.canReveal.value).toBe(false);
    asked.receiveQuestion(question({ hold: true, revealed: true }));
    expect([asked.phase.value, store.head.value]).toEqual(["revealing", 99]);
  });

  it("waits for Python if the question is held", () => {
    const { asked, vote } = page({ hold: true });
    vote(4);
    asked.reveal();
    asked.voteAgain();
    expect([asked.phase.value, asked.canReveal.value, asked.canVoteAgain.value]).toEqual(["committed", false, false]);
    asked.receiveQuestion(question({ hold: true, round: 2 }));
    expect([asked.phase.value, asked.round.value]).toEqual(["choosing", 2]);
  });

  it("does not come from an answer that becomes known while it is covered", () => {
    const { asked, store, stage } = page({ answer: null });
    stage.seek(3);
    asked.receiveQuestion(question({ answer: [1] }));
    expect([asked.covered.value, store.cursor.value]).toEqual([true, 3]);
  });
});

describe("a show of hands", () => {
  it("counts with the votes, by round, and is enough for a second round and for the reveal", () => {
    const { asked, raised } = page();
    asked.setHands(2, 12);
    asked.setHands(5, 3);
    asked.setHands(2, 11);
    asked.setHands(5, 0);
    expect(asked.counts.value).toEqual([[{ choice: 2, votes: 0, sure: 0, hands: 11 }], []]);
    expect(raised.at(-1)).toEqual(["abc", 1, [[2, 11]]]);
    asked.voteAgain();
    asked.setHands(5, 9);
    expect(asked.hands.value).toEqual([[[2, 11]], [[5, 9]]]);
    asked.reveal();
    expect(asked.covered.value).toBe(false);
  });

  it("of the kernel is shown until this page changes it", () => {
    const { asked } = page();
    asked.receiveHands([{ question: "abc", rounds: [[[1, 4]], []] }]);
    expect(asked.hands.value[0]).toEqual([[1, 4]]);
    asked.setHands(1, 5);
    asked.receiveHands([{ question: "abc", rounds: [[[1, 4]], []] }]);
    expect(asked.hands.value[0]).toEqual([[1, 5]]);
  });
});

describe("a second round that another page begins", () => {
  it("starts with the first vote, and asks again how sure it is", () => {
    const { asked, vote } = page();
    vote(4);
    asked.receiveHands([{ question: "abc", rounds: [[], [[1, 4]]] }]);
    expect([asked.phase.value, asked.round.value, asked.choice.value, asked.sure.value]).toEqual([
      "choosing",
      2,
      4,
      null,
    ]);
  });
});

describe("the votes of all pages", () => {
  it("are counted once for each page, with this one as it is known here", () => {
    const { asked, answers, vote } = page();
    vote(4);
    const mine = answers.at(-1) as Answer;
    const other = (name: string, choice: Choice): Answer => ({
      ...mine,
      page: name,
      rounds: [{ choice, sure: false }],
    });
    asked.receiveAnswers([mine, other("a", 4), other("b", 7), { ...other("c", 7), question: "other" }]);
    expect(asked.pages.value).toBe(3);
    expect(asked.counts.value[0]).toEqual([
      { choice: 4, votes: 2, sure: 1, hands: 0 },
      { choice: 7, votes: 1, sure: 0, hands: 0 },
    ]);
  });
});

describe("the text that can be copied", () => {
  it("has the question without its answer, and what this page has answered", () => {
    const { asked, vote } = page({ why: "because" });
    vote(4);
    const copied = JSON.parse(asked.copyText());
    expect(copied.format).toBe("epochscope-answers");
    expect(Object.keys(copied.questions[0])).not.toEqual(expect.arrayContaining(["answer"]));
    expect(asked.copyText()).not.toContain("because");
    expect(copied.answers[0].rounds).toEqual([{ choice: 4, sure: true }]);
  });
});

describe("the cursor of a covered run", () => {
  it("is an epoch for Python, does not follow what is trained, and stays where it is after the reveal", () => {
    const { asked, stage, store, vote, train } = page({ kind: "free_run", shown: 40, given: 1 });
    stage.toHead();
    train(5);
    vote(3);
    asked.reveal();
    expect([asked.phase.value, store.cursor.value, stage.mode.value]).toEqual(["revealed", 40, "stopped"]);
    train(5);
    expect(store.cursor.value).toBe(40);
  });

  it("follows again if nothing was covered", () => {
    const { asked, store, vote, train } = page({ kind: "choice", shown: 99, epoch: 99, tells: 99 });
    vote(0);
    asked.reveal();
    train(5);
    expect(store.cursor.value).toBe(104);
  });
});

describe("a question that is already revealed", () => {
  it("does not stop a replay", () => {
    const { asked, stage, store, time } = page(null);
    stage.seek(0);
    stage.play();
    asked.receiveQuestion(question({ revealed: true }));
    asked.receiveQuestion(null);
    time.pass(1000);
    expect([stage.mode.value, store.cursor.value]).toEqual(["replaying", 10]);
  });
});

describe("a free question about all that is recorded", () => {
  it("covers nothing, so that the run can be looked into and trained while it is open", () => {
    const { asked, store, vote, train } = page({
      kind: "choice",
      shown: 99,
      epoch: 99,
      tells: 99,
      options: ["a", "b"],
    });
    expect([asked.phase.value, asked.covered.value, store.canTrain.value]).toEqual(["choosing", false, true]);
    vote(1);
    expect([asked.phase.value, asked.canReveal.value, asked.canVoteAgain.value]).toEqual(["committed", true, true]);
    train(3);
    expect(store.cursor.value).toBe(102);
    asked.reveal();
    expect(asked.phase.value).toBe("revealed");
  });
});

describe("the training of a reveal", () => {
  it("ends with the first epoch that tells, if that is one of all runs", () => {
    const until = (fields: Partial<Question>) => {
      const { asked, vote, commands } = page({ ...fields, shown: 9, epoch: 149, tells: 149, answer: null });
      vote(20);
      asked.reveal();
      return commands.map((command) => ("until" in command ? command.until : null));
    };
    expect(until({ kind: "first_all_correct" })).toEqual([{ epochs: 150, all_correct: true }]);
    expect(until({ kind: "which_run", by: "first_all_correct" })).toEqual([{ epochs: 150, all_correct: true }]);
    expect(until({ kind: "first_all_correct", run: 1 })).toEqual([{ epochs: 150 }]);
    expect(until({ kind: "last_learned" })).toEqual([{ epochs: 150 }]);
    expect(until({ kind: "last_learned", by: "first_all_correct" })).toEqual([{ epochs: 150, all_correct: true }]);
  });
});
