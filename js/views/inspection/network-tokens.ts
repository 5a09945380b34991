/** The tokens in the picture of the network: read and predicted at the cursor, or in the open free run or memory cut. */
import { freeRun } from "../../network/free-run";
import { read } from "../../network/pass";
import type { Recording } from "../../player/types";
import type { Glyph } from "../../text/glyph";
import { glyphsOf } from "../cell";
import { onFrame } from "../frame";
import type { View } from "../view";
import { type InspectionName, MAX_POSITIONS } from "./inspection";

/** What is read and predicted at a position; -1: not known. */
interface Reading {
  input(position: number): number;
  prediction(position: number): number;
  /** Behind this position a free run has left the text: what is said there is neither correct nor wrong. */
  left?: number;
}

/** What the network reads and predicts at the cursor, in the mode that is open. */
function readingOf({ store, inspection }: View, recording: Recording, epoch: number): Reading {
  const { open, given, cut, shown } = inspection;
  const isOn = (name: InspectionName) => inspection.canCompute.peek() && open.peek().has(name);
  const [isFree, after] = [isOn("free_run"), isOn("memory") ? cut.peek() : null];
  const recorded = (position: number): number => (epoch < 0 ? -1 : recording.token(epoch, position));
  const input = (position: number): number => recording.inputs[position] as number;
  if (!isFree && after === null) return { input, prediction: recorded };
  const network = shown.peek()?.network;
  const tokens = recording.inputs.subarray(0, MAX_POSITIONS);
  const known = (values: Uint32Array, position: number): number => values[position] ?? -1;
  if (!isFree) {
    if (!network) return { input, prediction: (position) => (position <= (after ?? 0) ? recorded(position) : -1) };
    const what = { after: after ?? 0, what: "all" } as const;
    const { predictions } = read(network, tokens, { window: recording.metadata.window ?? null, cut: what });
    return { input, prediction: (position) => known(predictions, position) };
  }
  const start = Math.min(Math.max(1, given.peek()), tokens.length);
  if (network && store.head.peek() >= 0) {
    const corrected = [...inspection.corrections.peek()].map((position) => {
      return [position, recording.targets[position] as number] as const;
    });
    const options = { given: start, length: tokens.length, corrections: new Map(corrected) };
    const run = freeRun(network, tokens, options);
    const left = run.said.findIndex((token, position) => {
      return recording.isCounted(position) && token !== recording.targets[position];
    });
    return {
      input: (position) => known(run.inputs, position),
      prediction: (position) => known(run.said, position),
      ...(left >= 0 && { left }),
    };
  }
  return {
    input: (position) => (position < start ? input(position) : -1),
    prediction: (position) => (position < start ? recorded(position) : -1),
  };
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
      inspection.open.value;
      inspection.canCompute.value;
      inspection.given.value;
      inspection.corrections.value;
      inspection.cut.value;
      if (inspection.needsWeights.value) inspection.shown.value;
    },
    () => {
      const recording = store.recording.peek();
      if (!recording) return;
      if (alphabet !== recording.alphabet) [alphabet, glyphs] = [recording.alphabet, glyphsOf(recording.alphabet)];
      const reading = readingOf(view, recording, Math.min(store.cursor.peek(), recording.epochs - 1));
      const isFree = inspection.canCompute.peek() && inspection.open.peek().has("free_run");
      const given = isFree ? inspection.given.peek() : Number.POSITIVE_INFINITY;
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
