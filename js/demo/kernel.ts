/** A kernel for the demo: it "trains" by sending, epoch by epoch, a run that was recorded before. */
import type { Parts, Records } from "../player/decode";
import { initialStatus } from "../player/status";
import type { PlayerStore } from "../player/store";
import type { Command, Kernel, OldBranch, RunEvent, Status } from "../player/types";

const TICK_MS = 50;

/** A copy of the first `count` epochs. */
export function firstEpochs(records: Records, count: number): Records {
  const cut = <T extends Float64Array | Uint16Array | Uint8Array>(column: T): T =>
    column.slice(0, (count * column.length) / records.count) as T;
  return {
    count,
    losses: cut(records.losses),
    lrs: cut(records.lrs),
    positionLosses: cut(records.positionLosses),
    topTokens: cut(records.topTokens),
    topProbabilities: cut(records.topProbabilities),
  };
}

export class DemoKernel implements Kernel {
  store: PlayerStore | undefined;
  /** All commands received. */
  readonly commands: Command[] = [];
  #parts: Parts;
  #revision = 1;
  #epochs: number;
  #oldBranches: OldBranch[] = [];
  #events: RunEvent[];
  #status: Status;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Epochs to train, with a fraction. */
  #due = 0;

  /** `epochs`: how many epochs of the run are recorded at the start. */
  constructor(parts: Parts, epochs: number, status: Partial<Status>) {
    this.#parts = parts;
    this.#epochs = epochs;
    this.#events = parts.events;
    const { count } = parts.records;
    const state = epochs === 0 ? "idle" : epochs < count ? "paused" : "finished";
    this.#status = { ...initialStatus, state, head: epochs - 1, revision: 1, goal: count, ...status };
  }

  connect(store: PlayerStore): void {
    this.store = store;
    this.#sendRecording();
    this.#sendStatus({});
  }

  setCursor(): void {}

  send(command: Command): void {
    this.commands.push(command);
    this.obey(command);
  }

  obey(command: Command): void {
    setTimeout(() => this.#apply(command), 10);
  }

  #apply(command: Command): void {
    clearInterval(this.#timer);
    const paused = { state: "paused" } as const;
    if (command.command === "play" || command.command === "speed") this.#play(command.speed);
    else if (command.command === "pause") this.#sendStatus(paused);
    else if (command.command === "reset") this.#cut(0, { state: "idle" });
    else if (command.command === "rewind") this.#cut(command.epoch, paused);
    else if (command.command === "step") {
      this.#train(command.n);
      this.#sendStatus(paused);
    } else if (command.command === "branch") {
      const { epoch, lr } = command;
      const losses = this.#parts.records.losses.slice(epoch, this.#epochs);
      this.#oldBranches.push({ id: this.#oldBranches.length + 1, start: epoch, losses, lr: 0.1 });
      this.#events = [...this.#events, { epoch, kind: "branch", value: lr }];
      this.#cut(epoch, paused);
    } else if (command.command === "switch_to") {
      this.#oldBranches = this.#oldBranches.filter(({ id }) => id !== command.branch);
      this.#cut(this.#parts.records.count, paused);
    }
  }

  #play(speed: number | null): void {
    this.#sendStatus({ state: "training", speed });
    this.#due = 0;
    this.#timer = setInterval(() => this.#train(((speed ?? 1000) * TICK_MS) / 1000), TICK_MS);
  }

  #train(epochs: number): void {
    this.#due += epochs;
    const count = Math.min(Math.floor(this.#due), this.#parts.records.count - this.#epochs);
    this.#due -= Math.floor(this.#due);
    if (count > 0) {
      this.#epochs += count;
      this.#sendRecording();
    }
    if (this.#epochs === this.#parts.records.count) {
      clearInterval(this.#timer);
      this.#sendStatus({ state: "finished" });
    } else this.#sendStatus({});
  }

  #cut(epochs: number, status: Partial<Status>): void {
    this.#epochs = epochs;
    this.#revision++;
    this.#sendRecording();
    this.#sendStatus({ revision: this.#revision, ...status });
  }

  #sendStatus(status: Partial<Status>): void {
    this.#status = { ...this.#status, ...status, head: this.#epochs - 1, seq: this.#status.seq + 1 };
    this.store?.receiveStatus(this.#status);
  }

  #sendRecording(): void {
    const events = this.#events.filter((event) => event.epoch < this.#epochs || event.kind === "branch");
    const records = firstEpochs(this.#parts.records, this.#epochs);
    const [revision, oldBranches] = [this.#revision, this.#oldBranches];
    this.store?.receiveRecording({ ...this.#parts, revision, oldBranches, events, records });
  }
}
