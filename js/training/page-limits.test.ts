import { describe, expect, it } from "vitest";
import { cases, limits as expected } from "../../tests/fixtures/page_limits.json";
import {
  DEFAULTS,
  MAX_HIDDEN,
  MAX_SEED,
  optionsOf,
  problemsOf,
  type Settings,
  valuesOf,
} from "../page/training/settings";
import { pageWordsFor } from "../text/page-words";
import { MAX_POSITIONS, MAX_PRODUCTS, MAX_WEIGHTS, refusalOf } from "./limits";

const words = {
  ...pageWordsFor("en"),
  ...{ refused_weights: "weights", refused_positions: "positions", refused_products: "products" },
};

/** What is wrong with a case: a field, or what there is too much of; null: nothing. */
function wrongWith({ unit, characters, cell, hidden_size, readout, seed }: (typeof cases)[number]): string | null {
  const text = [...unit.repeat(characters)].slice(0, characters).join("");
  const settings = { text, cell: cell as Settings["cell"], hiddenSize: hidden_size, output: readout, lr: 0.1, seed };
  const values = valuesOf(settings);
  const [problem] = Object.keys(problemsOf(values, words));
  return problem ?? refusalOf(optionsOf(values, DEFAULTS), words);
}

describe("what a page trains at most", () => {
  it("is what Python lets it be made for: tests/widget/test_page_limits.py", () => {
    expect({
      ...{ hidden: MAX_HIDDEN, seed: MAX_SEED, weights: MAX_WEIGHTS },
      ...{ positions: MAX_POSITIONS, products: MAX_PRODUCTS },
    }).toEqual(expected);
    expect(cases.map(wrongWith)).toEqual(cases.map(({ refused }) => refused));
  });
});
