import { describe, expect, it } from "vitest";
import { fakeRecording } from "../testing/recordings";
import { type ArchitectureName, architectureOf } from "./architectures";

/** The architecture of a text of five positions, "x" where there is a target. */
const of = (targets: string): ArchitectureName =>
  architectureOf(
    fakeRecording({
      text: "abcdef".slice(0, targets.length + 1),
      epochs: 1,
      ignored: [...targets].flatMap((mark, position) => (mark === "x" ? [] : [position])),
    }),
  );

describe("the architecture of a text", () => {
  it.each([
    ["xxxxx", "every_step", "a target everywhere"],
    ["xxx..", "every_step", "padding at the end"],
    ["xx.xx", "every_step", "a gap"],
    ["..x.x", "every_step", "a later start, with a gap"],
    ["....x", "many_to_one", "a target at the end only"],
    ["..x..", "many_to_one", "one target, then padding"],
    ["..xxx", "many_to_many", "targets after all that is only read"],
    ["..xx.", "many_to_many", "such targets, then padding"],
    ["x", "one_to_one", "one position"],
    [".....", "every_step", "no target at all"],
  ] as const)("with targets at %s is %s: %s", (targets, name, _) => {
    expect(of(targets)).toBe(name);
  });
});
