/** State and types shared by all views of one player. */
import { computed, type ReadonlySignal, type Signal } from "@preact/signals";
import { epochsOnAxis } from "../drawing/axis";
import type { Layout } from "../drawing/layout";
import type { QuestionStore } from "../player/question-store";
import type { Store } from "../player/store";
import type { Glyph } from "../text/glyph";
import type { Words } from "../text/words";
import type { Inspection } from "./inspection/inspection";
import type { QuestionCard } from "./question/question-card";
import type { Theme } from "./theme";
import type { TilePainter } from "./tile-painter";

export type PanelName = "until" | "branch";

/** A run among others. */
export interface RunName {
  /** From 0 on. */
  readonly run: number;
  readonly label: string;
}

/** What the views of one run and of a comparison have in common. */
export interface SharedView {
  readonly words: Words;
  readonly lang: string;
  /** Whether a loss chart is shown next to the player. */
  readonly charted: boolean;
  /** The geometry of the text grid, null until it has been measured. */
  readonly layout: Signal<Layout | null>;
  /** Number of epochs on the axes of map and timeline. */
  readonly axisEpochs: ReadonlySignal<number>;
  /** Scroll offset of the text grid, px. */
  readonly scroll: Signal<number>;
  /** Presentation mode. */
  readonly large: Signal<boolean>;
  /** The open panel. */
  readonly panel: Signal<PanelName | null>;
  /** Whether the encoding is shown. */
  readonly encoding: Signal<boolean>;
  /** The id of the position card in the page. */
  readonly cardId: string;
  /** Increases when the colours of the page change. */
  readonly theme: Signal<number>;
  readonly asked: QuestionStore;
  readonly card: QuestionCard;
}

export interface View extends SharedView {
  readonly store: Store;
  /** Which run of a comparison it shows. */
  readonly name?: RunName;
  readonly inspection: Inspection;
}

/** What the parts of a text grid need to draw; a change of any field redraws everything. */
export interface RenderContext {
  readonly layout: Layout;
  readonly words: Words;
  readonly theme: Theme;
  /** Draws tiles while they change in every frame; null: the cells do. */
  readonly painter: TilePainter | null;
  /** By alphabet index. */
  readonly glyphs: readonly Glyph[];
  /** Number of epochs on the axis of the map. */
  readonly axisEpochs: number;
  /** What the axis of the map counts, and its end. */
  readonly axisName: string;
  readonly axisEnd: string;
  /** The highest probability that the network can output: below 1 without an output layer. */
  readonly maxProbability: number;
  /** Whether the map shows the first wrong position of each epoch. */
  readonly firstError: boolean;
}

/** Number of epochs on the axes of map and timeline. It does not change under a pointer that drags. */
export function axisEpochsOf(store: Store): ReadonlySignal<number> {
  let shown = 0;
  return computed(() => {
    if (store.dragging.value && shown > 0) return shown;
    store.version.value;
    const [recording, { goal, state }] = [store.recording.value, store.status.value];
    const question = store.asked.covered.value ? store.asked.question.value : null;
    if (question) {
      // Also what is covered. A goal that is far away would leave no room for what is shown.
      const epochs = question.epoch + 1;
      return state === "finished" ? Math.max(goal, epochs) : epochsOnAxis({ epochs, goal });
    }
    const longest = Math.max(0, ...(recording?.oldBranches ?? []).map(({ start, losses }) => start + losses.length));
    shown = epochsOnAxis({ epochs: recording?.epochs ?? 0, longest, goal, growing: state === "training" });
    return shown;
  });
}
