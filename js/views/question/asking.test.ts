import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import type { Question } from "../../player/question";
import { PlayerStore } from "../../player/store";
import { fakeQuestion } from "../../testing/questions";
import { fakeParts } from "../../testing/recordings";
import { HandTime } from "../../testing/time";
import { languages } from "../../text/words";
import { InspectionChoices } from "../inspection/choices";
import type { View } from "../view";
import { type Asking, answerWithKey, isClosed, watchQuestion } from "./asking";
import { coverStart } from "./cover";
import { QuestionCard } from "./question-card";

/** A player of 60 epochs on a text in which a question is asked; answers need no kernel. */
function asked(fields: Partial<Question> = {}, text = "ab ab") {
  const store = new PlayerStore({ send: () => {}, setCursor: () => {} }, new HandTime());
  store.receiveRecording(fakeParts({ text, epochs: 60 }));
  store.receiveConnection("none");
  const choices = new InspectionChoices();
  const shown: number[] = [];
  const asking: Asking = {
    ...{ asked: store.asked, card: new QuestionCard(), words: languages.en, panel: signal(null) },
    ...{ views: [{ store } as unknown as View], labels: [], choices, showRun: (run) => shown.push(run) },
  };
  const life = new AbortController();
  watchQuestion(asking, life.signal);
  const ask = (more: Partial<Question> = {}) => store.asked.receiveQuestion(fakeQuestion({ ...fields, ...more }));
  const press = (key: string, modifiers: object = {}) =>
    answerWithKey(asking, { key, code: "", repeat: false, ...modifiers } as KeyboardEvent);
  return { store, asking, choices, shown, life, ask, press };
}

/** Questions with an id of their own: the page remembers the answer to each. */
let questions = 0;
const another = () => ({ id: `question ${questions++}` });

describe("the keys of a question", () => {
  it("choose the first nine choices by digit, and commit with Enter once the answer is complete", () => {
    const { store, ask, press } = asked(another());
    ask();
    expect(press("2")).toBe(true);
    expect(store.asked.choice.value).toBe(1);
    expect(press("Enter")).toBe(false); // not said how sure
    store.asked.setSure(true);
    expect(press("Enter")).toBe(true);
    expect(store.asked.phase.value).toBe("committed");
    expect([press("1"), press("Enter")]).toEqual([false, false]);
  });

  it("choose the token that is a digit, whatever its place in the alphabet", () => {
    const { store, ask, press } = asked(another(), "3+1=04");
    ask();
    const chosen = ["3", "1", "0"].map((key) => press(key) && store.asked.choice.value);
    expect(chosen).toEqual(["3", "1", "0"].map((token) => store.recording.value?.alphabet.indexOf(token)));
  });

  it("are left to the player where no choice has the digit, with modifiers, and without a question", () => {
    const { ask, press } = asked(another());
    expect(press("1")).toBe(false);
    ask();
    expect([press("4"), press("0"), press("a")]).toEqual([false, false, false]);
    expect([press("1", { ctrlKey: true }), press("1", { shiftKey: true })]).toEqual([false, false]);
  });

  it("do not commit while a field has a number that cannot be chosen, or while hands are counted", () => {
    const { store, asking, ask, press } = asked({ ...another(), kind: "first_all_correct" });
    ask();
    store.asked.choose(30);
    store.asked.setSure(true);
    for (const hindrance of [asking.card.invalid, asking.card.counting]) {
      hindrance.value = true;
      expect(press("Enter")).toBe(false);
      hindrance.value = false;
    }
    expect(press("Enter")).toBe(true);
  });
});

describe("a covered question", () => {
  it("closes the panels that would tell the answer, but not the picture of the network", () => {
    const { asking, choices, ask } = asked(another());
    choices.open.value = new Set(["free_run", "network", "inside"]);
    asking.panel.value = "branch";
    ask();
    expect([...choices.open.value]).toEqual(["network"]);
    expect(asking.panel.value).toBe(null);
    expect([isClosed(asking.asked, "memory"), isClosed(asking.asked, "network")]).toEqual([true, false]);
    ask({ revealed: true });
    expect(isClosed(asking.asked, "memory")).toBe(false);
  });

  it("covers what follows the last epoch that is shown, and while the answer is replayed what follows the cursor", () => {
    const { store, ask } = asked({ ...another(), shown: 9, epoch: 40 });
    const start = () => coverStart(store.asked, store.cursor.value);
    expect(start()).toBe(null);
    ask();
    store.seek(3);
    expect(start()).toBe(10);
    ask({ revealed: true });
    expect(store.asked.phase.value).toBe("revealing");
    store.seek(20);
    expect(store.asked.phase.value).toBe("revealing");
    expect(start()).toBe(21);
    store.asked.skip();
    expect(start()).toBe(null);
  });

  it("opens the panel that explains the answer once it is revealed, with the cut that was asked about", () => {
    const { store, choices, shown, ask } = asked({ ...another(), kind: "memory_cut", after: 2, what: "h", run: 1 });
    ask();
    ask({ revealed: true });
    store.asked.skip();
    expect([...choices.open.value]).toEqual(["memory"]);
    expect([choices.memory.cut.value, choices.memory.part.value, choices.memory.chosen]).toEqual([2, "h", true]);
    expect(shown).toEqual([1]);
  });

  it("opens the free run with what was given, and without corrections", () => {
    const { store, choices, ask } = asked({ ...another(), kind: "free_run", given: 3 });
    choices.correct(2);
    choices.words.value = "ab";
    ask();
    ask({ revealed: true });
    store.asked.skip();
    expect([...choices.open.value]).toEqual(["free_run"]);
    expect([choices.given.value, choices.corrections.value.size, choices.words.value]).toEqual([3, 0, ""]);
  });

  it("opens no panel when a page is opened after the reveal", () => {
    const { choices, ask } = asked({ ...another(), kind: "free_run", given: 3 });
    ask({ revealed: true });
    expect([...choices.open.value]).toEqual([]);
  });

  it("is shown unfolded when another one is asked", () => {
    const { asking, ask } = asked(another());
    ask();
    asking.card.folded.value = true;
    ask(another());
    expect(asking.card.folded.value).toBe(false);
  });
});
