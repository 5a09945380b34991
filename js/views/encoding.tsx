/** The encoding: the tokens with their indices, and the input as one-hot vectors in the columns of the text grid. */
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { columnSpan, columnsWidth, lineOf, oneHotRow, visibleLines } from "../drawing/layout";
import { glyph } from "../text/glyph";
import { fill, grouped } from "../text/words";
import { onFrame } from "./frame";
import { readTheme } from "./theme";
import { Token } from "./token";
import type { View } from "./view";

export function Encoding({ view }: { view: View }) {
  const { store, words } = view;
  /** The line whose input is shown: that of the focused position, or the first visible one. */
  const line = useComputed(() => {
    const [layout, focus] = [view.layout.value, store.focus.value];
    if (!layout) return 0;
    return focus === null ? visibleLines(layout, view.scroll.value + 1, 1)[0] : lineOf(layout, focus);
  });
  const [recording, layout] = [store.recording.value, view.layout.value];
  if (!recording || !layout) return null;
  const { alphabet } = recording;
  const first = line.value * layout.columns;
  const last = Math.min(first + layout.columns, recording.positions);
  const row = oneHotRow(alphabet.length);
  const heading = recording.separator === "" ? words.alphabet : words.vocabulary;
  const title = layout.lines > 1 ? fill(words.one_hot_part, { first: first + 1, last }) : words.one_hot;
  const inputStyle = { marginLeft: `${layout.gutter}px`, fontSize: `${layout.type.small}px` };
  return (
    <section
      class="epochscope-encoding"
      data-part="encoding"
      id={`${view.cardId}-encoding`}
      aria-label={words.encoding}
    >
      <h3 class="epochscope-heading">{fill(heading, { count: grouped(alphabet.length) })}</h3>
      <ol class="epochscope-alphabet" data-part="alphabet">
        {alphabet.map((token, index) => (
          <li key={token}>
            <span class="epochscope-index">{index}</span> <Token token={token} />
          </li>
        ))}
      </ol>
      <h3 class="epochscope-heading">{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard */}
      <div class="epochscope-onehot" data-part="one-hot" role="img" aria-label={title} tabIndex={0}>
        <div class="epochscope-onehot-input" style={inputStyle}>
          {Array.from({ length: last - first }, (_, column) => (
            <span
              key={column}
              style={{ left: `${columnSpan(layout, column).left}px`, width: `${layout.pitch - layout.gap}px` }}
            >
              <Token token={alphabet[recording.inputs[first + column] as number]} />
            </span>
          ))}
        </div>
        {row.labelled && (
          <ol class="epochscope-onehot-rows" aria-hidden="true" style={{ width: `${layout.gutter}px` }}>
            {alphabet.map((token, index) => (
              <li key={token} style={{ height: `${row.height}px` }}>
                <span class="epochscope-index">{index}</span> <span class="epochscope-token">{glyph(token).text}</span>
              </li>
            ))}
          </ol>
        )}
        <OneHotPicture view={view} first={first} count={last - first} />
      </div>
    </section>
  );
}

function OneHotPicture({ view, first, count }: { view: View; first: number; count: number }) {
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
  return <canvas class="epochscope-onehot-picture" data-part="one-hot-picture" ref={host} />;
}

function draw(canvas: HTMLCanvasElement, view: View, first: number, count: number): void {
  const [layout, recording] = [view.layout.peek(), view.store.recording.peek()];
  if (!layout || !recording) return;
  const theme = readTheme(canvas.parentElement as Element);
  const { ratio, gap } = layout;
  const tokens = recording.alphabet.length;
  const { height: rowHeight } = oneHotRow(tokens);
  const width = columnsWidth(layout, layout.columns);
  canvas.style.marginLeft = `${layout.gutter}px`;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${tokens * rowHeight}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(tokens * rowHeight * ratio);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const space = rowHeight > 6 ? 1 : 0;
  for (let column = 0; column < count; column++) {
    const span = columnSpan(layout, column);
    const [left, right] = [Math.round(span.left * ratio), Math.round((span.right - gap) * ratio)];
    const hot = recording.inputs[first + column] as number;
    for (let token = 0; token < tokens; token++) {
      const top = Math.round(token * rowHeight * ratio);
      const bottom = Math.round(((token + 1) * rowHeight - space) * ratio);
      context.fillStyle = token === hot ? theme.ink : theme.zero;
      context.fillRect(left, top, right - left, bottom - top);
    }
  }
}
