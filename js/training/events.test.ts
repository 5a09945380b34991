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

  it.each(cases)("go on in a copy as in the original, without a change of it: $case", (recorded) => {
    const all = epochs(recorded);
    for (let cut = 0; cut <= all.length; cut += 7) {
      const detector = new EventDetector();
      const before = all.slice(0, cut).flatMap((epoch) => detector.add(...epoch));
      const copy = detector.copy();
      for (let epoch = 0; epoch < 20; epoch++) copy.copy().add(9 * epoch, epoch, true, true);
      const other = detector.copy();
      for (let epoch = 0; epoch < 20; epoch++) other.add(9 * epoch, epoch, true, true);
      for (const each of [copy, detector]) {
        const after = all.slice(cut).flatMap((epoch) => each.add(...epoch));
        expect([...before, ...after]).toEqual(recorded.events);
      }
    }
  });

  it("have no number that a message cannot have", () => {
    const detector = new EventDetector();
    detector.add(1, 0.1, false, false);
    expect(detector.add(1, Number.POSITIVE_INFINITY, false, false)).toEqual([{ epoch: 1, kind: "lr", value: null }]);
  });
});
