import { describe, expect, it } from "vitest";
import { madeUpNetwork, networkFixtures, networkOf } from "../testing/networks";
import { read } from "./pass";
import { unitStep } from "./unit";

const tokens = [1, 4, 2, 0, 5, 3, 3, 1];
const positions = tokens.map((_, position) => position);

describe("unitStep", () => {
  it.each([null, 3])("has the numbers of which an LSTM's states are made, window %s", (window) => {
    const network = madeUpNetwork("lstm", 6, 3);
    const pass = read(network, tokens, { window });
    for (const position of positions) {
      const { hidden, cell, cellBefore, gates } = unitStep(network, pass, window, { layer: 0, unit: 2, position });
      const { forget = 0, input = 0, candidate = 0, output = 0 } = gates;
      expect(forget * cellBefore + input * candidate).toBeCloseTo(cell, 5);
      expect(output * Math.tanh(cell)).toBeCloseTo(hidden, 5);
    }
  });

  it.each([null, 3])("has the numbers of which a GRU's state is made, window %s", (window) => {
    const network = madeUpNetwork("gru", 6, 3);
    const pass = read(network, tokens, { window });
    for (const position of positions) {
      const { hidden, hiddenBefore, gates } = unitStep(network, pass, window, { layer: 0, unit: 2, position });
      const { update = 0, candidate = 0 } = gates;
      expect((1 - update) * candidate + update * hiddenBefore).toBeCloseTo(hidden, 5);
    }
  });

  it.each([null, 3])("has the sums of which an RNN's state is made, window %s", (window) => {
    const network = madeUpNetwork("rnn", 6, 3, 0.5);
    const pass = read(network, tokens, { window });
    for (const position of positions) {
      const { hidden, fromInput, fromHidden } = unitStep(network, pass, window, { layer: 0, unit: 2, position });
      expect(Math.tanh(fromInput + fromHidden)).toBeCloseTo(hidden, 5);
    }
  });

  it("begins from zero", () => {
    const network = madeUpNetwork("lstm", 6, 3);
    const step = unitStep(network, read(network, tokens), null, { layer: 0, unit: 1, position: 0 });
    expect([step.hiddenBefore, step.cellBefore]).toEqual([0, 0]);
  });

  it("reads an upper layer", () => {
    const fixture = networkFixtures.find(
      ({ network: { layers } }) => layers.length > 1 && layers[1]?.cell === "lstm",
    ) as (typeof networkFixtures)[number];
    const network = networkOf(fixture);
    const pass = read(network, fixture.tokens);
    const { cell, cellBefore, gates } = unitStep(network, pass, null, { layer: 1, unit: 0, position: 2 });
    const { forget = 0, input = 0, candidate = 0 } = gates;
    expect(forget * cellBefore + input * candidate).toBeCloseTo(cell, 5);
  });
});
