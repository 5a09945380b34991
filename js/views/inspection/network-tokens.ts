/** The tokens in the picture of the network: read and predicted at the cursor, or in the open free run or memory cut. */
import type { Recording } from "../../player/types";
import type { Glyph } from "../../text/glyph";
import { glyphsOf } from "../cell";
import { onFrame } from "../frame";
import type { View } from "../view";

/** What is read and predicted at a position; -1: not known. */
interface Reading {
  input(position: number): number;
  prediction(position: number): number;
  /** Behind this position a free run has left the text: what is said there is neither correct nor wrong. */
  left?: number;
}

/** What the network reads and predicts at the cursor, in the mode that is open. */
function readingOf({ inspection }: View, recording: Recording, epoch: number): Reading {
  const recorded = (position: number): number => (epoch < 0 ? -1 : recording.token(epoch, position));
  const input = (position: number): number => recording.inputs[position] as number;
  const upTo = (end: number, of: (position: number) => number) => (position: number) =>
    position < end ? of(position) : -1;
  if (inspection.isOn("free_run")) {
    const [story, given] = [inspection.story.value, Math.max(1, inspection.choices.given.value)];
    if (!story) return { input: upTo(given, input), prediction: upTo(given, recorded) };
    const { inputs, said, parting } = story;
    return {
      input: (position) => inputs[position] ?? -1,
      prediction: (position) => said[position] ?? -1,
      left: parting,
    };
  }
  const after = inspection.isOn("memory") ? inspection.choices.memory.cut.value : null;
  if (after === null) return { input, prediction: recorded };
  const predictions = inspection.afterCut.value?.predictions;
  if (!predictions) return { input, prediction: upTo(after + 1, recorded) };
  return { input, prediction: (position) => predictions[position] ?? -1 };
}

class Place {
  readonly #el: Element;
  /** Kept: replacing it would cost a layout of the drawing. */
  readonly #text: Text;
  #token = -2;
  #tone = "";

  constructor(el: Element) {
    this.#el = el;
    const label = el.lastElementChild as Element;
    this.#text = (label.firstChild as Text | null) ?? label.appendChild(document.createTextNode(""));
  }

  show(glyphs: readonly Glyph[], token: number, tone: string): void {
    if (token !== this.#token) this.#text.data = glyphs[token]?.text ?? "";
    if (tone !== this.#tone) this.#el.setAttribute("data-tone", tone);
    [this.#token, this.#tone] = [token, tone];
  }
}

/** Keep the tokens of the positions from `first` on up to date. Returns how to stop. */
export function showTokens(host: SVGSVGElement, view: View, first: number): () => void {
  const { store, inspection } = view;
  const placesOf = (row: string) => Array.from(host.querySelectorAll(`[data-part=net-${row}]`), (el) => new Place(el));
  const [inputs, predictions, targets] = [placesOf("input"), placesOf("prediction"), placesOf("target")];
  let [alphabet, glyphs]: [readonly string[], readonly Glyph[]] = [[], []];
  const frames = onFrame(
    () => {
      store.version.value;
      store.cursor.value;
      const recording = store.recording.value;
      if (recording) readingOf(view, recording, -1); // reads what it depends on
    },
    () => {
      const recording = store.recording.peek();
      if (!recording) return;
      if (alphabet !== recording.alphabet) [alphabet, glyphs] = [recording.alphabet, glyphsOf(recording.alphabet)];
      const reading = readingOf(view, recording, Math.min(store.cursor.peek(), recording.epochs - 1));
      const given = inspection.isOn("free_run") ? inspection.choices.given.peek() : Number.POSITIVE_INFINITY;
      for (const [column, place] of inputs.entries()) {
        const position = first + column;
        const [prediction, target] = [reading.prediction(position), recording.targets[position] as number];
        const counted = recording.isCounted(position);
        place.show(glyphs, reading.input(position), position >= given ? "own" : "given");
        const plain = !counted || position > (reading.left ?? position);
        const tone = prediction < 0 ? "none" : plain ? "plain" : prediction === target ? "correct" : "wrong";
        predictions[column]?.show(glyphs, prediction, tone);
        targets[column]?.show(glyphs, counted ? target : -1, "given");
      }
    },
  );
  return frames.stop;
}
