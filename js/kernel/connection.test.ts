import { describe, expect, it } from "vitest";
import { type Contact, connectionAt } from "./connection";

const at = (now: number, contact: Partial<Contact>) =>
  connectionAt(now, { since: 0, heardAt: null, askedAt: null, training: false, broken: false, ...contact });

describe("a page that was never answered", () => {
  it("hopes for three seconds, and then has no kernel", () => {
    expect([0, 2999, 3000, 1e9].map((now) => at(now, { askedAt: 0 }))).toEqual(["live", "live", "none", "none"]);
  });

  it("has no kernel at once when the channel is closed", () => {
    expect(at(1, { askedAt: 0, broken: true })).toBe("none");
  });
});

describe("a kernel that was heard", () => {
  it("is live for ever while nothing is asked and nothing trains", () => {
    expect(at(1e9, { heardAt: 5 })).toBe("live");
  });

  it("that trains is waited for after two seconds of silence, and gone after ten", () => {
    const silent = [0, 2000, 2001, 10_000, 10_001].map((ms) => at(5 + ms, { heardAt: 5, training: true }));
    expect(silent).toEqual(["live", "live", "waiting", "waiting", "gone"]);
  });

  it("that was asked something is waited for from then on", () => {
    const silent = [0, 2000, 2001, 10_000, 10_001].map((ms) => at(7000 + ms, { heardAt: 5, askedAt: 7000 }));
    expect(silent).toEqual(["live", "live", "waiting", "waiting", "gone"]);
  });

  it("is gone at once when the channel is closed", () => {
    expect(at(6, { heardAt: 5, broken: true })).toBe("gone");
  });
});
