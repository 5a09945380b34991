/** A recording that goes on in the page. */
import { effect, signal } from "@preact/signals";
import type { PlayerStore } from "../../player/store";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import type { Recorded } from "../recorded";
import { adopted, type Beginning, beginningOf, reasonAgainst } from "./adopted";
import { newSeeds } from "./seeds";
import type { StartTraining, Training } from "./training";

/** Wait until a condition holds, which reads signals. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!condition()) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

export class Continuation {
  /** Null until the recording goes on. */
  readonly training = signal<Training | null>(null);
  /** The least exact one of its runs. */
  readonly beginning = signal<Beginning | null>(null);
  /** Why each run cannot go on, as a sentence; null: it can. */
  readonly reasons: readonly (string | null)[];
  readonly #recorded: Recorded;
  readonly #start: StartTraining;
  #isBeginning = false;

  constructor(recorded: Recorded, start: StartTraining, words: PageWords) {
    this.#recorded = recorded;
    this.#start = start;
    this.reasons = recorded.suffixes.map((suffix, run) =>
      reasonAgainst(suffix, recorded.scene.runs[run]?.weights.refusal.peek() ?? null, words),
    );
  }

  get canGoOn(): boolean {
    return this.reasons.some((reason) => reason === null);
  }

  /** Why runs cannot go on, in one text; null: all can. */
  describeReasons(words: PageWords): string | null {
    const { labels } = this.#recorded.scene;
    const parts = this.reasons.flatMap((reason, i) => {
      if (reason === null) return [];
      const run = labels[i];
      return [run === undefined ? fill(words.go_on_reason, { reason }) : fill(words.go_on_reason_run, { run, reason })];
    });
    return parts.length > 0 ? parts.join(" ") : null;
  }

  /** Connect the player to a training of its runs. At the last epoch, train at once. */
  async begin(): Promise<void> {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    try {
      await this.#begin();
    } finally {
      this.#isBeginning = false;
    }
  }

  async #begin(): Promise<void> {
    const { scene, kernels, suffixes } = this.#recorded;
    const runs = await Promise.all(
      suffixes.map((suffix, run) => (this.reasons[run] === null ? adopted(suffix) : null)),
    );
    const training = await this.#start();
    training.adopt(runs);
    kernels.forEach((kernel, run) => {
      kernel.target = training.kernel(run);
    });
    training.connect(scene.runs);
    await this.#play(training);
    const beginnings = runs.map((run, i) => (run === null ? "recorded" : beginningOf(suffixes[i] as string, run)));
    this.beginning.value = (["other", "anew"] as const).find((each) => beginnings.includes(each)) ?? "recorded";
    this.training.value = training;
  }

  /** Wait for the worker; at the last epoch, train, and wait until it does or says why not. */
  async #play(training: Training): Promise<void> {
    const { stage, runs } = this.#recorded.scene;
    const able = this.#able.map((run) => runs[run] as PlayerStore);
    const head = stage.head.peek();
    const hasFailed = () => training.failure.value !== null;
    await until(() => hasFailed() || able.every(({ canTrain }) => canTrain.value));
    if (hasFailed() || stage.cursor.peek() < head) return;
    stage.runUntil(null);
    const answers = ({ status }: PlayerStore) => status.value.state === "training" || status.value.reason !== null;
    await until(() => hasFailed() || stage.head.value > head || able.some(answers));
  }

  /** The numbers of the runs that can go on. */
  get #able(): number[] {
    return this.reasons.flatMap((reason, run) => (reason === null ? [run] : []));
  }

  /** The seeds of the runs that go on; null: they are not all known. */
  get seeds(): (number | null)[] {
    return this.#recorded.scene.runs.map(({ recording }) => recording.peek()?.metadata.seed ?? null);
  }

  /** Start the runs again with other weights. */
  again(seed: number): void {
    const { scene } = this.#recorded;
    const training = this.training.peek();
    const able = this.#able;
    const seeds = newSeeds(
      able.map((run) => this.seeds[run] ?? -1 - run),
      seed,
    );
    for (const [i, run] of able.entries()) training?.reset(run, seeds[i] as number);
    scene.stage.runUntil(null);
  }
}
