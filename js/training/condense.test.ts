/** The fixture is what Python computes: tests/recording/page_fixtures.py writes it. */
import { describe, expect, it } from "vitest";
import cases from "../../tests/fixtures/condensed.json";
import { IGNORED } from "../player/decode";
import { emptyRecords } from "../testing/recordings";
import { Condenser } from "./condense";

describe("condensed logits", () => {
  it.each(cases)("are the records that Python makes: $case", ({ dtype, logits, targets, ...expected }) => {
    const values = logits.flat().map(Number);
    const positions = targets.length;
    const tokens = values.length / positions;
    const records = emptyRecords(3, positions, tokens);
    const flat = dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);
    const wanted = Uint32Array.from(targets, (target) => (target < 0 ? IGNORED : target));
    new Condenser(positions, tokens).write(flat, wanted, records, 1);
    /** Python computes in the precision of the logits. */
    const tolerance = dtype === "float32" ? 1 : 0;
    const row = (column: ArrayLike<number>) => {
      const size = column.length / 3;
      const all = Array.from(column);
      expect(all.slice(0, size).concat(all.slice(2 * size))).toEqual(Array(2 * size).fill(0));
      return all.slice(size, 2 * size);
    };
    expect(row(records.topTokens)).toEqual(expected.top_tokens.flat());
    expectWithin(row(records.positionLosses), expected.position_losses, tolerance);
    expectWithin(row(records.topProbabilities), expected.top_probabilities.flat(), tolerance);
  });

  it("are written to their row only, as often as wanted", () => {
    const records = emptyRecords(40, 1, 3);
    const condenser = new Condenser(1, 3);
    for (let row = 0; row < 40; row++)
      condenser.write(Float64Array.of(row % 3, 1.5, 0), Uint32Array.of(row % 3), records, row);
    const predictions = Array.from({ length: 40 }, (_, row) => records.topTokens[3 * row]);
    expect(predictions).toEqual(predictions.map((_, row) => (row % 3 === 2 ? 0 : 1)));
    expect(records.positionLosses[37]).toBe(records.positionLosses[1]);
    expect(records.losses).toEqual(new Float64Array(40));
    expect(records.lrs).toEqual(new Float64Array(40).fill(0.1));
  });
});

function expectWithin(found: number[], expected: number[], tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  if (tolerance === 0) expect(found).toEqual(expected);
  for (const [i, value] of expected.entries())
    expect(Math.abs((found[i] as number) - value)).toBeLessThan(tolerance + 1);
}
