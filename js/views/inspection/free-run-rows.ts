/** The rows of a free run: what it is given, what it reads, what it says, and where it parts from the text. */
import type { ReadonlySignal } from "@preact/signals";
import { fill, spoken } from "../../text/words";
import { element } from "../element";
import { onFrame } from "../frame";
import type { View } from "../view";
import { GivenHandle } from "./free-run-handle";
import { namePosition } from "./free-run-names";
import { canCorrect, type Story, type Text, toneAt } from "./free-run-story";
import { strokes } from "./free-run-strokes";
import type { Passage } from "./inspection";
import { type Place, TileLines, type TileRow } from "./tile-lines";

const NAMING_DELAY_MS = 250;
/** Space below a line for the words at the parting, and below what is read for the strokes; shares. */
const [LINE_SPACE, STROKE_SPACE] = [1.7, 0.32];
/** An upper bound for the width of these words, in multiples of their font size. */
const WORDS_WIDTH = 14;
const SVG = "http://www.w3.org/2000/svg";

/** What the rows show: a run next to its text, or the reader's own words. */
export type Shown = { passage: Passage; run: { story: Story; text: Text } | null };

export class FreeRunRows {
  readonly #view: View;
  readonly #shown: ReadonlySignal<Shown | null>;
  readonly #rows: readonly TileRow[];
  readonly #stage: HTMLElement;
  readonly #tiles: TileLines;
  readonly #handle: GivenHandle | null;
  readonly #parting: HTMLElement;
  readonly #paths: readonly SVGPathElement[];
  readonly #life = new AbortController();
  readonly #stop: () => void;
  #naming: ReturnType<typeof setTimeout> | undefined;
  /** For what the strokes were drawn. */
  #strokesFor: readonly unknown[] = [];

  /** `own`: rows for the reader's own words, which have no targets. */
  constructor(host: HTMLElement, view: View, shown: ReadonlySignal<Shown | null>, own: boolean) {
    const { words } = view;
    this.#view = view;
    this.#shown = shown;
    this.#rows = [
      ...(own
        ? []
        : [
            { name: "target", label: words.target, tile: false },
            { name: "teacher", label: words.free_run_teacher_row, tile: false },
          ]),
      { name: "input", label: words.free_run_input_row, tile: false, below: STROKE_SPACE },
      { name: "said", label: words.free_run_row, tile: true },
    ];
    this.#stage = element(host, "free-run-stage");
    this.#tiles = new TileLines(this.#stage, view, {
      label: words.free_run,
      rows: this.#rows,
      lineSpace: ({ type }) => Math.round(LINE_SPACE * type.small),
      nameOf: (position) => this.#nameOf(position),
      onPress: (position, event) => this.#press(position, event),
    });
    this.#handle = own ? null : new GivenHandle(this.#stage, view, this.#tiles, this.#life.signal);
    const svg = this.#stage.appendChild(document.createElementNS(SVG, "svg"));
    svg.setAttribute("class", "epochscope-free-run-strokes");
    svg.setAttribute("aria-hidden", "true");
    this.#paths = ["all", "wrong"].map((name) => {
      const path = svg.appendChild(document.createElementNS(SVG, "path"));
      path.dataset.stroke = name;
      return path;
    });
    this.#parting = element(this.#stage, "free-run-parting");
    this.#parting.setAttribute("aria-hidden", "true");
    element(this.#parting, "free-run-parting-words", "span").textContent = words.free_run_parts;
    this.#stop = onFrame(
      () => {
        view.layout.value;
        shown.value;
      },
      () => this.#draw(),
    ).stop;
  }

  destroy(): void {
    this.#life.abort();
    clearTimeout(this.#naming);
    this.#stop();
    this.#tiles.destroy();
    this.#stage.remove();
  }

  #draw(): void {
    const [shown, layout] = [this.#shown.peek(), this.#view.layout.peek()];
    if (!shown || !layout) return;
    const { passage, run } = shown;
    this.#tiles.show(passage.tokens.length, run ? this.#placesOf(run) : ownPlaces(passage));
    const given = run?.story.given ?? passage.given;
    const parting = run?.story.parting ?? passage.tokens.length;
    this.#handle?.show(layout, given, passage.tokens, this.#tiles.edgesOf(this.#input, given - 1));
    this.#drawStrokes(passage.tokens.length, given, parting);
    this.#placeParting(passage.tokens.length, parting);
    if (this.#naming === undefined) this.#tiles.name();
    clearTimeout(this.#naming);
    this.#naming = setTimeout(() => this.#tiles.name(), NAMING_DELAY_MS);
  }

  get #input(): number {
    return this.#rows.length - 2;
  }

  #placesOf({ story, text }: { story: Story; text: Text }): (row: number, position: number) => Place {
    const { given, inputs, said, parting, withTeacher, needed } = story;
    return (row, position) => {
      switch (this.#rows[row]?.name) {
        case "target":
          return { token: text.counted[position] ? (text.next[position] as number) : -1 };
        case "teacher": {
          const wrong = text.counted[position] && withTeacher[position] !== text.next[position];
          return { token: withTeacher[position] as number, tone: wrong ? "wrong" : "plain" };
        }
        case "input": {
          const before = position - 1;
          const tone = needed.has(before) ? "corrected" : before === parting ? "wrong" : "plain";
          return { token: inputs[position] as number, tone: position < given ? "given" : tone };
        }
        default:
          return { token: said[position] as number, tone: toneAt(story, text, position) };
      }
    };
  }

  #drawStrokes(length: number, given: number, parting: number): void {
    const layout = this.#view.layout.peek();
    const now = [layout, length, given, parting];
    if (!layout || now.every((value, index) => value === this.#strokesFor[index])) return;
    this.#strokesFor = now;
    const places = {
      layout,
      inputAt: (position: number) => this.#tiles.edgesOf(this.#input, position),
      saidAt: (position: number) => this.#tiles.edgesOf(this.#input + 1, position),
    };
    const [all, wrong] = this.#paths;
    all?.setAttribute("d", strokes(places, given - 1, length - 1));
    const fed = parting >= given - 1 && parting < length - 1;
    wrong?.setAttribute("d", fed ? strokes(places, parting, parting + 1) : "");
  }

  #placeParting(length: number, parting: number): void {
    const [el, layout] = [this.#parting, this.#view.layout.peek()];
    el.hidden = parting >= length;
    if (!layout) return;
    this.#stage.style.paddingBottom = this.#handle ? `${Math.round(LINE_SPACE * layout.type.small)}px` : "";
    if (el.hidden) return;
    const [first, last] = [this.#tiles.edgesOf(0, parting), this.#tiles.edgesOf(this.#rows.length - 1, parting)];
    const x = layout.direction === "ltr" ? first.left - layout.gap / 2 : first.right + layout.gap / 2;
    el.style.transform = `translate(${x - 1}px, ${first.top}px)`;
    el.style.height = `${last.bottom - first.top}px`;
    const size = Math.max(11, 0.66 * layout.type.small);
    el.style.fontSize = `${size}px`;
    const room = WORDS_WIDTH * size;
    const before = x + room > layout.gutter + layout.columns * layout.pitch && x > room;
    el.dataset.words = before ? "left" : "right";
  }

  #press(position: number, event: Event): void {
    const run = this.#shown.peek()?.run;
    const byPointer = event instanceof MouseEvent && event.detail > 0;
    if (byPointer && !(event.target as Element).closest('[data-row="said"]')) return;
    if (run && canCorrect(run.story, run.text, position)) this.#view.inspection.choices.correct(position);
  }

  #nameOf(position: number): string {
    const { words, store } = this.#view;
    const [shown, alphabet] = [this.#shown.peek(), store.recording.peek()?.alphabet ?? []];
    if (!shown) return "";
    if (shown.run) return namePosition(words, alphabet, shown.run.story, shown.run.text, position);
    const { passage } = shown;
    const token = (index: number | undefined): string => spoken(alphabet[index ?? -1] ?? "", words);
    const place = fill(words.position_of, { position: position + 1, positions: passage.tokens.length });
    const isGiven = position < passage.given;
    const read = `${isGiven ? words.own_words : words.free_run_input_row} ${token(passage.tokens[position])}`;
    return position < passage.given - 1
      ? `${place}: ${read}`
      : `${place}: ${read}, ${words.free_run_row} ${token(passage.said?.[position])}`;
  }
}

/** The reader's own words, and how the network goes on: before their end it says nothing of its own. */
function ownPlaces({ tokens, given, said }: Passage): (row: number, position: number) => Place {
  return (row, position) => {
    if (row === 0) return { token: tokens[position] as number, tone: position < given ? "given" : "plain" };
    return position < given - 1
      ? { token: -1, tone: "given" }
      : { token: (said?.[position] as number) ?? -1, tone: "said" };
  };
}
