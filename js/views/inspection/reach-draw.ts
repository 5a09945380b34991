/** Drawing one line of gradient reach on a canvas: shades, rings, and the chosen position. */
import { contrast, type Rgb } from "../../drawing/color";
import { columnSpan, columnsWidth, type Layout, lineOf } from "../../drawing/layout";
import { reachShade } from "../../drawing/reach";
import type { Theme } from "../theme";
import type { ReachWork } from "./reach-work";
import type { Edges } from "./tile-lines";

/** Space around the cells for frames, px. */
export const PAD = 3;

/** What the lines are drawn with. */
export interface Palette {
  readonly theme: Theme;
  /** CSS colours, from 0 to all of the gradient. */
  readonly shades: readonly string[];
  /** Whether white is easier to read on a shade than black. One of them always has a contrast of 4.5 or more. */
  readonly dark: readonly boolean[];
}

export function paletteOf(theme: Theme): Palette {
  const colors = Array.from(theme.up, (packed): Rgb => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255]);
  return {
    theme,
    shades: colors.map((color) => `rgb(${color.join(" ")})`),
    dark: colors.map((color) => contrast(color, [255, 255, 255]) >= contrast(color, [0, 0, 0])),
  };
}

export interface LineShape {
  readonly layout: Layout;
  readonly line: number;
  /** Number of rows, and the height of each, px. */
  readonly rows: number;
  readonly rowHeight: number;
  /** Of the top of the line, the bottom of the letters, and the top of the rows, px from the top of the line. */
  readonly letters: Pick<Edges, "top" | "bottom">;
  readonly top: number;
}

const levelOf = (share: number, { shades }: Palette): number => Math.round(reachShade(share) * (shades.length - 1));

const colorOf = (share: number, palette: Palette): string => palette.shades[levelOf(share, palette)] as string;

/** Whether a share has a dark shade. */
export const isDark = (share: number, palette: Palette): boolean => palette.dark[levelOf(share, palette)] ?? false;

/** Draw the line; `position` is the chosen one of the text, on any line. */
export function drawReachLine(
  canvas: HTMLCanvasElement,
  work: ReachWork,
  shape: LineShape,
  position: number,
  palette: Palette,
): void {
  const { layout, line } = shape;
  const context = prepare(canvas, shape);
  const first = line * layout.columns;
  const end = Math.min(first + layout.columns, work.text.tokens.length);
  drawLetters(context, work, shape, position, palette);
  for (let at = first; at < end; at++) drawColumn(context, work, shape, at, palette);
  if (lineOf(layout, position) === line) frameColumn(context, shape, position, palette.theme);
}

/** Give the canvas its size, with a coordinate system in px whose origin is where the columns and the line begin. */
function prepare(canvas: HTMLCanvasElement, { layout, top, rows, rowHeight }: LineShape): CanvasRenderingContext2D {
  const { ratio } = layout;
  const [width, height] = [columnsWidth(layout, layout.columns) + 2 * PAD, top + rows * rowHeight + 2 * PAD];
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  const { style } = canvas;
  const [left, cssWidth, cssHeight] = [`${layout.gutter - PAD}px`, `${width}px`, `${height}px`];
  if (style.left !== left) style.left = left;
  if (style.width !== cssWidth) style.width = cssWidth;
  if (style.height !== cssHeight) style.height = cssHeight;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, w, h);
  context.setTransform(ratio, 0, 0, ratio, PAD * ratio, PAD * ratio);
  return context;
}

const edgesOf = (layout: Layout, position: number): { left: number; width: number } => {
  const { left, right } = columnSpan(layout, position % layout.columns);
  return { left, width: right - left - layout.gap };
};

/** What is read, shaded by how much of the gradient of the chosen position arrives there. */
function drawLetters(
  context: CanvasRenderingContext2D,
  { reach }: ReachWork,
  { layout, line, letters }: LineShape,
  position: number,
  palette: Palette,
): void {
  for (let lag = 0; lag < reach.lags && lag <= position; lag++) {
    const share = reach.shares[position * reach.lags + lag] as number;
    if (lineOf(layout, position - lag) !== line || Number.isNaN(share)) continue;
    const { left, width } = edgesOf(layout, position - lag);
    context.fillStyle = colorOf(share, palette);
    context.fillRect(left, letters.top, width, letters.bottom - letters.top - 1);
  }
}

function drawColumn(
  context: CanvasRenderingContext2D,
  { reach, dependence }: ReachWork,
  { layout, rows, rowHeight, top }: LineShape,
  position: number,
  palette: Palette,
): void {
  const { left, width } = edgesOf(layout, position);
  const space = rowHeight > 5 ? Math.max(1, Math.round(layout.ratio)) / layout.ratio : 0;
  const radius = Math.min(0.3 * rowHeight, 0.3 * width, 4);
  const { ground, ring } = palette.theme;
  for (let lag = 0; lag < rows && lag <= position; lag++) {
    const at = position * reach.lags + lag;
    const y = top + lag * rowHeight;
    const share = reach.shares[at] as number;
    if (!Number.isNaN(share)) {
      context.fillStyle = colorOf(share, palette);
      context.fillRect(left, y, width, rowHeight - space);
    }
    if (!dependence.changes[at]) continue;
    context.beginPath();
    context.arc(left + width / 2, y + (rowHeight - space) / 2, radius, 0, 2 * Math.PI);
    context.fillStyle = ground;
    context.fill();
    context.strokeStyle = ring;
    context.lineWidth = Math.max(1.25, radius / 2);
    context.stroke();
  }
}

function frameColumn(
  context: CanvasRenderingContext2D,
  { layout, letters, rows, rowHeight, top }: LineShape,
  position: number,
  theme: Theme,
): void {
  const { left, width } = edgesOf(layout, position);
  const bottom = top + Math.min(rows, position + 1) * rowHeight;
  context.beginPath();
  context.rect(left - 1.25, letters.top - 1.25, width + 2.5, bottom - letters.top + 2);
  // A lighter line around the dark one keeps it visible on dark cells.
  for (const [color, line] of [
    [theme.ground, 3.5],
    [theme.ink, 1.5],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = line;
    context.stroke();
  }
}
