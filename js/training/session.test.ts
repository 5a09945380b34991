import { inflateRawSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { HandTime } from "../testing/time";
import { classic, words } from "../testing/training";
import { Session } from "./session";
import type { FromWorker, RunOptions } from "./types";

/** A session whose page answers only if a test makes it. */
function begun(speed: number | null, run: RunOptions = classic) {
  const time = new HandTime();
  const sent: FromWorker[] = [];
  const session = new Session((message) => sent.push(message), {
    now: () => time.now(),
    after: (ms, call) => void time.after(Math.max(1, ms), call),
  });
  session.receive({ kind: "words", words });
  session.receive({ kind: "begin", runs: [run], keep: false });
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

  it("writes into a file with which options of the optimizer it trained", async () => {
    const optimizer = { kind: "sgd", momentum: 0.9 } as const;
    const { time, sent, session } = begun(20, { ...classic, optimizer });
    time.pass(500);
    session.receive({ kind: "file", run: 0 });
    const file = await vi.waitUntil(() => sent.find((each) => each.kind === "file"));
    const header = inflateRawSync((file.bytes as Uint8Array).subarray(30 + "header.json".length)).toString();
    expect(JSON.parse(header).trained).toEqual({ optimizer, refused: null });
  });
});
