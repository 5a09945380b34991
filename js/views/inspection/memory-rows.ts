/** Rows of tiles that follow the cursor, and a stage around them for what is drawn on top. */
import { element } from "../element";
import { onFrame } from "../frame";
import type { View } from "../view";
import { TileLines, type TileOptions } from "./tile-lines";

const NAMING_DELAY_MS = 250;

export interface MemoryRows {
  readonly tiles: TileLines;
  /** The box of the tiles: sliders and strokes have the same origin. */
  readonly stage: HTMLElement;
  readonly signal: AbortSignal;
  destroy(): void;
}

/** `watch` reads the signals whose changes draw; `draw` draws. */
export function memoryRows(
  host: HTMLElement,
  view: View,
  options: TileOptions,
  { watch, draw }: { watch(): void; draw(): void },
): MemoryRows {
  const stage = element(host, "memory-stage");
  const tiles = new TileLines(stage, view, options);
  const life = new AbortController();
  let naming: ReturnType<typeof setTimeout> | undefined;
  const frames = onFrame(
    () => {
      view.layout.value;
      watch();
    },
    () => {
      draw();
      if (naming === undefined) tiles.name();
      clearTimeout(naming);
      naming = setTimeout(() => tiles.name(), NAMING_DELAY_MS);
    },
  );
  return {
    ...{ tiles, stage, signal: life.signal },
    destroy() {
      life.abort();
      clearTimeout(naming);
      frames.stop();
      tiles.destroy();
      stage.remove();
    },
  };
}

/** The position nearest to a point of the page. */
export function nearestPosition(
  { tiles }: MemoryRows,
  view: View,
  { clientX, clientY }: MouseEvent,
  length: number,
): number {
  const layout = view.layout.peek();
  if (!layout) return 0;
  const box = tiles.content.getBoundingClientRect();
  const width = layout.columns * layout.pitch;
  const left = box.left + layout.gutter;
  return (
    tiles.positionAt({
      clientX: Math.min(Math.max(clientX, left + 1), left + width - 1),
      clientY: Math.min(Math.max(clientY, box.top + 1), box.bottom - 1),
    }) ?? length - 1
  );
}
