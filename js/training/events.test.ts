/** The fixture is what Python detects: tests/recording/page_fixtures.py writes it. */
import { describe, expect, it } from "vitest";
import cases from "../../tests/fixtures/events.json";
import { EventDetector } from "./events";

type Case = (typeof cases)[number];

/** The arguments of `add` for each epoch of a recording. */
const epochs = ({ losses, lrs, all_correct, branches }: Case) =>
  losses.map(
    (loss, epoch) =>
      [Number(loss), Number(lrs[epoch]), all_correct.includes(epoch), branches.some((at) => at === epoch)] as const,
  );

describe("the events of a run", () => {
  it.each(cases)("are those that Python detects: $case", (recorded) => {
    const detector = new EventDetector();
    expect(epochs(recorded).flatMap((epoch) => detector.add(...epoch))).toEqual(recorded.events);
  });

  it("have no number that a message cannot have", () => {
    const detector = new EventDetector();
    detector.add(1, 0.1, false, false);
    expect(detector.add(1, Number.POSITIVE_INFINITY, false, false)).toEqual([{ epoch: 1, kind: "lr", value: null }]);
  });
});
