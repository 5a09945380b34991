/** A widget model for tests, with the interface of anywidget. */
import type { Model } from "../kernel/link";

type Callback = (...args: never[]) => void;

export class FakeModel implements Model {
  /** The channel is closed: sending throws. */
  dead = false;
  readonly sent: Record<string, unknown>[] = [];
  readonly #traits: Record<string, unknown>;
  readonly #listeners = new Map<string, Set<Callback>>();

  constructor(traits: Record<string, unknown> = {}) {
    this.#traits = {
      recording: new DataView(new ArrayBuffer(0)),
      status: {},
      cursor: -1,
      lang: "",
      chart: {},
      ...traits,
    };
  }

  get = (trait: string): unknown => this.#traits[trait];

  set = (trait: string, value: unknown): void => {
    if (Object.is(this.#traits[trait], value)) return;
    this.update({ [trait]: value });
  };

  send = (content: unknown): void => {
    if (this.dead) throw new Error("the comm is closed");
    this.sent.push(content as Record<string, unknown>);
  };

  on = (event: string, callback: Callback): void => {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(callback));
  };

  off = (event: string, callback: Callback): void => {
    this.#listeners.get(event)?.delete(callback);
  };

  /** Change traits, as Python does. */
  update(traits: Record<string, unknown>): void {
    Object.assign(this.#traits, traits);
    for (const trait of Object.keys(traits)) this.#emit(`change:${trait}`);
  }

  /** Emit a custom message from Python. */
  message(content: unknown, ...buffers: DataView[]): void {
    this.#emit("msg:custom", content, buffers);
  }

  /** Emit the event of a channel that was closed or opened. */
  channel(): void {
    this.#emit("comm_live_update");
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  of(kind: string): Record<string, unknown>[] {
    return this.sent.filter((content) => content.kind === kind);
  }

  #emit(event: string, ...args: unknown[]): void {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(...(args as never[]));
  }
}

/** A page that can be hidden. */
export class FakePage extends EventTarget {
  visibilityState = "visible";

  show(state: "visible" | "hidden"): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}
