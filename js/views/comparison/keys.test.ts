import { describe, expect, it } from "vitest";
import { runOf } from "./keys";

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
