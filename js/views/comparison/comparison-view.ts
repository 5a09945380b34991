/** State shared by all views of a comparison. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Layout } from "../../drawing/layout";
import type { Store } from "../../player/store";
import type { Until } from "../../player/types";
import type { Words } from "../../text/words";
import type { InspectionChoices } from "../inspection/choices";
import type { Transported } from "../transport";
import type { PanelName, View } from "../view";
import type { LockStep } from "./status";

export interface ComparisonView {
  readonly comparison: {
    readonly stage: Transported &
      LockStep & {
        readonly loop: Signal<boolean>;
        readonly logScale: Signal<boolean>;
        runUntil(until: Until | null): void;
      };
    readonly runs: readonly Store[];
    readonly labels: readonly string[];
    readonly chosen: Signal<readonly number[]>;
    choose(run: number, add: boolean): void;
  };
  readonly words: Words;
  readonly lang: string;
  readonly charted: boolean;
  readonly layout: Signal<Layout | null>;
  readonly axisEpochs: ReadonlySignal<number>;
  readonly scroll: Signal<number>;
  readonly large: Signal<boolean>;
  readonly panel: Signal<PanelName | null>;
  readonly encoding: Signal<boolean>;
  readonly choices: InspectionChoices;
  /** One for each run. */
  readonly views: readonly View[];
  readonly cardId: string;
  readonly theme: Signal<number>;
}
