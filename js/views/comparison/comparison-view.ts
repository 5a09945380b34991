/** State shared by all views of a comparison. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Layout } from "../../drawing/layout";
import type { ComparisonStore } from "../../player/comparison";
import type { Words } from "../../text/words";
import type { InspectionChoices } from "../inspection/choices";
import type { PanelName, View } from "../view";

export interface ComparisonView {
  readonly comparison: ComparisonStore;
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
