/** The runs that a reader trains from scratch in the page, one or several in lock step. */
import { signal } from "@preact/signals";
import type { PageTraining } from "../../kernel/page-training";
import type { Words } from "../../text/words";
import type { RunOptions } from "../../training/types";
import { comparisonScene, runScene, type Scene } from "../scene";
import { askBefore } from "./guess";
import { labelsOf } from "./labels";
import { newSeeds } from "./seeds";
import { type StartTraining, tellFailure, until } from "./start";

/** The most runs of a comparison: more would not fit beside each other. */
export const MOST_RUNS = 4;

export class OwnRuns {
  readonly options = signal<readonly RunOptions[]>([]);
  readonly training = signal<PageTraining | null>(null);
  /** Null until the first one is trained. */
  readonly scene = signal<Scene | null>(null);
  readonly #start: StartTraining;
  readonly #words: Words;
  readonly #lang: string;
  readonly #show: (scene: Scene) => void;
  /** End the question about the runs, if there is one. */
  #endGuess = (): void => {};
  #endTelling = (): void => {};
  /** What was asked for last. */
  #last: Promise<void> = Promise.resolve();

  /** `show` puts the scene of new runs into the page. */
  constructor(start: StartTraining, words: Words, lang: string, show: (scene: Scene) => void) {
    this.#start = start;
    this.#words = words;
    this.#lang = lang;
    this.#show = show;
  }

  isTrained(options: RunOptions): boolean {
    return this.options.peek().some((each) => JSON.stringify(each) === JSON.stringify(options));
  }

  /** Train only this one; with `guess`, the reader first answers when all will be correct. */
  only(options: RunOptions, guess = false): Promise<void> {
    return this.#inTurn(() => this.#begin([options], [options], false, guess));
  }

  /** Train one more, beside the runs so far; with `guess` all anew, and the reader first answers which one wins. */
  beside(options: RunOptions, guess = false): Promise<void> {
    return this.#inTurn(() => {
      const all = [...this.options.peek(), options];
      return guess ? this.#begin(all, all, false, true) : this.#begin(all, [options], true);
    });
  }

  /** Train all anew; runs with the same seed have the same one again. */
  again(seed: number): Promise<void> {
    return this.#inTurn(() => {
      const runs = this.options.peek();
      const seeds = newSeeds(
        runs.map((run) => run.seed),
        seed,
      );
      const next = runs.map((run, i) => ({ ...run, seed: seeds[i] as number }));
      return this.#begin(next, next, false);
    });
  }

  /** Begin once what was asked for before has begun: it may have to start the worker. */
  #inTurn(begin: () => Promise<void>): Promise<void> {
    const begun = this.#last.then(begin);
    this.#last = begun.catch(() => {});
    return begun;
  }

  async #begin(all: readonly RunOptions[], added: RunOptions[], keep: boolean, guess = false): Promise<void> {
    const known = this.#working();
    const training = known ?? (await this.#start());
    const before = this.scene.peek();
    before?.stage.pause();
    if (known === null) training.begin([...all], false);
    else training.begin(added, keep);
    const scene = this.#sceneOf(training, all);
    training.connect(scene.runs);
    try {
      await until(training, () => scene.runs.every(({ received }) => received.value !== null));
    } catch (error) {
      scene.stage.dispose();
      this.#discard(training);
      throw error;
    }
    this.#endGuess();
    this.#endTelling();
    this.#endTelling = tellFailure(training, scene.runs);
    this.training.value = training;
    if (before) scene.stage.setSpeed(before.stage.speed.peek());
    this.scene.value = scene;
    this.options.value = all;
    this.#show(scene);
    before?.stage.dispose();
    if (guess) this.#endGuess = askBefore(scene, Math.max(...all.map(({ epochs }) => epochs)));
    else scene.stage.runUntil(null);
  }

  /** The training that goes on; null: there is none, or it has failed. */
  #working(): PageTraining | null {
    const training = this.training.peek();
    if (training === null || training.failure.peek() === null) return training;
    this.#discard(training);
    return null;
  }

  /** End a training that has failed: the runs so far can only be replayed. */
  #discard(training: PageTraining): void {
    training.dispose();
    this.training.value = null;
    for (const store of this.scene.peek()?.runs ?? []) store.receiveConnection("none");
  }

  #sceneOf(training: PageTraining, all: readonly RunOptions[]): Scene {
    const kernels = all.map((_, run) => training.kernel(run));
    if (all.length === 1) return runScene(training.kernel(0));
    return comparisonScene(kernels, labelsOf(all, this.#words), this.#lang);
  }
}
