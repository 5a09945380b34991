import { inflateRawSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { HandTime } from "../testing/time";
import { classic, words } from "../testing/training";
import { emptyParts } from "./from-scratch";
import { Session } from "./session";
import { Trainer } from "./trainer";
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
  it("does not go on with a recording that is too much for a page", () => {
    const { session, sent, time } = begun(20);
    time.pass(100);
    const trainer = Trainer.begin({ ...classic, output: true, hiddenSize: 240 });
    trainer.train();
    const { recording, shape } = trainer;
    const adopted = {
      parts: { ...emptyParts(classic), records: recording.fork(1).rows(0, 1) },
      ...{ network: shape, epochs: [0], weights: [trainer.weightsAt(0) as Float32Array] },
      ...{ optimizer: { kind: "adam" } as const, states: null },
    };
    session.receive({ kind: "adopt", runs: [adopted] });
    sent.length = 0;
    session.receive({ kind: "again", generation: 2 });
    expect(sent).toEqual([]);
  });

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
