import { describe, expect, it } from "vitest";
import { type Block, nextBlock } from "./weight-blocks";

const NONE = () => false;

/** Ask until nothing is missing; return the first epoch of each request. */
function order(cursor: number, head: number, blocks = 100): number[] {
  const done = new Set<number>();
  const asked: number[] = [];
  for (;;) {
    const block = nextBlock(cursor, head, blocks, (epoch) => done.has(Math.floor(epoch / 32)), NONE);
    if (block === null) return asked;
    asked.push(block.first);
    done.add(Math.floor(block.first / 32));
  }
}

describe("the next block of weights", () => {
  it("is the one of the cursor, up to the head", () => {
    expect(nextBlock(40, 50, 9, NONE, NONE)).toEqual({ first: 32, last: 50 });
    expect(nextBlock(900, 50, 9, NONE, NONE)).toEqual({ first: 32, last: 50 });
    expect(nextBlock(0, 0, 9, NONE, NONE)).toEqual({ first: 0, last: 0 });
  });

  it("is then the nearest one with missing epochs", () => {
    expect(order(100, 299)).toEqual([96, 64, 128, 32, 160, 0, 192, 224, 256, 288]);
  });

  it("is not too far from the cursor", () => {
    expect(order(100, 299, 3)).toEqual([96, 64, 128]);
  });

  it("is none if all weights are known, or were sent as far as they are", () => {
    expect(nextBlock(3, 40, 9, () => true, NONE)).toBeNull();
    expect(nextBlock(3, 40, 9, NONE, () => true)).toBeNull();
    const done = ({ first, last }: Block) => first === 0 && last === 31;
    expect(nextBlock(3, 40, 9, NONE, done)).toEqual({ first: 32, last: 40 });
  });
});
