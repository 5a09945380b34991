/** The runs that a reader trains from scratch in the page, one or several in lock step. */
import { signal } from "@preact/signals";
import type { Words } from "../../text/words";
import type { RunOptions } from "../../training/types";
import { comparisonScene, runScene, type Scene } from "../scene";
import { labelsOf } from "./labels";
import { newSeeds } from "./seeds";
import type { StartTraining, Training } from "./training";

/** The most runs of a comparison: more would not fit beside each other. */
export const MOST_RUNS = 4;

export class OwnRuns {
  readonly options = signal<readonly RunOptions[]>([]);
  readonly training = signal<Training | null>(null);
  readonly #start: StartTraining;
  readonly #words: Words;
  readonly #lang: string;
  readonly #show: (scene: Scene) => void;
  #scene: Scene | null = null;

  /** `show` puts the scene of new runs into the page. */
  constructor(start: StartTraining, words: Words, lang: string, show: (scene: Scene) => void) {
    this.#start = start;
    this.#words = words;
    this.#lang = lang;
    this.#show = show;
  }

  get scene(): Scene | null {
    return this.#scene;
  }

  isTrained(options: RunOptions): boolean {
    return this.options.peek().some((each) => JSON.stringify(each) === JSON.stringify(options));
  }

  /** Train only this one. */
  only(options: RunOptions): Promise<void> {
    return this.#begin([options], [options], false);
  }

  /** Train one more, beside the runs so far. */
  beside(options: RunOptions): Promise<void> {
    return this.#begin([...this.options.peek(), options], [options], true);
  }

  /** Train all anew; runs with the same seed have the same one again. */
  again(seed: number): Promise<void> {
    const runs = this.options.peek();
    const seeds = newSeeds(
      runs.map((run) => run.seed),
      seed,
    );
    const next = runs.map((run, i) => ({ ...run, seed: seeds[i] as number }));
    return this.#begin(next, next, false);
  }

  async #begin(all: readonly RunOptions[], added: RunOptions[], keep: boolean): Promise<void> {
    const training = this.training.peek() ?? (await this.#start());
    this.training.value = training;
    const before = this.#scene;
    before?.stage.pause();
    training.begin(added, keep);
    const scene = this.#sceneOf(training, all);
    training.connect(scene.runs);
    if (before) scene.stage.setSpeed(before.stage.speed.peek());
    this.#scene = scene;
    this.options.value = all;
    this.#show(scene);
    before?.stage.dispose();
    scene.stage.runUntil(null);
  }

  #sceneOf(training: Training, all: readonly RunOptions[]): Scene {
    const kernels = all.map((_, run) => training.kernel(run));
    if (all.length === 1) return runScene(training.kernel(0));
    return comparisonScene(kernels, labelsOf(all, this.#words), this.#lang);
  }
}
