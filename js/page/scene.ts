/** What a page shows: one run, or several in lock step. */
import { browserScheduler } from "../drawing/scheduler";
import { ComparisonStore } from "../player/comparison";
import type { Stage } from "../player/stage";
import { PlayerStore } from "../player/store";
import type { Kernel } from "../player/types";
import { wordsFor } from "../text/words";
import { eventEpochs as eventsOfRuns } from "../views/comparison/events";
import { choose } from "../views/comparison/keys";
import { mountComparison } from "../views/comparison/mount";
import { runsOf } from "../views/comparison/runs";
import { eventEpochs, press } from "../views/keyboard";
import { mountPlayer, type PlayerOptions } from "../views/player";

/** What a page uses of the stage of its runs. */
type SceneStage = Pick<
  Stage & PlayerStore,
  | ("cursor" | "head" | "mode" | "speed" | "dragging" | "logScale" | "asked" | "canTrain")
  | ("seek" | "toHead" | "pause" | "runUntil" | "setSpeed" | "dispose")
>;

export interface Scene {
  readonly stage: SceneStage;
  readonly runs: readonly PlayerStore[];
  /** Empty if there is only one run. */
  readonly labels: readonly string[];
  /** Show it in an element. Returns how to remove it. */
  mount(el: HTMLElement, options: PlayerOptions): () => void;
  /** Handle a key. Returns whether it is a shortcut. */
  act(event: KeyboardEvent): boolean;
}

export function runScene(kernel: Kernel): Scene {
  const store = new PlayerStore(kernel, browserScheduler);
  return {
    ...{ stage: store, runs: [store], labels: [] },
    mount: (el, options) => mountPlayer(el, store, options),
    act: (event) => press(store, event, () => eventEpochs(store)),
  };
}

/** `kernels[i]` carries the commands of run i. */
export function comparisonScene(kernels: readonly Kernel[], labels: readonly string[], lang: string): Scene {
  const comparison = new ComparisonStore(kernels, labels, browserScheduler);
  const { stage, runs } = comparison;
  const { words } = wordsFor(lang || navigator.language);
  const events = () => eventsOfRuns(runsOf(runs, labels), words);
  return {
    ...{ stage, runs, labels },
    mount: (el, options) => mountComparison(el, comparison, options),
    act: (event) => press(stage, event, events) || choose(comparison, event),
  };
}
