/**
 * Makes the model of a comparison look like that of one run, so that a `Link` serves both. The traits of a comparison are
 * lists, and its messages say which run they are of; those of one moment travel together.
 */
import type { Scheduler } from "../drawing/scheduler";
import type { Model } from "./link";

/** The traits of one run, and the lists that have them in a comparison. */
const LISTS: Readonly<Record<string, string>> = {
  recording: "recordings",
  weights: "weights",
  status: "statuses",
  code: "codes",
};

/** Messages of the runs that are posted within this time leave as one; the kernel answers each at once. */
const TOGETHER_MS = 100;

type Listener = (...args: never[]) => void;
type Message = Record<string, unknown>;

/** The messages of all runs, from and to the comparison's model. */
export class Switchboard {
  readonly model: Model;
  readonly #scheduler: Scheduler;
  #waiting: Message[] = [];
  #cancel: (() => void) | null = null;

  constructor(model: Model, scheduler: Scheduler) {
    this.model = model;
    this.#scheduler = scheduler;
  }

  /** Send a message soon; a command, a farewell, or a request for records, at once and after what was waiting. */
  send(message: Message): void {
    this.#waiting.push(message);
    if (["command", "closed", "want_records"].includes(message.kind as string)) this.#flush();
    else this.#cancel ??= this.#scheduler.after(TOGETHER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const [first, ...others] = this.#waiting;
    if (first === undefined) return;
    this.#waiting = [];
    this.model.send(others.length > 0 ? { kind: "several", messages: [first, ...others] } : first);
  }
}

export class RunModel implements Model {
  readonly #board: Switchboard;
  readonly #run: number;
  /** By event and listener, what listens to the comparison's model. */
  readonly #wrapped = new Map<string, Map<Listener, Listener>>();

  constructor(board: Switchboard, run: number) {
    this.#board = board;
    this.#run = run;
  }

  get(trait: string): unknown {
    const list = LISTS[trait];
    if (list === undefined) return this.#board.model.get(trait);
    const values = this.#board.model.get(list);
    return Array.isArray(values) ? values[this.#run] : undefined;
  }

  set(trait: string, value: unknown): void {
    const list = LISTS[trait];
    if (list === undefined) {
      this.#board.model.set(trait, value);
      return;
    }
    const values = [...(this.#board.model.get(list) as unknown[])];
    values[this.#run] = value;
    this.#board.model.set(list, values);
  }

  /** A message without a run is of this one; `run: null` means all. */
  send(content: unknown): void {
    this.#board.send({ run: this.#run, ...(content as Message) });
  }

  on(event: string, callback: Listener): void {
    const [name, listener] = this.#listening(event, callback);
    if (!this.#wrapped.has(event)) this.#wrapped.set(event, new Map());
    this.#wrapped.get(event)?.set(callback, listener);
    this.#board.model.on(name, listener);
  }

  off(event: string, callback: Listener): void {
    const listener = this.#wrapped.get(event)?.get(callback);
    if (listener === undefined) return;
    this.#wrapped.get(event)?.delete(callback);
    this.#board.model.off(this.#nameOf(event), listener);
  }

  #nameOf(event: string): string {
    const list = event.startsWith("change:") ? LISTS[event.slice("change:".length)] : undefined;
    return list === undefined ? event : `change:${list}`;
  }

  #listening(event: string, callback: Listener): [string, Listener] {
    const name = this.#nameOf(event);
    if (event === "msg:custom")
      return [name, ((...args: [unknown, unknown[]?]) => this.#receive(callback, ...args)) as Listener];
    if (name === event) return [name, callback];
    const trait = event.slice("change:".length);
    let known = this.get(trait);
    const changed = () => {
      const value = this.get(trait);
      if (value === known) return;
      known = value;
      (callback as () => void)();
    };
    return [name, changed as Listener];
  }

  /** Pass on the messages of this run. */
  #receive(callback: Listener, content: unknown, buffers: unknown[] = []): void {
    const receive = callback as (content: unknown, buffers: unknown[]) => void;
    const { kind, messages, buffers: counts, run } = (content ?? {}) as Message;
    if (kind !== "several") {
      if (run === this.#run) receive(content, buffers);
      return;
    }
    let start = 0;
    (messages as Message[]).forEach((message, i) => {
      const end = start + ((counts as number[])[i] ?? 0);
      if (message.run === this.#run) receive(message, buffers.slice(start, end));
      start = end;
    });
  }
}
