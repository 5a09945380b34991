import { describe, expect, it } from "vitest";
import type { Axis } from "../player/types";
import { axisEnd, axisName, describePlace, EPOCHS, moveWords, placeNumber, shortAxisEnd } from "./places";
import { describeEvent, languages } from "./words";

const { en, ko } = languages;

/** Records at the same distance from each other. */
const every = (distance: number, axis: Axis, epochs = 2) => ({
  ...{ axis, epochs },
  place: (epoch: number) => distance * epoch,
});

describe("a place in words", () => {
  it("is an epoch where records are epochs", () => {
    expect(describePlace(en, EPOCHS, 1200)).toBe("epoch 1,200");
    expect(describePlace(ko, EPOCHS, 12)).toBe("에폭 12");
  });

  it("is a step, or the number of tokens", () => {
    expect(describePlace(en, every(50, "step"), 12)).toBe("step 600");
    expect(describePlace(en, every(16_384, "token"), 100)).toBe("1,638,400 tokens");
    expect(describePlace(ko, every(50, "step"), 12)).toBe("스텝 600");
  });

  it("has the decimals that tell fractions of epochs apart", () => {
    expect(placeNumber(every(0.25, "epoch"), 5)).toBe("1.25");
    expect(placeNumber(every(0.5, "epoch"), 2)).toBe("1.00");
    expect(placeNumber(every(0.001, "epoch"), 1234)).toBe("1.234");
    expect(placeNumber(every(0.04, "epoch"), 30_001)).toBe("1,200.04");
  });

  it("has none for whole epochs, except after the last one", () => {
    expect(placeNumber(every(2, "epoch"), 600)).toBe("1,200");
    expect(placeNumber({ axis: "epoch", place: (epoch) => (epoch < 3 ? epoch : 2.97) }, 3)).toBe("2.97");
  });

  it("begins the sentence of an event", () => {
    const event = { epoch: 12, kind: "spike" as const };
    expect(describeEvent(en, every(50, "step"), event)).toBe("Step 600: loss spike.");
    expect(describeEvent(en, every(50, "token"), event)).toBe("600 tokens: loss spike.");
    expect(describeEvent(en, EPOCHS, event, "lstm")).toBe("lstm, epoch 12: loss spike.");
  });
});

describe("an axis", () => {
  it("ends with the number of epochs, or at the last place", () => {
    expect(axisEnd(EPOCHS, 300)).toBe("300");
    expect(axisEnd(every(50, "step"), 200)).toBe("9,950");
    expect(axisEnd(every(50, "step"), 0)).toBe("0");
  });

  it("has no known end before the second record", () => {
    expect(axisEnd(every(50, "step", 1), 200)).toBe("");
    expect(shortAxisEnd(every(50, "step", 0), 200)).toBe("");
    expect(axisEnd(every(50, "step", 1), 1)).toBe("0");
  });

  it("ends with a rounded number where there is little room", () => {
    expect(shortAxisEnd(every(16_384, "token"), 101)).toBe("1,638,400");
    expect(shortAxisEnd(every(16_384, "token"), 10_001)).toBe("163.8M");
    expect(shortAxisEnd(EPOCHS, 300)).toBe("300");
  });

  it("is named by what it counts", () => {
    expect(([null, "step", "token", "epoch"] as const).map((axis) => axisName(en, axis))).toEqual([
      ...["epoch", "step", "tokens", "epoch"],
    ]);
  });

  it("is moved through by epochs, or by records", () => {
    expect(moveWords(en, null).next).toBe("Next epoch");
    expect(moveWords(en, "step").next).toBe("Next record");
    expect(moveWords(ko, "token").speed).toBe("초당 기록 {speed}개");
  });
});
