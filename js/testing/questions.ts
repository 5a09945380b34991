/** Made-up questions and answers for tests and the demo. */
import type { Answer, Choice, Question } from "../player/question";

/** By default a prediction at the fourth position and epoch 40, of which epochs up to 19 are shown. */
export const fakeQuestion = (fields: Partial<Question> = {}): Question => ({
  tells: fields.epoch ?? 40,
  axes: { linear: [0, 3, [0, 1, 2, 3]], log: [0.1, 3, [0.1, 1]] },
  ...{ id: "9f8a12c0d3e4", generation: 0, kind: "prediction", prompt: null, options: null, run: null },
  ...{ shown: 19, epoch: 40, position: null, after: null, what: null, given: null, by: null, tolerance: null },
  ...{ answer: [3], why: null, hold: false, round: 1, revealed: false },
  ...(fields.kind === undefined || fields.kind === "prediction" ? { position: 3 } : {}),
  ...fields,
});

/** The answers of pages with these choices by round; all are sure in the first round, and unsure in the second. */
export const fakeAnswers = (question: string, ...pages: readonly (readonly Choice[])[]): readonly Answer[] =>
  pages.map((choices, page) => ({
    ...{ page: `page ${page}`, question, revealed: false },
    rounds: choices.map((choice, round) => ({ choice, sure: round === 0 })),
  }));
