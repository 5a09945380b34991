/** Connects the traits and messages of questions to their store; the same for the players of a run and of several. */
import type { Answer, Hands, Question } from "../player/question";
import type { Raised } from "../player/question-counts";
import type { Outlet, QuestionStore } from "../player/question-store";
import type { Model } from "./link";

/** The trait is empty without a question. */
const questionOf = (value: unknown): Question | null =>
  typeof (value as Question | null)?.id === "string" ? (value as Question) : null;

const listOf = <Item>(value: unknown): readonly Item[] => (Array.isArray(value) ? (value as Item[]) : []);

class QuestionOutlet implements Outlet {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  answer(answer: Answer & { generation: number }): void {
    this.#send({ kind: "answer", ...answer });
  }

  hands({ id, generation }: Question, round: number, counts: readonly Raised[]): void {
    this.#send({ kind: "hands", question: id, generation, round, counts });
  }

  #send(message: object): void {
    try {
      this.#model.send(message);
    } catch {
      // The channel is closed. The page remembers its answer, and sends it to the next kernel.
    }
  }
}

/** Show the question of a model in `asked`, and send what is answered, until `signal` is aborted. */
export function connectQuestion(model: Model, asked: QuestionStore, signal: AbortSignal): void {
  const receive: Record<string, () => void> = {
    "change:answers": () => asked.receiveAnswers(listOf<Answer>(model.get("answers"))),
    "change:hands": () => asked.receiveHands(listOf<Hands>(model.get("hands"))),
    "change:question": () => asked.receiveQuestion(questionOf(model.get("question"))),
  };
  asked.outlet = new QuestionOutlet(model);
  // The question comes last: then it is known which answers the kernel has.
  for (const [event, listener] of Object.entries(receive)) {
    listener();
    model.on(event, listener);
  }
  signal.addEventListener(
    "abort",
    () => {
      asked.outlet = null;
      for (const [event, listener] of Object.entries(receive)) model.off(event, listener);
    },
    { once: true },
  );
}
