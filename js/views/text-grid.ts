/** The stage: rows and learning map of the positions that are in sight. Imperative, since it changes at every epoch. */
import { batch, effect } from "@preact/signals";
import { columnX, type Layout, layOut, layOutLarge, visibleLines } from "../drawing/layout";
import type { Recording } from "../player/types";
import { element, glyphsOf } from "./cell";
import { onFrame } from "./frame";
import { pointStage } from "./pointer";
import { createLine, type Line } from "./text-line";
import { readTheme } from "./theme";
import { spanOf, type View } from "./view";

/** Faster than this, in epochs per second, and in a drag, flashes are noise. */
const FASTEST_FLASH = 24;
/** Padding of the stage left and right, px, as in styles.css. */
const EDGE = 4;
const NAMING_DELAY_MS = 250;

/** Without a readout the loss of the surest prediction is known: the saturation floor. */
function surestOf({ references }: Recording): number {
  const floor = references.find(({ kind }) => kind === "saturation");
  return floor ? Math.exp(-floor.loss) : 1;
}

export function createStage(host: HTMLElement, view: View): { destroy: () => void } {
  const { store, words } = view;
  const content = element(host, "content");
  content.setAttribute("role", "listbox");
  content.setAttribute("aria-label", words.positions);
  const marker = element(content, "marker");
  marker.hidden = true;
  const lines = new Map<number, Line>();
  let drawn: { layout: Layout; recording: Recording; revision: number; span: number; theme: number } | null = null;
  let alphabet: readonly string[] = [];
  let glyphs = glyphsOf(alphabet);
  let theme = readTheme(host);
  let naming: ReturnType<typeof setTimeout> | undefined;
  let surest = 1;
  let shownEpoch = -1;
  // Read when they change, not when they are drawn: in the midst of a frame that would lay the whole page out.
  let size = { width: 0, height: 0 };

  const measure = (): void => {
    const recording = store.recording.peek();
    size = { width: host.clientWidth, height: host.clientHeight };
    if (!recording || size.width === 0) return;
    if (alphabet !== recording.alphabet) {
      alphabet = recording.alphabet;
      glyphs = glyphsOf(alphabet);
    }
    const room = {
      width: size.width - 2 * EDGE,
      positions: recording.positions,
      glyph: glyphs.reduce((widest, { columns }) => Math.max(widest, columns), 1),
      ratio: devicePixelRatio || 1,
    };
    const next = view.large.peek()
      ? layOutLarge({ ...room, height: size.height })
      : layOut({ ...room, height: null, unit: 1 });
    if (JSON.stringify(next) !== JSON.stringify(view.layout.peek())) view.layout.value = next;
  };

  const drop = (): void => {
    for (const line of lines.values()) line.el.remove();
    lines.clear();
  };

  /** What is drawn is thrown away when anything but the epochs changed. */
  const renew = (layout: Layout, recording: Recording, span: number): void => {
    const now = { layout, recording, revision: recording.revision, span, theme: view.theme.peek() };
    const was = drawn;
    if (was && (Object.keys(now) as (keyof typeof now)[]).every((key) => was[key] === now[key])) return;
    if (was?.theme !== now.theme) theme = readTheme(host);
    drawn = now;
    surest = surestOf(recording);
    drop();
    const { style } = host;
    style.height = view.large.peek() ? "" : `${layout.stageHeight}px`;
    content.style.height = `${layout.contentHeight}px`;
    content.style.width = `${layout.gutter + columnX(layout, layout.columns)}px`;
    for (const row of ["reads", "target", "says", "bars"] as const) {
      style.setProperty(`--epochscope-${row}-height`, `${layout[row].height}px`);
    }
    style.setProperty("--epochscope-small", `${layout.type.small}px`);
    style.setProperty("--epochscope-large", `${layout.type.large}px`);
    host.dataset.dense = String(layout.dense);
    size.height = host.clientHeight;
  };

  const draw = (): void => {
    const [recording, layout] = [store.recording.peek(), view.layout.peek()];
    if (!recording || !layout) return;
    const span = spanOf(store);
    renew(layout, recording, span);
    const [first, last] = visibleLines(layout, view.scroll.peek(), size.height || layout.stageHeight);
    const focus = store.focus.peek();
    const kept = focus === null ? -1 : Math.floor(focus / layout.columns);
    for (const [index, line] of lines) {
      if (index >= first && index < last) continue;
      if (index === kept) continue; // the focus must not fall out of the page
      line.el.remove();
      lines.delete(index);
    }
    const epoch = Math.min(store.cursor.peek(), recording.epochs - 1);
    const slow = store.mode.peek() === "rest" ? !store.dragging.peek() : store.speed.peek() <= FASTEST_FLASH;
    const flashing = epoch !== shownEpoch && slow;
    shownEpoch = epoch;
    for (let index = first; index < last; index++) {
      let line = lines.get(index);
      if (!line) {
        line = createLine(content, { layout, words, theme, glyphs, span, surest });
        line.bind(recording, index);
        line.name(recording, epoch);
        lines.set(index, line);
      }
    }
    for (const line of lines.values()) line.show(recording, epoch, flashing);
    pointer.refresh(lines);
    clearTimeout(naming);
    naming = setTimeout(() => {
      for (const line of lines.values()) line.name(recording, epoch);
    }, NAMING_DELAY_MS);
  };

  const pointer = pointStage({ host, content, marker, view });
  const frames = onFrame(() => {
    store.version.value;
    store.cursor.value;
    store.status.value;
    store.hover.value;
    store.focus.value;
    view.layout.value;
    view.theme.value;
  }, draw);
  const scrolled = (): void => {
    view.scroll.value = host.scrollTop;
    frames.request();
  };
  host.addEventListener("scroll", scrolled, { passive: true });
  const resize = new ResizeObserver(() => {
    batch(measure);
    scrolled(); // one that was taken out of the page and put back is at its top, and nothing else says so
  });
  resize.observe(host);
  const stopMeasuring = effect(() => {
    store.recording.value; // another one: what grows keeps its alphabet and its positions
    view.large.value;
    measure();
  });

  return {
    destroy() {
      resize.disconnect();
      stopMeasuring();
      frames.stop();
      pointer.destroy();
      clearTimeout(naming);
      host.removeEventListener("scroll", scrolled);
      host.replaceChildren();
    },
  };
}
