import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { weightCount } from "./network";
import { partsOf, type Recorded, recordedShape } from "./parts";
import type { NetworkShape } from "./types";

interface Counted {
  network: NetworkShape;
  /** torch's number of parameters of the whole, and of each part */
  parameters: number;
  parts: number[];
}

/** Written by tests/training/test_network_counts.py from the modules of torch. */
const counted: Record<string, Counted> = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/network_counts.json", import.meta.url), "utf8"),
);

const unmeasured: Recorded = { cell: "lstm", hidden_size: 14, num_layers: 1, readout: false };
const classic: Recorded = { ...unmeasured, parameters: 1680 };

describe("the parts of a network", () => {
  it.each(Object.entries(counted))(
    "have as many weights as torch gives them: %s",
    (_, { network, parameters, parts }) => {
      const found = partsOf(network);
      expect(found.map(({ count }) => count)).toEqual(parts);
      expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(parameters);
      expect(weightCount(network)).toBe(parameters);
    },
  );

  it("count the classic LSTM as 4 (14*14 + 14*14 + 2*14)", () => {
    const shape = recordedShape(classic, 14) as NetworkShape;
    expect(partsOf(shape)).toEqual([
      {
        kind: "lstm",
        layer: null,
        size: 14,
        times: 4,
        terms: [
          { kind: "from_input", factors: [14, 14] },
          { kind: "from_state", factors: [14, 14] },
          { kind: "biases", factors: [2, 14] },
        ],
        count: 1680,
      },
    ]);
  });

  it("are numbered if there are several layers, and come in the order in which a token passes them", () => {
    const shape = counted["embedding, 2-layer gru, output"]?.network as NetworkShape;
    expect(partsOf(shape).map(({ kind, layer }) => [kind, layer])).toEqual([
      ["embedding", null],
      ["gru", 1],
      ["gru", 2],
      ["output", null],
    ]);
  });
});

describe("a recorded network", () => {
  it("has an output layer if it was recorded, and as many layers", () => {
    const recorded = { cell: "rnn", hidden_size: 32, num_layers: 2, readout: true, parameters: 4305 };
    expect(recordedShape(recorded, 17)).toMatchObject({ layers: [{ input_size: 17 }, { input_size: 32 }], output: {} });
  });

  it("has no biases if the number of parameters says so", () => {
    const shape = recordedShape({ ...classic, parameters: 4 * 2 * 14 * 14 }, 14);
    expect(shape?.layers).toMatchObject([{ bias: false }]);
  });

  it.each([
    ["a second direction", { ...classic, parameters: 2 * 1680 }],
    ["no cell", { parameters: 1680, hidden_size: 14, readout: false }],
    ["a cell that is not known", { ...classic, cell: "qrnn" }],
    ["no word on the output layer", { cell: "lstm", hidden_size: 14 }],
    ["states that cannot be logits", { ...unmeasured, hidden_size: 20 }],
    ["the name of a property of all objects", { ...classic, cell: "toString" }],
  ] as [string, Recorded][])("with %s is not known", (_, recorded) => {
    expect(recordedShape(recorded, 14)).toBeNull();
  });

  it("of an old recording without a number of parameters is taken as it was made", () => {
    expect(recordedShape(unmeasured, 14)).toMatchObject({ layers: [{ bias: true }] });
  });
});
