/** A recording that goes on in the page. */
import { signal } from "@preact/signals";
import type { PageTraining } from "../../kernel/page-training";
import { NO_KERNEL } from "../../player/replay";
import { jsonSpeed } from "../../player/speed";
import type { PlayerStore } from "../../player/store";
import type { PageWords } from "../../text/page-words";
import { fill } from "../../text/words";
import type { Adopted } from "../../training/types";
import type { Recorded } from "../recorded";
import { adopted, type Beginning, beginningOf, reasonAgainst } from "./adopted";
import { withSeed } from "./labels";
import { newSeeds } from "./seeds";
import { type StartTraining, tellFailure, until } from "./start";

export class Continuation {
  /** Null until the recording goes on. */
  readonly training = signal<PageTraining | null>(null);
  /** The least exact one of its runs; null: all have begun again since. */
  readonly #beginning = signal<Beginning | null>(null);
  /** Why each run cannot go on, as a sentence; null: it can. */
  readonly reasons: readonly (string | null)[];
  readonly #recorded: Recorded;
  readonly #start: StartTraining;
  #isBeginning = false;

  constructor(recorded: Recorded, start: StartTraining, words: PageWords) {
    this.#recorded = recorded;
    this.#start = start;
    this.reasons = recorded.runs.map((run) => reasonAgainst(run, words));
  }

  get canGoOn(): boolean {
    return this.reasons.some((reason) => reason === null);
  }

  /** Whether there is a training that has not failed. Reads signals. */
  get goesOn(): boolean {
    return this.training.value !== null && this.training.value.failure.value === null;
  }

  /** What the optimizer has started with, if a run goes on from an epoch of the recording; null: none does. Reads signals. */
  get state(): Beginning | null {
    const { scene, runs } = this.#recorded;
    const goesOn = scene.runs.some(({ recording, version }, run) => {
      version.value;
      const wasOwn = runs[run]?.parts?.metadata.trained_in_page === 0; // in another page
      return this.reasons[run] === null && (wasOwn || recording.value?.metadata.trained_in_page !== 0);
    });
    return goesOn ? this.#beginning.value : null;
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

  /** Connect the player to a training of its runs. At the last epoch, train at once. Rejects if the worker fails. */
  async begin(): Promise<void> {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    try {
      this.#end();
      await this.#begin();
    } finally {
      this.#isBeginning = false;
    }
  }

  /** End a training that has failed. */
  #end(): void {
    this.training.peek()?.dispose();
    this.training.value = null;
    this.#beginning.value = null;
  }

  async #begin(): Promise<void> {
    const { scene, runs } = this.#recorded;
    const given = await Promise.all(runs.map((_, run) => this.#given(run)));
    const training = await this.#start();
    training.adopt(given);
    runs.forEach(({ kernel }, run) => {
      kernel.target = training.kernel(run);
    });
    const stores = scene.runs.map((store, run) => (given[run] ? store : null));
    training.connect(stores);
    try {
      await this.#play(training);
    } catch (error) {
      scene.stage.pause();
      for (const { kernel } of runs) kernel.target = NO_KERNEL;
      training.dispose();
      throw error;
    }
    tellFailure(training, scene.runs);
    const beginnings = given.map((each, run) => each && beginningOf(runs[run]?.suffix ?? "", each));
    this.#beginning.value = (["other", "anew"] as const).find((each) => beginnings.includes(each)) ?? "recorded";
    this.training.value = training;
  }

  /** What a run goes on with; its store takes only revisions after those that it has seen. */
  async #given(run: number): Promise<Adopted | null> {
    const [recorded, reason] = [this.#recorded.runs[run], this.reasons[run]];
    const given = recorded && reason === null ? await adopted(recorded) : null;
    const revision = this.#recorded.scene.runs[run]?.received.peek()?.revision ?? 0;
    return given && { ...given, parts: { ...given.parts, revision } };
  }

  /** Wait for the worker; at the last epoch, train, and wait until it does or says why not. */
  async #play(training: PageTraining): Promise<void> {
    const { stage, runs } = this.#recorded.scene;
    const able = this.#able.map((run) => runs[run] as PlayerStore);
    const head = stage.head.peek();
    const atHead = stage.cursor.peek() >= head;
    await until(training, () => able.every(({ canTrain }) => canTrain.value));
    if (!atHead) return;
    stage.runUntil(null);
    const answers = ({ status }: PlayerStore) => status.value.state === "training" || status.value.reason !== null;
    await until(training, () => stage.head.value > head || able.some(answers));
  }

  /** The numbers of the runs that can go on. */
  get #able(): number[] {
    return this.reasons.flatMap((reason, run) => (reason === null ? [run] : []));
  }

  /** The seeds of the runs; null: one is not known. */
  get seeds(): (number | null)[] {
    return this.#recorded.scene.runs.map(({ recording }) => recording.peek()?.metadata.seed ?? null);
  }

  /** Start the runs again with other weights. Returns whether their labels have changed, which may name the seeds. */
  again(seed: number): boolean {
    const training = this.training.peek();
    if (training === null) return false;
    const { scene, labels } = this.#recorded;
    const { stage } = scene;
    const able = this.#able;
    const before = [...labels];
    const seeds = newSeeds(
      able.map((run) => this.seeds[run] ?? -1 - run),
      seed,
    );
    if (stage.mode.peek() === "replaying") stage.pause();
    this.#beginning.value = null;
    // The worker trains those that are furthest behind, so they come to be in lock step.
    training.kernel(0).send({ command: "speed", speed: jsonSpeed(stage.speed.peek()), run: null });
    for (const [i, run] of able.entries()) {
      const [old, chosen] = [this.seeds[run] ?? null, seeds[i] as number];
      training.reset(run, chosen);
      if (labels[run] !== undefined && old !== null) labels[run] = withSeed(labels[run], old, chosen);
    }
    return labels.some((label, run) => label !== before[run]);
  }
}
