/**
 * Simulated browser pages for the Python tests: the front end without its views, one page per widget model, with a
 * scheduler that Python advances. Reads lines of orders and writes a line of answers for each.
 */
import { createInterface } from "node:readline";
import { inflateSync } from "node:zlib";
import { Link } from "../kernel/link";
import { PAGE_BUDGET } from "../player/record-blocks";
import type { GrowingRecording } from "../player/recording";
import { RunState } from "../player/run-state";
import { PlayerStore } from "../player/store";
import type { Until } from "../player/types";
import { FakeModel, FakePage } from "./model";
import { HandTime } from "./time";

type State = Record<string, unknown>;
/** [kind, page, ...]; ["pass", ms] applies to all pages of a world. */
type Order =
  | ["pass", number]
  | ["open", number, State, boolean]
  | ["update", number, State]
  | ["custom", number, unknown, string[]]
  | ["press", number, string, ...never[]]
  | ["show", number, "visible" | "hidden"]
  | ["visit", number, "leave" | "return" | "end"]
  | ["tell", number];

/** Messages written to the console; there should be none. */
let complaints: string[] = [];
console.warn = console.error = (...parts: unknown[]) => void complaints.push(parts.map(String).join(" "));

/** Four blocks of two records, and a sample of four. */
const SMALL = { block: 100, bytes: 0, sample: 1000, samples: 4 };

class Page {
  readonly #time = new HandTime();
  readonly #page = new FakePage();
  readonly #model: FakeModel;
  readonly #link: Link;
  readonly #store: PlayerStore;
  #visit = new AbortController();

  /** `long`: it keeps few records. */
  constructor(state: State, long: boolean) {
    this.#model = new FakeModel(buffered(state));
    this.#link = new Link(this.#model, this.#time, this.#page, async (bytes) => new Uint8Array(inflateSync(bytes)));
    this.#store = new PlayerStore(this.#link, this.#time, new RunState(long ? SMALL : PAGE_BUDGET));
    this.#link.connect(this.#store, this.#visit.signal);
  }

  execute(order: Order): unknown {
    switch (order[0]) {
      case "update":
        return this.#model.update(buffered(order[2]));
      case "custom":
        return this.#model.message(order[2], ...order[3].map(view));
      case "press":
        return this.#press(order[2], order.slice(3));
      case "show":
        this.#time.hidden = order[2] === "hidden";
        return this.#page.show(order[2]);
      case "visit":
        if (order[2] !== "return") this.#visit.abort();
        if (order[2] === "end") this.#store.dispose();
        if (order[2] === "return" && this.#visit.signal.aborted) {
          this.#visit = new AbortController();
          this.#link.connect(this.#store, this.#visit.signal);
        }
        return;
      case "tell":
        return {
          ...contents(this.#store),
          saved: text(this.#model.get("recording") as DataView),
          looking: this.#store.weights.wanted.peek() && !this.#time.hidden,
        };
    }
  }

  pass(ms: number): void {
    this.#time.pass(ms);
    const [recording, cursor] = [this.#store.recording.peek(), this.#store.cursor.peek()];
    if (cursor >= 0 && !recording?.has(cursor)) console.error(`epoch ${cursor} is on show, but not in the page`);
  }

  /** The messages sent since the last call, in the format of ipywidgets. */
  *sent(): Iterable<State> {
    for (const content of this.#model.sent.splice(0)) yield { method: "custom", content };
  }

  /** Call an action of the store. */
  #press(what: string, [value]: unknown[]): void {
    const store = this.#store;
    const head = store.head.peek();
    if (what === "look") store.weights.users.value = value as number;
    else if (what === "step") store.step(value as number);
    else if (what === "seek") store.seek(Math.floor((value as number) * (head + 1)));
    else if (what === "speed") store.setSpeed((value as number | null) ?? Number.POSITIVE_INFINITY);
    else if (what === "branch") store.branch(value as number);
    else if (what === "until") store.runUntil(value as Until);
    else if (what === "switch_to") {
      const branch = store.recording.peek()?.oldBranches[0];
      if (branch) store.switchTo(branch.id);
    } else (store as unknown as Record<string, () => void>)[what]?.();
  }
}

const view = (bytes: string): DataView => {
  const { buffer, byteOffset, byteLength } = Buffer.from(bytes, "base64");
  return new DataView(buffer, byteOffset, byteLength);
};

/** Traits that are sent as bytes. */
const BYTES = ["recording", "weights"];

const buffered = (state: State): State =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, BYTES.includes(name) ? view(value as string) : value]),
  );

const text = (column: ArrayBufferView): string =>
  Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString("base64");

/** The run as a page shows it. */
function contents(store: PlayerStore): State {
  const recording = store.recording.peek() as GrowingRecording | null;
  const [cursor, wanted] = [store.cursor.peek(), store.wanted.peek()];
  const page = { head: store.head.peek(), cursor, wanted, connection: store.connection.peek() };
  if (recording === null) return { ...page, epochs: null };
  const { epochs, positions, topk } = recording;
  const { weights } = store;
  const known = weights.epochs.map((epoch) => [epoch, text(weights.flat(epoch) as Float32Array)]);
  const here = Array.from({ length: epochs }, (_, epoch) => epoch).filter((epoch) => recording.has(epoch));
  const cells = here.length * positions;
  const each = <T extends ArrayLike<number>>(column: T, at: (i: number) => number): T => {
    for (let i = 0; i < column.length; i++) (column as unknown as number[])[i] = at(i);
    return column;
  };
  const rank = (i: number): [number, number, number] => [
    here[Math.floor(i / topk / positions)] as number,
    Math.floor(i / topk) % positions,
    i % topk,
  ];
  return {
    ...page,
    ...{ weights: known, refusal: weights.refusal.peek() },
    ...{ epochs, revision: recording.revision, metadata: recording.metadata, events: recording.events },
    status: store.status.peek(),
    losses: text(recording.losses),
    lrs: text(each(new Float64Array(epochs), (i) => recording.lr(i))),
    positionLosses: text(
      each(
        new Uint16Array(cells),
        (i) => recording.positionLoss(here[Math.floor(i / positions)] as number, i % positions) * 2048,
      ),
    ),
    tokens: text(each(new Uint8Array(cells * topk), (i) => recording.token(...rank(i)))),
    probabilities: text(each(new Uint8Array(cells * topk), (i) => Math.round(recording.probability(...rank(i)) * 255))),
    n_correct: text(each(new Int32Array(epochs), (i) => recording.correctCount(i))),
    first_errors: text(each(new Int32Array(epochs), (i) => recording.firstError(i))),
    ...{ here, learned: Array.from({ length: positions }, (_, position) => recording.learnedAt(position) ?? -2) },
    old_branches: recording.oldBranches.map((branch) => ({ ...branch, losses: text(branch.losses) })),
  };
}

const worlds = new Map<number, Map<number, Page>>();

/** Weights are unpacked asynchronously, here in microtasks only: let them end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function execute(world: number, orders: Order[]): Promise<unknown> {
  const pages = worlds.get(world) ?? new Map<number, Page>();
  worlds.set(world, pages);
  const told: Record<number, unknown> = {};
  const sent: [number, State][] = [];
  const collect = () => {
    for (const [name, page] of pages) for (const message of page.sent()) sent.push([name, message]);
  };
  for (const order of orders) {
    if (order[0] === "pass") {
      await settled();
      for (const page of pages.values()) page.pass(order[1]);
    } else if (order[0] === "open") pages.set(order[1], new Page(order[2], order[3]));
    else {
      if (order[0] === "tell") await settled();
      const answer = pages.get(order[1])?.execute(order);
      if (order[0] === "tell") told[order[1]] = answer;
      if (order[0] === "visit" && order[2] === "end") {
        collect();
        pages.delete(order[1]);
      }
    }
  }
  await settled();
  collect();
  if (orders.length === 0) worlds.delete(world);
  const written = complaints;
  complaints = [];
  return { sent, told, complaints: written };
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const answers: unknown[] = [];
  for (const [world, orders] of JSON.parse(line) as [number, Order[]][]) answers.push(await execute(world, orders));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
