import { describe, expect, it } from "vitest";
import { fixtureOf, madeUpNetwork, type NetworkFixture, networkFixtures, networkOf } from "../testing/networks";
import type { Gate } from "./cells";
import { Network, weightCount } from "./network";
import { read } from "./pass";

/** Expect values (T*N) to be the rows (T, N), within the rounding of the network's dtype. */
function expectClose(values: Float64Array | null | undefined, rows: number[][] | null, fixture: NetworkFixture): void {
  const expected = rows?.flat();
  expect(values?.length).toBe(expected?.length);
  const furthest = Math.max(
    0,
    ...(expected ?? []).map((value, index) => Math.abs(value - (values?.[index] as number))),
  );
  expect(furthest).toBeLessThan(fixture.network.dtype === "float32" ? 1e-5 : 1e-12);
}

const withCell = networkFixtures.filter(({ cuts }) => cuts.length > 1);

describe("read", () => {
  it.each(networkFixtures)("computes the states, gates and logits that torch computes: $name", (fixture) => {
    const pass = read(networkOf(fixture), fixture.tokens);
    expect(pass.length).toBe(fixture.tokens.length);
    expectClose(pass.logits, fixture.logits, fixture);
    for (const [index, expected] of fixture.layers.entries()) {
      const trace = pass.layers[index];
      expect(trace?.size).toBe(fixture.network.layers[index]?.hidden_size);
      expectClose(trace?.hidden, expected.hidden, fixture);
      expectClose(trace?.cell, expected.cell, fixture);
      expect(Object.keys(trace?.gates ?? {})).toEqual(Object.keys(expected.gates));
      for (const gate in expected.gates)
        expectClose(trace?.gates[gate as Gate], expected.gates[gate] as number[][], fixture);
    }
  });

  it.each(networkFixtures)("predicts what torch predicts: $name", (fixture) => {
    expect([...read(networkOf(fixture), fixture.tokens).predictions]).toEqual(fixture.predictions);
  });

  it.each(networkFixtures)("reads windows from zero: $name", (fixture) => {
    const { size, logits, predictions } = fixture.window;
    const pass = read(networkOf(fixture), fixture.tokens, { window: size });
    expectClose(pass.logits, logits, fixture);
    expect([...pass.predictions]).toEqual(predictions);
  });

  it.each(networkFixtures)("cuts the memory as a loop of torch's cells: $name", (fixture) => {
    for (const { after, what, logits, predictions } of fixture.cuts) {
      const pass = read(networkOf(fixture), fixture.tokens, { cut: { after, what } });
      expectClose(pass.logits, logits, fixture);
      expect([...pass.predictions]).toEqual(predictions);
    }
  });

  it.each(["rnn", "lstm", "gru"] as const)("returns states from which %s goes on", (cell) => {
    const network = madeUpNetwork(cell, 6, 3);
    const pass = read(network, [1, 4, 2, 0, 5]);
    let state = pass.stateAt(2);
    for (const token of [0, 5]) state = network.step(state, token);
    expect(state).toEqual(pass.stateAt(4));
    expect(network.logits(state)).toEqual(pass.logits.slice(4 * 6));
  });

  it("returns copies of states", () => {
    const network = madeUpNetwork("lstm", 6, 3);
    const pass = read(network, [1, 4, 2]);
    network.advance(pass.stateAt(1), 5);
    expect(pass.stateAt(1)).toEqual(network.step(network.step(network.start(), 1), 4));
  });

  it.each([-1, 3, 0.5])("refuses position %d of three", (position) => {
    const pass = read(madeUpNetwork("gru", 6, 3), [1, 4, 2]);
    expect(() => pass.stateAt(position)).toThrow(`position ${position}: must be from 0 to 2`);
  });

  it("reads nothing", () => {
    const pass = read(madeUpNetwork("lstm", 6, 3), []);
    expect([pass.length, pass.predictions.length, pass.logits.length]).toEqual([0, 0, 0]);
  });

  it.each([4, 5, 9])("with a window of %i over four tokens is without windows", (window) => {
    const network = madeUpNetwork("lstm", 6, 3);
    const tokens = [1, 4, 2, 0];
    expect(read(network, tokens, { window }).logits).toEqual(read(network, tokens).logits);
  });

  it("with a window of one token reads each from zero", () => {
    const network = madeUpNetwork("lstm", 6, 3);
    const { logits } = read(network, [1, 4, 1], { window: 1 });
    expect(logits.slice(6, 12)).toEqual(network.logits(network.step(network.start(), 4)));
    expect(logits.slice(12)).toEqual(logits.slice(0, 6));
  });

  it.each(withCell)("changes nothing by a cut after the last position: $name", (fixture) => {
    const network = networkOf(fixture);
    const expected = read(network, fixture.tokens);
    for (const what of ["all", "h", "c"] as const) {
      const pass = read(network, fixture.tokens, { cut: { after: fixture.tokens.length - 1, what } });
      expect(pass.layers).toEqual(expected.layers);
      expect(pass.logits).toEqual(expected.logits);
    }
  });

  it("keeps the state at the cut itself, and reads what follows as a text of its own", () => {
    const network = madeUpNetwork("gru", 6, 3);
    const tokens = [1, 4, 2, 0, 5];
    const [whole, cut] = [read(network, tokens), read(network, tokens, { cut: { after: 2, what: "all" } })];
    expect(cut.stateAt(2)).toEqual(whole.stateAt(2));
    expect(cut.logits.slice(3 * 6)).toEqual(read(network, tokens.slice(3)).logits);
  });

  it("cuts inside every window that goes on after the cut", () => {
    const network = madeUpNetwork("lstm", 6, 3);
    const tokens = [1, 4, 2, 0, 5, 3];
    const { logits } = read(network, tokens, { window: 3, cut: { after: 3, what: "all" } });
    const at = (position: number) => logits.slice(position * 6, (position + 1) * 6);
    expect(at(3)).toEqual(read(network, [4, 2, 0]).logits.slice(12)); // the window 1..3 ends with the cut
    expect(at(4)).toEqual(read(network, [5]).logits);
    expect(at(5)).toEqual(read(network, [5, 3]).logits.slice(6));
  });

  it.each(["h", "c"] as const)("refuses to cut only %s where no layer has both", (what) => {
    const network = networkOf(fixtureOf("gru"));
    expect(() => read(network, [1, 2], { cut: { after: 0, what } })).toThrow(`what="${what}": only an LSTM`);
  });

  it.each(["rnn", "lstm", "gru"] as const)("returns NaN for an %s whose weights are NaN", (cell) => {
    const { shape } = madeUpNetwork(cell, 6, 3);
    const pass = read(new Network(shape, new Float32Array(weightCount(shape)).fill(Number.NaN)), [1, 4, 2]);
    expect(pass.logits.every(Number.isNaN)).toBe(true);
    expect(pass.layers[0]?.hidden.every(Number.isNaN)).toBe(true);
    expect([...pass.predictions]).toEqual([0, 0, 0]);
  });
});
