import { describe, expect, it, vi } from "vitest";
import { choose, runOf } from "./keys";

const key = (name: string, code: string, modifiers: object = {}): KeyboardEvent =>
  ({ key: name, code, ...modifiers }) as KeyboardEvent;

describe("the digits", () => {
  it.each<[string, KeyboardEvent, number | null]>([
    ["1", key("1", "Digit1"), 0],
    ["the third on a numeric keypad", key("3", "Numpad3"), 2],
    ["with Shift, which writes something else", key("@", "Digit2", { shiftKey: true }), 1],
    ["on a French keyboard without Shift", key("&", "Digit1"), 0],
    ["of a keyboard on the screen, which has no codes", key("2", ""), 1],
    ["for a run that does not exist", key("4", "Digit4"), null],
    ["0", key("0", "Digit0"), null],
    ["with Ctrl, which changes tabs", key("1", "Digit1", { ctrlKey: true }), null],
    ["another key", key("a", "KeyA"), null],
  ])("%s", (_, event, run) => {
    expect(runOf(event, 3)).toBe(run);
  });
});

describe("choosing a run", () => {
  const pressed = (event: KeyboardEvent) => {
    const comparison = { runs: [{}, {}, {}] as never, choose: vi.fn() };
    return { taken: choose(comparison, event), calls: comparison.choose.mock.calls };
  };

  it("takes the digit of a run, and adds it with Shift", () => {
    expect(pressed(key("2", "Digit2", { shiftKey: false }))).toEqual({ taken: true, calls: [[1, false]] });
    expect(pressed(key("@", "Digit2", { shiftKey: true }))).toEqual({ taken: true, calls: [[1, true]] });
  });

  it("ignores the repeats of a key that is held, and leaves other keys", () => {
    expect(pressed(key("2", "Digit2", { repeat: true }))).toEqual({ taken: true, calls: [] });
    expect(pressed(key("4", "Digit4"))).toEqual({ taken: false, calls: [] });
  });
});
