/** What every view of one player shares. */
import type { Signal } from "@preact/signals";
import { extent, type Layout } from "../drawing/layout";
import type { Store } from "../player/types";
import type { Glyph } from "../text/glyph";
import type { Words } from "../text/words";
import type { Theme } from "./theme";

export type PanelName = "until" | "branch";

export interface View {
  readonly store: Store;
  readonly words: Words;
  readonly lang: string;
  /** A loss chart stands beside the player. */
  readonly charted: boolean;
  /** The geometry of the stage, null until it has been measured. */
  readonly layout: Signal<Layout | null>;
  /** How far the stage is scrolled, px. */
  readonly scroll: Signal<number>;
  /** Presentation mode. */
  readonly large: Signal<boolean>;
  /** Which panel is open. */
  readonly panel: Signal<PanelName | null>;
  readonly encoding: Signal<boolean>;
  /** The id of the position card in the page. */
  readonly cardId: string;
  /** Increases when the colours of the page change. */
  readonly theme: Signal<number>;
}

/** How a stage looks; what is drawn is made anew when any of it changes. */
export interface Look {
  readonly layout: Layout;
  readonly words: Words;
  readonly theme: Theme;
  /** By alphabet index. */
  readonly glyphs: readonly Glyph[];
  /** Epochs that the axis of the map has room for. */
  readonly span: number;
  /** The highest probability that the network can give: 1, or less without a readout. */
  readonly surest: number;
}

/** Epochs that the axes of map and timeline have room for. Does not listen to signals. */
export function spanOf({ status, recording }: Store): number {
  const { goal, state } = status.peek();
  return extent(goal, recording.peek()?.epochs ?? 0, state === "training");
}
