import { describe, expect, it } from "vitest";
import { type Contact, connectionAt } from "./connection";

const at = (now: number, contact: Partial<Contact>) =>
  connectionAt(now, { openedAt: 0, receivedAt: null, askedAt: null, training: false, broken: false, ...contact });

describe("before the first answer", () => {
  it("the connection is live for three seconds, then none", () => {
    expect([0, 2999, 3000, 1e9].map((now) => at(now, { askedAt: 0 }))).toEqual(["live", "live", "none", "none"]);
  });

  it("the connection is none at once if the channel is closed", () => {
    expect(at(1, { askedAt: 0, broken: true })).toBe("none");
  });
});

describe("after an answer", () => {
  it("the connection stays live while nothing is asked and nothing is trained", () => {
    expect(at(1e9, { receivedAt: 5 })).toBe("live");
  });

  it("during training the kernel is waited for after two seconds of silence, and gone after ten", () => {
    const silent = [0, 2000, 2001, 10_000, 10_001].map((ms) => at(5 + ms, { receivedAt: 5, training: true }));
    expect(silent).toEqual(["live", "live", "waiting", "waiting", "gone"]);
  });

  it("the silence after a message counts from that message", () => {
    const silent = [0, 2000, 2001, 10_000, 10_001].map((ms) => at(7000 + ms, { receivedAt: 5, askedAt: 7000 }));
    expect(silent).toEqual(["live", "live", "waiting", "waiting", "gone"]);
  });

  it("the kernel is gone at once if the channel is closed", () => {
    expect(at(6, { receivedAt: 5, broken: true })).toBe("gone");
  });
});
