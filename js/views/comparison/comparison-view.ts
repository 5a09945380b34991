/** State shared by all views of a comparison. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComparisonStore } from "../../player/comparison";
import type { InspectionChoices } from "../inspection/choices";
import type { SharedView, View } from "../view";
import type { Run } from "./runs";
import type { Group } from "./texts";

export interface ComparisonView extends SharedView {
  readonly comparison: ComparisonStore;
  readonly runs: readonly Run[];
  /** The runs by text; changes only with their recordings. */
  readonly groups: ReadonlySignal<readonly Group[]>;
  readonly choices: InspectionChoices;
  /** One for each run. */
  readonly views: readonly View[];
}
