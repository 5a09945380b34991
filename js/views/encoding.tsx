/** The fold "Encoding": the alphabet with its indices, and the input as one-hot vectors in the columns of the stage. */
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { columnX, lineOf, oneHotRow, visibleLines } from "../drawing/layout";
import { glyph } from "../text/glyph";
import { onFrame } from "./frame";
import { readTheme } from "./theme";
import { Token } from "./token";
import type { View } from "./view";

export function Encoding({ view }: { view: View }) {
  const { store, words, layout } = view;
  /** The line whose input is shown: that of the position pointed at, or the first in sight. */
  const line = useComputed(() => {
    const at = layout.value;
    if (!at) return 0;
    const pointed = store.focus.value;
    return pointed === null ? visibleLines(at, view.scroll.value + 1, 1)[0] : lineOf(at, pointed);
  });
  const recording = store.recording.value;
  const at = layout.value;
  if (!recording || !at) return null;
  const first = line.value * at.columns;
  const last = Math.min(first + at.columns, recording.positions);
  const row = oneHotRow(recording.alphabet.length);
  const title = at.lines > 1 ? words.oneHotPart(first + 1, last) : words.oneHot;
  return (
    <section class="epochscope-encoding" id={`${view.cardId}-encoding`} aria-label={words.encoding}>
      <h3 class="epochscope-heading">{words.alphabet(recording.alphabet.length)}</h3>
      <ol class="epochscope-alphabet">
        {recording.alphabet.map((token, index) => (
          <li key={token}>
            <span class="epochscope-index">{index}</span> <Token token={token} />
          </li>
        ))}
      </ol>
      <h3 class="epochscope-heading">{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="epochscope-onehot" role="img" aria-label={title} tabIndex={0}>
        <div class="epochscope-onehot-reads" style={{ marginLeft: `${at.gutter}px`, fontSize: `${at.type.small}px` }}>
          {Array.from({ length: last - first }, (_, column) => (
            <span key={column} style={{ left: `${columnX(at, column)}px`, width: `${at.pitch - at.gap}px` }}>
              <Token token={recording.alphabet[recording.inputs[first + column] as number]} />
            </span>
          ))}
        </div>
        {row.labelled && (
          <ol class="epochscope-onehot-rows" aria-hidden="true" style={{ width: `${at.gutter}px` }}>
            {recording.alphabet.map((token, index) => (
              <li key={token} style={{ height: `${row.height}px` }}>
                <span class="epochscope-index">{index}</span> <span class="epochscope-token">{glyph(token).text}</span>
              </li>
            ))}
          </ol>
        )}
        <Picture view={view} first={first} count={last - first} />
      </div>
    </section>
  );
}

function Picture({ view, first, count }: { view: View; first: number; count: number }) {
  const host = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const frames = onFrame(
      () => {
        view.theme.value;
        view.layout.value;
      },
      () => draw(host.current as HTMLCanvasElement, view, first, count),
    );
    return frames.stop;
  }, [view, first, count]);
  return <canvas class="epochscope-onehot-picture" ref={host} />;
}

function draw(canvas: HTMLCanvasElement, view: View, first: number, count: number): void {
  const [layout, recording] = [view.layout.peek(), view.store.recording.peek()];
  if (!layout || !recording) return;
  const theme = readTheme(canvas.parentElement as Element);
  const { ratio, gap } = layout;
  const tokens = recording.alphabet.length;
  const { height: rowHeight } = oneHotRow(tokens);
  const width = columnX(layout, count);
  canvas.style.marginLeft = `${layout.gutter}px`;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${tokens * rowHeight}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(tokens * rowHeight * ratio);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const space = rowHeight > 6 ? 1 : 0;
  for (let column = 0; column < count; column++) {
    const left = Math.round(columnX(layout, column) * ratio);
    const right = Math.round((columnX(layout, column + 1) - gap) * ratio);
    const hot = recording.inputs[first + column] as number;
    for (let token = 0; token < tokens; token++) {
      const top = Math.round(token * rowHeight * ratio);
      const bottom = Math.round(((token + 1) * rowHeight - space) * ratio);
      context.fillStyle = token === hot ? theme.ink : theme.zero;
      context.fillRect(left, top, right - left, bottom - top);
    }
  }
}
