import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { madeUpNetwork, networkFixtures, networkOf } from "../testing/networks";
import { type Choose, freeRun, sampler } from "./free-run";
import { argmax, Network, weightCount } from "./network";
import { read } from "./pass";

const network = madeUpNetwork("lstm", 6, 3);
const tokens = [1, 4, 2, 0, 5, 3, 3, 1];
const length = tokens.length;
/** A made-up network, a text, and what follows each of its tokens. */
const runs = fc.record({
  cell: fc.constantFrom("rnn" as const, "lstm" as const, "gru" as const),
  seed: fc.nat(10_000),
  text: fc.array(fc.nat(5), { minLength: 2, maxLength: 16 }),
});

describe("freeRun", () => {
  it.each(networkFixtures)("says what a loop of torch's cells says: $name", (fixture) => {
    const options = { given: fixture.free_run.given, length: fixture.tokens.length };
    const run = freeRun(networkOf(fixture), fixture.tokens, options);
    expect([...run.said]).toEqual(fixture.free_run.said);
    expect(run.predictions).toEqual(run.said);
  });

  it.each(networkFixtures)("reads corrections: $name", (fixture) => {
    const { given, corrections, said } = fixture.corrected;
    const options = { given, length: fixture.tokens.length, corrections: new Map(corrections) };
    expect([...freeRun(networkOf(fixture), fixture.tokens, options).said]).toEqual(said);
  });

  it("predicts what it predicts under teacher forcing while it is given the text", () => {
    const { inputs, predictions } = freeRun(network, tokens, { given: length, length });
    expect([...inputs]).toEqual(tokens);
    expect(predictions).toEqual(read(network, tokens).predictions);
  });

  it("goes on beyond the text", () => {
    const { inputs, said } = freeRun(network, [2], { given: 1, length: 12 });
    expect([...inputs]).toEqual([2, ...said.slice(0, 11)]);
  });

  it("needs as many corrections, first error after first error, as positions are wrong under teacher forcing", () => {
    fc.assert(
      fc.property(runs, ({ cell, seed, text }) => {
        const [inputs, targets] = [text.slice(0, -1), text.slice(1)];
        const net = madeUpNetwork(cell, 6, seed);
        const corrections = new Map<number, number>();
        const firstError = () => {
          const { said } = freeRun(net, inputs, { given: 1, length: inputs.length, corrections });
          return targets.findIndex((target, position) => said[position] !== target);
        };
        for (let error = firstError(); error >= 0 && !corrections.has(error); error = firstError())
          corrections.set(error, targets[error] as number);
        const wrong = read(net, inputs).predictions.filter((prediction, position) => prediction !== targets[position]);
        expect(corrections.size).toBe(wrong.length);
      }),
    );
  });

  it("tells the prediction at a correction from what was said", () => {
    const free = freeRun(network, tokens, { given: 1, length });
    const said = ((free.said[2] as number) + 1) % 6;
    const corrected = freeRun(network, tokens, { given: 1, length, corrections: new Map([[2, said]]) });
    expect(corrected.predictions[2]).toBe(free.predictions[2]);
    expect(corrected.said[2]).toBe(said);
    expect(corrected.inputs[3]).toBe(said);
  });

  it("has the token 0 as a correction", () => {
    const corrections = new Map([[2, 0]]);
    expect(freeRun(network, tokens, { given: 1, length, corrections }).inputs[3]).toBe(0);
  });

  it.each([0, 9, 1.5])("refuses given=%d of eight tokens", (given) => {
    expect(() => freeRun(network, tokens, { given, length })).toThrow(`given=${given}: must be from 1 to 8`);
  });

  it("ends for a network whose weights are NaN", () => {
    const { shape } = network;
    const nan = new Network(shape, new Float32Array(weightCount(shape)).fill(Number.NaN));
    for (const choose of [argmax, sampler(1, 0)])
      expect([...freeRun(nan, tokens, { given: 2, length, choose }).said]).toEqual(tokens.map(() => 0));
  });
});

describe("sampler", () => {
  const logits = Float64Array.of(0, 1, 2, -1);
  const draws = (temperature: number, seed: number, count = 200) => {
    const choose = sampler(temperature, seed);
    return Array.from({ length: count }, () => choose(logits));
  };

  it("draws the same for the same seed, and other tokens for another", () => {
    const run = (seed: number) => freeRun(network, tokens, { given: 1, length: 50, choose: sampler(2, seed) });
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    expect(draws(1, 0)).not.toEqual(draws(1, 1));
  });

  it.each([0.5, 1, 3])("draws with the probabilities of the softmax at temperature %d", (temperature) => {
    const count = 20_000;
    const drawn = draws(temperature, 5, count);
    const weights = [...logits].map((logit) => Math.exp(logit / temperature));
    const total = weights.reduce((sum, weight) => sum + weight);
    for (const [token, weight] of weights.entries()) {
      const p = weight / total;
      const expected = p * count;
      const error = drawn.filter((other) => other === token).length - expected;
      expect(Math.abs(error)).toBeLessThan(5 * Math.sqrt(expected * (1 - p)));
    }
  });

  it("draws the first of each seed with these probabilities too", () => {
    const firsts = Array.from({ length: 2000 }, (_, seed) => sampler(1, seed)(Float64Array.of(0, 0)));
    expect(Math.abs(firsts.filter((token) => token === 0).length - 1000)).toBeLessThan(5 * Math.sqrt(500));
  });

  it.each([1e-3, 1e-300, Number.MIN_VALUE])("is argmax at temperature %d", (temperature) => {
    expect(new Set(draws(temperature, 3))).toEqual(new Set([2]));
    const run = (choose: Choose) => freeRun(network, tokens, { given: 1, length: 50, choose });
    expect(run(sampler(temperature, 3))).toEqual(run(argmax));
  });

  it("draws large logits without overflow, and never what is impossible", () => {
    const choose = sampler(1, 2);
    const drawn = new Set(Array.from({ length: 300 }, () => choose(Float64Array.of(-Infinity, 1e4, 1e4 - 1))));
    expect(drawn).toEqual(new Set([1, 2]));
  });

  it.each([[[1, Number.NaN, 2], 1] as const, [[1, Infinity, 2], 1] as const, [[-Infinity, -Infinity], 0] as const])(
    "is argmax where there are no probabilities: %j",
    (values, expected) => {
      expect(sampler(1, 2)(Float64Array.from(values))).toBe(expected);
    },
  );

  it.each([0, -1, Number.NaN])("refuses the temperature %d", (temperature) => {
    expect(() => sampler(temperature, 0)).toThrow(`temperature=${temperature}: must be greater than 0`);
  });
});
