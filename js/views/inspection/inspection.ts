/** What the inspection panels of a run share: what its network reads in them, and what that gives. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { freeRun, sampler } from "../../network/free-run";
import type { Network, What } from "../../network/network";
import { type Pass, read } from "../../network/pass";
import type { Store } from "../../player/store";
import { tokenize } from "../../text/tokenize";
import { InspectionChoices } from "./choices";
import { type Story, storyOf, type Text, textOf } from "./free-run-story";
import { type CutResult, countChanges, cutPredictions } from "./memory-effects";

/** The tokens that the network reads in the panels. */
export interface Passage {
  /** Whether these are the reader's own words; then there are no targets, and the network continues them. */
  readonly own: boolean;
  /** What is read at each position, alphabet indices. */
  readonly tokens: Uint32Array;
  /** Number of tokens that are given: all of the run's text, or the reader's own words. */
  readonly given: number;
  /** Of the reader's own words: what the network says at each position. */
  readonly said: Uint32Array | null;
  /** Length of the windows that it is read in; null: as a whole. */
  readonly window: number | null;
}

/** How many positions of its own a network adds at least to the reader's words. */
const CONTINUATION = 12;
/** Number of tokens of the reader's own that are read: the last ones. */
export const MAX_OWN = 384;
/** Of a longer text, the panels show the beginning: it is computed anew in every frame while the cursor moves. */
export const MAX_POSITIONS = 400;

export class Inspection {
  readonly choices: InspectionChoices;
  /** The network with the weights nearest to the cursor, and their epoch; null if there are none. */
  readonly shown: ReadonlySignal<{ epoch: number; network: Network } | null>;
  /** Whether the network can be computed in a page, as far as is known: otherwise nothing can be run or cut. */
  readonly canCompute: ReadonlySignal<boolean>;
  /** What was typed, as tokens. */
  readonly typed: ReadonlySignal<{ indices: number[]; unknown: string[] }>;
  readonly passage: ReadonlySignal<Passage | null>;
  /** The network's pass over the passage. */
  readonly pass: ReadonlySignal<Pass | null>;
  /** The text of the run, with which a free run is compared; null: the panels read the reader's own words. */
  readonly text: ReadonlySignal<Text | null>;
  /** The free run of the text, with what is given and corrected. */
  readonly story: ReadonlySignal<Story | null>;
  /** Which part of the state is cut or moved: as chosen, "all" if the network has no cell state. */
  readonly part: ReadonlySignal<What>;
  /** Whether the state consists of h and c. */
  readonly hasCell: ReadonlySignal<boolean>;
  /** The passage read with the cut. */
  readonly afterCut: ReadonlySignal<CutResult | null>;
  readonly #store: Store;

  /** `choices`: those that it shares with the inspections of other runs. */
  constructor(store: Store, choices = new InspectionChoices()) {
    this.#store = store;
    this.choices = choices;
    const { words, given, corrections, memory } = choices;
    this.shown = computed(() => {
      const { weights, cursor } = store;
      weights.version.value;
      const epoch = weights.nearest(Math.max(0, cursor.value));
      const network = epoch === null ? null : weights.at(epoch);
      return network === null || epoch === null ? null : { epoch, network };
    });
    this.canCompute = computed(() => store.weights.refusal.value === null);
    this.typed = computed(() => {
      const recording = store.recording.value;
      if (!recording || words.value === "") return { indices: [], unknown: [] };
      return tokenize(words.value, recording.alphabet, recording.separator);
    });
    this.passage = computed(() => this.#passage());
    this.pass = computed(() => {
      const [shown, passage] = [this.shown.value, this.passage.value];
      return shown && passage ? read(shown.network, passage.tokens, { window: passage.window }) : null;
    });
    this.text = computed(() => {
      const [recording, passage] = [store.recording.value, this.passage.value];
      return recording && passage && !passage.own ? textOf(recording, passage) : null;
    });
    this.story = computed(() => {
      const [network, text, pass] = [this.shown.value?.network, this.text.value, this.pass.value];
      if (!network || !text || !pass) return null;
      return storyOf(network, text, pass.predictions, { given: given.value, corrections: corrections.value });
    });
    this.hasCell = computed(() => store.weights.network.value?.layers.some(({ cell }) => cell === "lstm") ?? false);
    this.part = computed(() => (this.hasCell.value ? memory.part.value : "all"));
    this.afterCut = computed(() => {
      const [network, pass, after] = [this.shown.value?.network, this.pass.value, memory.cut.value];
      if (!network || !pass) return null;
      const before = pass.predictions;
      if (after === null || after >= pass.length) return { after: null, before, predictions: before, changed: 0 };
      const window = this.passage.value?.window ?? null;
      const predictions = cutPredictions(network, pass, { after, what: this.part.value, window });
      return { after, before, predictions, changed: countChanges(before, predictions) };
    });
  }

  /** Whether a panel is open in which the network does something else with the text of the run than in training. */
  isOn(name: "free_run" | "memory"): boolean {
    return this.choices.open.value.has(name) && this.canCompute.value && !this.passage.value?.own;
  }

  /** Keep the number of panels that need weights up to date until `signal` is aborted. */
  watch(signal: AbortSignal, isShown: () => boolean = () => true): void {
    const { users } = this.#store.weights;
    let counted = 0;
    const stop = effect(() => {
      const now = this.choices.needsWeights.value && isShown() ? 1 : 0;
      users.value = users.peek() + now - counted;
      counted = now;
    });
    signal.addEventListener("abort", () => {
      stop();
      users.value = users.peek() - counted;
    });
  }

  #passage(): Passage | null {
    const recording = this.#store.recording.value;
    if (!recording) return null;
    const { indices } = this.typed.value;
    if (indices.length === 0) {
      const window = recording.metadata.window ?? null;
      const tokens = recording.inputs.subarray(0, MAX_POSITIONS);
      return { own: false, tokens, given: tokens.length, said: null, window };
    }
    const shown = this.shown.value;
    if (!shown) return null;
    const prefix = indices.slice(-MAX_OWN);
    const length = Math.min(MAX_POSITIONS, Math.max(recording.positions, prefix.length + CONTINUATION));
    const temperature = this.choices.temperature.value;
    const choose = temperature > 0 ? { choose: sampler(temperature, this.choices.seed.value) } : {};
    const { inputs, said } = freeRun(shown.network, prefix, { given: prefix.length, length, ...choose });
    return { own: true, tokens: inputs, given: prefix.length, said, window: null };
  }
}
