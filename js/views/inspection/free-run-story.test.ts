import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Network } from "../../network/network";
import { read } from "../../network/pass";
import { madeUpNetwork } from "../../testing/networks";
import { languages } from "../../text/words";
import { describeAll, describeCorrections, describeOutcome, describeStory } from "./free-run-names";
import { canCorrect, type Story, storyOf, type Text, toneAt } from "./free-run-story";

const words = languages.en;
const V = 5;

function textFrom(tokens: number[], ignored: number[] = []): Text {
  const inputs = Uint32Array.from(tokens.slice(0, -1));
  const counted = Array.from(inputs, (_, position) => !ignored.includes(position));
  return { tokens: inputs, next: Int32Array.from(tokens.slice(1)), counted };
}

const tell = (network: Network, text: Text, given = 1, corrections: Iterable<number> = []): Story =>
  storyOf(network, text, read(network, text.tokens).predictions, { given, corrections: new Set(corrections) });

const runs = fc.record({
  network: fc.nat(5000).map((seed) => madeUpNetwork("lstm", V, seed)),
  text: fc.array(fc.nat(V - 1), { minLength: 3, maxLength: 14 }).map((tokens) => textFrom(tokens)),
});
/** The text that the network itself says. */
function ownText(network: Network, length: number): Text {
  const { said } = tell(network, textFrom(new Array(length + 1).fill(1)));
  return textFrom([1, ...said]);
}

describe("a free run next to its text", () => {
  it("parts from the text at the first position that is wrong with a teacher", () => {
    fc.assert(
      fc.property(runs, ({ network, text }) => {
        const story = tell(network, text);
        const first = story.withTeacher.findIndex((token, position) => token !== text.next[position]);
        expect(story.parting).toBe(first < 0 ? text.tokens.length : first);
      }),
    );
  });

  it("is correct before the parting, wrong there, and not compared after it", () => {
    fc.assert(
      fc.property(runs, ({ network, text }) => {
        const story = tell(network, text);
        text.tokens.forEach((_, position) => {
          const tone = position < story.parting ? "correct" : position === story.parting ? "wrong" : "plain";
          expect(toneAt(story, text, position)).toBe(tone);
        });
      }),
    );
  });

  it("is compared with the text position by position as long as the text is given", () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 20 }), ({ network, text }, given) => {
        const story = tell(network, text, given);
        expect(story.given).toBe(Math.min(given, text.tokens.length));
        for (let position = 0; position < story.given; position++) {
          const right = story.withTeacher[position] === text.next[position];
          expect(toneAt(story, text, position)).toBe(right ? "correct" : "wrong");
          if (position < story.given - 1) expect(canCorrect(story, text, position)).toBe(false);
        }
      }),
    );
  });

  it("says the text after as many needed corrections as there are wrong predictions with a teacher", () => {
    fc.assert(
      fc.property(runs, ({ network, text }) => {
        const { withTeacher } = tell(network, text);
        const wrong = [...withTeacher.keys()].filter((position) => withTeacher[position] !== text.next[position]);
        const story = tell(network, text, 1, text.tokens.keys());
        expect([...story.said]).toEqual([...text.next]);
        expect([...story.needed]).toEqual(wrong);
        for (const position of wrong) expect(toneAt(story, text, position)).toBe("corrected");
        if (wrong.length > 1) expect(describeOutcome(words, story)).toContain(`with ${wrong.length} corrections`);
      }),
    );
  });

  it("says what holds, and no more", () => {
    const network = madeUpNetwork("lstm", V, 3);
    const text = ownText(network, 6);
    const all = tell(network, text);
    expect(describeStory(words, all)).toBe("6 of 6 correct with a teacher, 6 alone");
    expect(describeOutcome(words, all)).toBe(words.free_run_all_correct);
    expect(describeCorrections(words, tell(network, text, 1, [2, 4]))).toBe("2 corrections, 0 needed at this epoch");
    expect(describeOutcome(words, tell(network, text, 6))).toBe(words.free_run_all_given);
    const other = { ...text, next: text.next.map((token, at) => (at === 2 ? (token + 1) % V : token)) };
    const parted = tell(network, other);
    expect(parted.parting).toBe(2);
    expect(describeAll(words, parted)).toBe(`5 of 6 correct with a teacher, 2 alone. ${words.free_run_parted}`);
    expect(describeStory(words, tell(network, other, 2))).toBe("5 of 6 correct with a teacher, 1 of 5 alone");
  });

  it("does not count an ignored position, but parts from the text there", () => {
    const network = madeUpNetwork("lstm", V, 3);
    const text = ownText(network, 6);
    const next = text.next.map((token, at) => (at === 1 ? (token + 1) % V : token));
    const story = tell(network, { ...text, next, counted: text.counted.map((_, at) => at !== 1) });
    expect([story.counted, story.correct, story.parting]).toEqual([5, 5, 1]);
    expect(describeOutcome(words, story)).toBe(words.free_run_parted);
  });

  it("goes on where the next token of the text is not known", () => {
    const network = madeUpNetwork("lstm", V, 3);
    const text = ownText(network, 6);
    const next = text.next.map((token, at) => (at === 5 ? -1 : token));
    const story = tell(network, { ...text, next, counted: text.counted.map((_, at) => at !== 5) }, 1, [5]);
    expect(story.parting).toBe(6);
    expect(story.corrections.size).toBe(0);
  });
});
