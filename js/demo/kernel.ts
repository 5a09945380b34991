/** A stand-in for the kernel: it "trains" by handing out, epoch by epoch, a run that was recorded before. */
import type { Parts, Records } from "../player/decode";
import type { Command, Kernel } from "../player/kernel";
import type { PlayerStore } from "../player/store";
import type { Ghost, RunEvent, Status } from "../player/types";

const TICK_MS = 50;

/** Epochs [start, stop) of records, as numbers of their own. */
export function slice(records: Records, start: number, stop: number): Records {
  const per = (column: { length: number }): number => column.length / records.count;
  const cut = <T extends Float64Array | Uint16Array | Uint8Array>(column: T): T =>
    column.slice(start * per(column), stop * per(column)) as T;
  return {
    count: stop - start,
    losses: cut(records.losses),
    lrs: cut(records.lrs),
    positionLosses: cut(records.positionLosses),
    topTokens: cut(records.topTokens),
    topProbabilities: cut(records.topProbabilities),
  };
}

export class FakeKernel implements Kernel {
  store: PlayerStore | undefined;
  /** Everything that was asked of it. */
  readonly commands: Command[] = [];
  #parts: Parts;
  #revision = 1;
  #epochs: number;
  #ghosts: Ghost[] = [];
  #events: RunEvent[];
  #status: Status;
  #timer: ReturnType<typeof setInterval> | undefined;
  #owed = 0;

  /** `epochs`: how many of the run are recorded already. */
  constructor(parts: Parts, epochs: number, status: Partial<Status>) {
    this.#parts = parts;
    this.#epochs = epochs;
    this.#events = parts.events;
    this.#status = {
      ...{ state: epochs === 0 ? "idle" : epochs < parts.records.count ? "paused" : "finished", head: epochs - 1 },
      ...{ revision: 1, goal: parts.records.count, speed: 12, reason: null, message: null, source: "trainer" },
      ...status,
    };
  }

  connect(store: PlayerStore): void {
    this.store = store;
    this.#sendAll();
    this.#say({});
  }

  setCursor(): void {}

  send(command: Command): void {
    this.commands.push(command);
    setTimeout(() => this.#obey(command), 10);
  }

  #obey(command: Command): void {
    clearInterval(this.#timer);
    const paused = { state: "paused" } as const;
    if (command.command === "play") {
      const speed = command.speed ?? 1000;
      this.#say({ state: "training", speed: command.speed });
      this.#owed = 0;
      this.#timer = setInterval(() => this.#train((speed * TICK_MS) / 1000), TICK_MS);
    } else if (command.command === "pause") this.#say(paused);
    else if (command.command === "step") {
      this.#train(command.n);
      this.#say(paused);
    } else if (command.command === "speed") this.#obey({ command: "play", speed: command.speed, until: null });
    else if (command.command === "reset") this.#cut(0, { state: "idle" });
    else if (command.command === "rewind") this.#cut(command.epoch, paused);
    else if (command.command === "branch") {
      const losses = this.#parts.records.losses.slice(command.epoch, this.#epochs);
      this.#ghosts.push({ id: this.#ghosts.length + 1, start: command.epoch, losses, lr: 0.1 });
      this.#events = [...this.#events, { epoch: command.epoch, kind: "branch", value: command.lr }];
      this.#cut(command.epoch, paused);
    } else if (command.command === "return") {
      this.#ghosts = this.#ghosts.filter((ghost) => ghost.id !== command.ghost);
      this.#cut(this.#parts.records.count, paused);
    }
  }

  #train(epochs: number): void {
    this.#owed += epochs;
    const count = Math.min(Math.floor(this.#owed), this.#parts.records.count - this.#epochs);
    this.#owed -= Math.floor(this.#owed);
    if (count > 0) {
      this.#epochs += count;
      this.#sendAll();
    }
    if (this.#epochs === this.#parts.records.count) {
      clearInterval(this.#timer);
      this.#say({ state: "finished" });
    } else this.#say({});
  }

  #cut(epochs: number, status: Partial<Status>): void {
    this.#epochs = epochs;
    this.#revision++;
    this.#sendAll();
    this.#say({ revision: this.#revision, ...status });
  }

  #say(status: Partial<Status>): void {
    this.#status = { ...this.#status, ...status, head: this.#epochs - 1 };
    this.store?.hearStatus(this.#status);
  }

  #sendAll(): void {
    const events = this.#events.filter((event) => event.epoch < this.#epochs || event.kind === "branch");
    const records = slice(this.#parts.records, 0, this.#epochs);
    this.store?.hearRecording({ ...this.#parts, revision: this.#revision, ghosts: this.#ghosts, events, records });
  }
}
