import { describe, expect, it } from "vitest";
import { HandTime } from "../testing/time";
import { classic, words } from "../testing/training";
import { Session } from "./session";
import type { FromWorker } from "./types";

/** A session whose page answers only if a test makes it. */
function begun(speed: number | null) {
  const time = new HandTime();
  const sent: FromWorker[] = [];
  const session = new Session((message) => sent.push(message), {
    now: () => time.now(),
    after: (ms, call) => void time.after(Math.max(1, ms), call),
  });
  session.receive({ kind: "words", words });
  session.receive({ kind: "begin", runs: [classic], keep: false });
  session.receive({ kind: "again", generation: 1 });
  session.receive({ kind: "command", run: 0, command: { command: "play", speed, until: null } });
  const head = () => {
    const statuses = sent.flatMap((each) => (each.kind === "update" ? each.messages : []));
    return Math.max(...statuses.map((each) => (each.kind === "status" ? each.status.head : -1)));
  };
  const see = () => session.receive({ kind: "seen", update: sent.filter(({ kind }) => kind === "update").length });
  return { time, sent, session, head, see };
}

describe("a session", () => {
  it("waits for a page that does not show what it sends, and does not make up for it", () => {
    const { time, sent, head, see } = begun(20);
    time.pass(2000);
    const before = head();
    expect(sent.length).toBeLessThan(6);
    expect(before).toBeLessThan(6);
    see();
    time.pass(100);
    expect(head()).toBeGreaterThan(before);
    expect(head()).toBeLessThan(before + 12); // 2 s at this speed are 40 epochs
  });

  it("sends at most 25 updates a second", () => {
    const { time, sent, see } = begun(200);
    for (let i = 0; i < 100; i++) {
      time.pass(10);
      see();
    }
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.length).toBeLessThan(30);
  });
});
