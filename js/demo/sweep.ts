/** A sweep for the demo: made-up runs, and a kernel that answers as `answers` says. */
import { type SweepMessage, type SweepSource, SweepStore } from "../player/sweep";
import { type FakeSweepOptions, fakeRunRecording, fakeSweep } from "../testing/sweeps";

export interface DemoSweepOptions extends FakeSweepOptions {
  /**
   * Who has the recordings: "page" (the page itself, without kernel), "kernel" (it answers at once), "later" (it answers when
   * `answer()` is called), "refuse" (it refuses), "none" (there is no kernel, nor a recording).
   */
  recordings?: "page" | "kernel" | "later" | "refuse" | "none";
}

export function demoSweep(options: DemoSweepOptions) {
  const { recordings = "kernel" } = options;
  const messages: SweepMessage[] = [];
  const waiting: number[] = [];
  let done = options.done ?? Number.POSITIVE_INFINITY;
  const hasKernel = recordings !== "page" && recordings !== "none";
  const source: SweepSource = {
    packed: (run) => (recordings === "page" ? fakeRunRecording(store.state.peek(), run) : null),
    send: hasKernel ? send : null,
  };
  const first = fakeSweep(options);
  const store = new SweepStore(source, first.state, first.curves, async (bytes) => bytes);

  function answer(): void {
    for (const run of waiting.splice(0)) void store.receiveRecording(run, fakeRunRecording(store.state.peek(), run));
  }

  function send(message: SweepMessage): void {
    messages.push(message);
    if (message.kind === "stop") report({ state: "stopped", can_resume: true, seconds_left: null });
    if (message.kind === "resume") report({ state: "running", can_resume: false, seconds_left: 10 });
    if (message.kind !== "open") return;
    if (recordings === "refuse") {
      store.receiveRefusal(message.run, "The recording of this run is not kept. Pass keep=True to sweep().");
      return;
    }
    waiting.push(message.run);
    if (recordings === "kernel") answer();
  }

  function report(change: FakeSweepOptions["change"] = {}): void {
    const { state, curves } = fakeSweep({ ...options, done, change: { ...options.change, ...change } });
    store.receive(state, curves);
  }

  /** More runs are done. */
  function finish(runs: number): void {
    done = Math.min(store.state.peek().runs.length, done + runs);
    report();
  }
  return { store, messages, answer, finish };
}
