import { describe, expect, it } from "vitest";
import { PlayerStore } from "../player/store";
import { FakeModel } from "../testing/model";
import { HandTime } from "../testing/time";
import { connectQuestion } from "./question-link";

const QUESTION = {
  ...{ id: "0123456789ab", generation: 2, kind: "choice", prompt: "?", options: ["a", "b"], run: null, shown: -1 },
  ...{ epoch: 0, tells: 0, answer: [1], why: null, hold: false, round: 1, revealed: false },
};

function connected(traits: Record<string, unknown>) {
  const model = new FakeModel({ question: {}, answers: [], hands: [], ...traits });
  const life = new AbortController();
  const { asked } = new PlayerStore({ send() {}, setCursor() {} }, new HandTime());
  connectQuestion(model, asked, life.signal);
  return { model, asked, life };
}

describe("the question of a model", () => {
  it("is none if the trait is empty, or missing as in an older notebook", () => {
    expect(connected({}).asked.phase.value).toBe("none");
    expect(connected({ question: undefined, answers: undefined, hands: undefined }).asked.phase.value).toBe("none");
  });

  it("is shown, with what Python changes later", () => {
    const { model, asked } = connected({ question: { ...QUESTION, id: "x1" } });
    expect(asked.phase.value).toBe("choosing");
    model.update({ hands: [{ question: "x1", rounds: [[[0, 3]], []] }] });
    expect(asked.hands.value[0]).toEqual([[0, 3]]);
    model.update({ question: { ...QUESTION, id: "x1", revealed: true } });
    expect(asked.covered.value).toBe(false);
    model.update({ question: {} });
    expect(asked.phase.value).toBe("none");
  });

  it("is answered by a message that names the page and the generation, and shown as answered once it comes back", () => {
    const { model, asked } = connected({ question: { ...QUESTION, id: "x2" } });
    asked.choose(1);
    asked.setSure(true);
    asked.commit();
    asked.setHands(0, 4);
    const [answer, hands] = model.sent as [Record<string, unknown>, Record<string, unknown>];
    const rounds = [{ choice: 1, sure: true }];
    expect(answer).toMatchObject({ kind: "answer", question: "x2", generation: 2, rounds, revealed: false });
    expect(hands).toEqual({ kind: "hands", question: "x2", generation: 2, round: 1, counts: [[0, 4]] });
    model.update({ answers: [answer, { ...answer, page: "another" }] });
    expect(asked.pages.value).toBe(2);
    expect(model.sent.length).toBe(2);
  });

  it("is answered once more for a kernel that does not know it, when the page has been reloaded", () => {
    const before = connected({ question: { ...QUESTION, id: "x3" } });
    before.asked.choose(0);
    before.asked.setSure(false);
    before.asked.commit();
    const { model } = connected({ question: { ...QUESTION, id: "x3" } });
    expect(model.sent).toEqual(before.model.sent);
  });

  it("is kept if the channel is closed", () => {
    const { model, asked } = connected({ question: { ...QUESTION, id: "x4" } });
    model.dead = true;
    asked.choose(0);
    asked.setSure(true);
    asked.commit();
    expect(asked.phase.value).toBe("committed");
  });

  it("is not followed any more once the views are removed", () => {
    const { model, asked, life } = connected({});
    life.abort();
    model.update({ question: QUESTION });
    expect([asked.phase.value, model.listeners]).toEqual(["none", 0]);
  });
});
