import { describe, expect, it, vi } from "vitest";
import type { Store } from "../player/store";
import { press } from "../views/keyboard";
import { listenOnPage } from "./keys";

const FITS = { scrollHeight: 600, clientHeight: 600 };
const TALL = { scrollHeight: 1600, clientHeight: 600 };

function pressed(key: string, root: typeof FITS) {
  const store = { toggle: vi.fn(), step: vi.fn() };
  const body = new EventTarget();
  listenOnPage(body, root, (event) => press(store as unknown as Store, event, () => []), new AbortController().signal);
  const event = Object.assign(new Event("keydown", { cancelable: true }), { key });
  body.dispatchEvent(event);
  return { store, taken: event.defaultPrevented };
}

describe("the shortcuts of an exported page", () => {
  it.each([FITS, TALL])("work without focus", (root) => {
    const space = pressed(" ", root);
    expect(space.store.toggle).toHaveBeenCalledOnce();
    expect(space.taken).toBe(true);
    expect(pressed("ArrowLeft", root).store.step).toHaveBeenCalledExactlyOnceWith(-1);
  });

  it("leave scrolling keys to a page taller than its window", () => {
    expect(pressed("PageDown", FITS).store.step).toHaveBeenCalledExactlyOnceWith(1);
    const { store, taken } = pressed("PageDown", TALL);
    expect(store.step).not.toHaveBeenCalled();
    expect(taken).toBe(false);
  });

  it("ignore other keys", () => {
    expect(pressed("a", FITS).taken).toBe(false);
  });
});
