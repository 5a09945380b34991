import { describe, expect, it } from "vitest";
import { fixtureOf, madeUpNetwork, networkFixtures, networkOf } from "../testing/networks";
import { freeRun, sampler } from "./free-run";
import { argmax, type State } from "./network";
import { read } from "./pass";
import { transplant } from "./transplant";

const tokens = [1, 4, 2, 0, 5, 3, 3, 1];
const length = tokens.length;
const cells = ["rnn", "lstm", "gru"] as const;

describe("transplant", () => {
  it.each(networkFixtures)("predicts what a loop of torch's cells predicts: $name", (fixture) => {
    for (const { predictions, ...options } of fixture.transplants) {
      const result = transplant(networkOf(fixture), fixture.tokens, { ...options, length: fixture.tokens.length });
      expect([...result.predictions]).toEqual(predictions);
      expect([...result.inputs]).toEqual([fixture.tokens[options.to], ...predictions.slice(0, -1)]);
    }
  });

  it.each(cells)("of a position to itself is the free run of an %s from there", (cell) => {
    const network = madeUpNetwork(cell, 6, 3);
    for (let to = 0; to < length; to++) {
      const { inputs, predictions } = transplant(network, tokens, { source: to, to, what: "all", length: 20 });
      const free = freeRun(network, tokens, { given: to + 1, length: 20 });
      expect(predictions).toEqual(free.predictions.slice(to));
      expect(inputs).toEqual(free.inputs.slice(to));
    }
  });

  it.each(cells)("of the whole state of an %s says what follows the source", (cell) => {
    const network = madeUpNetwork(cell, 6, 3);
    const { predictions } = transplant(network, tokens, { source: 2, to: 6, what: "all", length: 20 });
    expect(predictions).toEqual(freeRun(network, tokens, { given: 3, length: 16 }).predictions.slice(2));
  });

  it("takes its states from windows", () => {
    const network = madeUpNetwork("lstm", 6, 16);
    const options = { source: 6, to: 4, what: "all", length: 20 } as const;
    const { predictions } = transplant(network, tokens, { ...options, window: 3 });
    const window = freeRun(network, tokens.slice(4, 7), { given: 3, length: 18 });
    expect(predictions).toEqual(window.predictions.slice(2));
    expect(predictions).not.toEqual(transplant(network, tokens, options).predictions);
  });

  it("keeps the other part of the state from the window of the position", () => {
    const network = madeUpNetwork("lstm", 6, 16);
    const options = { source: 1, to: 6, what: "c", length: 20, window: 3 } as const;
    const [source, window] = [read(network, tokens).stateAt(1), read(network, tokens.slice(4, 7)).stateAt(2)];
    let state = window.map(({ h }, layer) => ({ h, c: source[layer]?.c ?? null })) as State;
    const { inputs, predictions } = transplant(network, tokens, options);
    for (const [index, prediction] of predictions.entries()) {
      if (index > 0) state = network.step(state, inputs[index] as number);
      expect(prediction).toBe(argmax(network.logits(state)));
    }
    expect(predictions).not.toEqual(transplant(network, tokens, { ...options, window: null }).predictions);
  });

  it("draws with a sampler", () => {
    const network = madeUpNetwork("lstm", 6, 3);
    const options = { source: 2, to: 4, what: "all", length: 40 } as const;
    const draw = () => transplant(network, tokens, { ...options, choose: sampler(2, 1) });
    expect(draw()).toEqual(draw());
    expect(draw()).not.toEqual(transplant(network, tokens, options));
  });

  it.each([
    { source: -1, to: 2 },
    { source: 2, to: 8 },
  ])("refuses positions outside the text: %j", ({ source, to }) => {
    const network = madeUpNetwork("lstm", 6, 3);
    expect(() => transplant(network, tokens, { source, to, what: "all", length })).toThrow(
      "must be a position from 0 to 7",
    );
  });

  it.each(["h", "c"] as const)("refuses to move only %s where no layer has both", (what) => {
    const network = networkOf(fixtureOf("rnn"));
    expect(() => transplant(network, tokens, { source: 1, to: 2, what, length })).toThrow(
      "this network is of RNN layers",
    );
  });
});
