/** A network reads a text: what it computes at every position. */
import { type CellStep, GATES, type Gate } from "./cells";
import { argmax, type LayerState, type Network, type State, type What } from "./network";

/** What a layer of size H computed at T positions: (T*H) each, position after position. */
export interface LayerTrace {
  readonly size: number;
  readonly hidden: Float64Array;
  /** of an LSTM */
  readonly cell: Float64Array | null;
  readonly gates: Partial<Record<Gate, Float64Array>>;
}

export interface Pass {
  readonly length: number;
  readonly tokens: ArrayLike<number>;
  /** (T,) */
  readonly predictions: Uint32Array;
  /** (T*V), position after position */
  readonly logits: Float64Array;
  readonly layers: readonly LayerTrace[];
  /** Return the state after a position, from which its logits were computed: before a cut there. */
  stateAt(position: number): State;
}

export interface Cut {
  /** The state after this position is set to zero. */
  after: number;
  what: What;
}

export interface ReadOptions {
  window?: number | null;
  cut?: Cut;
}

/**
 * Read all tokens from zero.
 *
 * With a window of T tokens, each position p >= T is the last of the window p-T+1 .. p, which is read from zero. With a
 * cut, the state after position `cut.after` is set to zero, for all positions that are read after it in the same window.
 */
export function read(network: Network, tokens: ArrayLike<number>, { window = null, cut }: ReadOptions = {}): Pass {
  const length = tokens.length;
  const { tokens: V, layers } = network.shape;
  const traces: LayerTrace[] = layers.map(({ cell, hidden_size }) => ({
    size: hidden_size,
    hidden: new Float64Array(length * hidden_size),
    cell: cell === "lstm" ? new Float64Array(length * hidden_size) : null,
    gates: Object.fromEntries(GATES[cell].map((gate) => [gate, new Float64Array(length * hidden_size)])),
  }));
  const logits = new Float64Array(length * V);
  const predictions = new Uint32Array(length);
  const state = network.start();
  if (cut) checkPart(network, cut.what);
  for (let position = 0; position < length; position++) {
    const windowed = window !== null && position >= window;
    if (windowed) clear(state, "all");
    readOn(network, state, tokens, windowed ? position - window + 1 : position, position, cut);
    for (const [index, trace] of traces.entries())
      record(trace, position, state[index] as LayerState, network.gates(index));
    const scores = network.lastLogits(state);
    logits.set(scores, position * V);
    predictions[position] = argmax(scores);
  }
  return {
    length,
    tokens,
    predictions,
    logits,
    layers: traces,
    stateAt: (position) => stateOf(traces, position, length),
  };
}

/** Return the state after a position, as `read` computes it, without the other positions of a windowed text. */
export function stateAfter(
  network: Network,
  tokens: ArrayLike<number>,
  position: number,
  window: number | null,
): State {
  const state = network.start();
  const first = window !== null && position >= window ? position - window + 1 : 0;
  readOn(network, state, tokens, first, position);
  return state;
}

/** Return the state with which the token at a position of `pass` was read, in its window if there is one. A copy. */
export function stateBefore(network: Network, pass: Pass, position: number, window: number | null): State {
  const state = network.start();
  const first = window !== null && position >= window ? position - window + 1 : 0;
  if (first === 0 && position > 0) return pass.stateAt(position - 1);
  readOn(network, state, pass.tokens, first, position - 1);
  return state;
}

/** Read the tokens first .. last, overwriting `state`. */
function readOn(
  network: Network,
  state: State,
  tokens: ArrayLike<number>,
  first: number,
  last: number,
  cut?: Cut,
): void {
  for (let position = first; position <= last; position++) {
    if (cut && position === cut.after + 1) clear(state, cut.what);
    network.advance(state, tokens[position] as number);
  }
}

/** Set a state to zero, or only its hidden or cell states. */
function clear(state: State, what: What): void {
  for (const { h, c } of state) {
    if (what !== "c") h.fill(0);
    if (what !== "h") c?.fill(0);
  }
}

/** Throw an Error if only h or only c is meant and no layer has a c. */
export function checkPart({ shape: { layers } }: Network, what: What): void {
  if (what !== "all" && !layers.some(({ cell }) => cell === "lstm"))
    throw new Error(
      `what="${what}": only an LSTM has h and c, this network is of ${layers[0]?.cell.toUpperCase()} layers; use "all"`,
    );
}

function record(trace: LayerTrace, position: number, { h, c }: LayerState, gates: CellStep["gates"]): void {
  const start = position * trace.size;
  trace.hidden.set(h, start);
  if (c) trace.cell?.set(c, start);
  for (const gate in gates) trace.gates[gate as Gate]?.set(gates[gate as Gate], start);
}

function stateOf(traces: readonly LayerTrace[], position: number, length: number): State {
  if (!(Number.isInteger(position) && position >= 0 && position < length))
    throw new RangeError(`position ${position}: must be from 0 to ${length - 1}`);
  return traces.map(({ size, hidden, cell }) => {
    const [start, end] = [position * size, (position + 1) * size];
    return { h: hidden.slice(start, end), c: cell === null ? null : cell.slice(start, end) };
  });
}
