import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import type { Store } from "../player/store";
import { isLetter, press } from "./keyboard";

/** `cursor`: the epoch on show, if the record of the wanted one is not in this page. */
function storeAt(wanted: number, cursor = wanted) {
  return {
    ...{ toggle: vi.fn(), step: vi.fn(), seek: vi.fn(), toStart: vi.fn(), toHead: vi.fn() },
    ...{ wanted: signal(wanted), cursor: signal(cursor) },
  };
}

const key = (name: string, modifiers: object = {}): KeyboardEvent => ({ key: name, ...modifiers }) as KeyboardEvent;
const pressed = (store: object, event: KeyboardEvent, events: number[] = []): boolean =>
  press(store as Store, event, () => events);

describe("the keyboard shortcuts", () => {
  it.each([
    ["ArrowRight", 1],
    ["ArrowDown", 1],
    ["PageDown", 1],
    ["ArrowLeft", -1],
    ["ArrowUp", -1],
    ["PageUp", -1],
  ])("steps with %s, by ten with shift", (name, step) => {
    const store = storeAt(50);
    expect(pressed(store, key(name))).toBe(true);
    expect(store.step).toHaveBeenLastCalledWith(step);
    pressed(store, key(name, { shiftKey: true }));
    expect(store.step).toHaveBeenLastCalledWith(step * 10);
  });

  it.each([
    [" ", "toggle"],
    ["Home", "toStart"],
    ["End", "toHead"],
    [".", "toHead"],
  ] as const)("answers %j with %s", (name, action) => {
    const store = storeAt(50);
    expect(pressed(store, key(name))).toBe(true);
    expect(store[action]).toHaveBeenCalledOnce();
  });

  it("goes to the previous or next event with brackets, and stays if there is none", () => {
    const [store, events] = [storeAt(50), [19, 50, 183]];
    pressed(store, key("]"), events);
    expect(store.seek).toHaveBeenLastCalledWith(183);
    pressed(store, key("["), events);
    expect(store.seek).toHaveBeenLastCalledWith(19);
    const thinned = storeAt(50, 48);
    pressed(thinned, key("]"), events);
    expect(thinned.seek).toHaveBeenLastCalledWith(183);
    const last = storeAt(200);
    pressed(last, key("]"), [19]);
    expect(last.seek).not.toHaveBeenCalled();
  });

  it("ignores other keys and key combinations", () => {
    const store = storeAt(50);
    for (const event of [key("a"), key("Tab"), key(" ", { ctrlKey: true }), key("ArrowLeft", { altKey: true })]) {
      expect(pressed(store, event)).toBe(false);
    }
    expect(store.toggle).not.toHaveBeenCalled();
  });
});

describe("the key a", () => {
  it.each([
    ["a", "KeyA", true],
    ["A", "KeyA", true],
    ["ㅁ", "KeyA", true],
    ["ф", "KeyA", true],
    ["b", "KeyB", false],
    ["q", "KeyA", false], // a French keyboard
  ])("is recognized on keyboards of other scripts: %s on %s", (name, code, expected) => {
    expect(isLetter(key(name, { code }), "a")).toBe(expected);
  });
});
