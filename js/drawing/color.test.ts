import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrast, LEVELS, level, mix, parseRgb, type Rgb, ramp, strength } from "./color";

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

describe("parseRgb", () => {
  it("parses colours of stylesheets and of computed styles", () => {
    expect(parseRgb("#fff")).toEqual(WHITE);
    expect(parseRgb("#2468d6")).toEqual([36, 104, 214]);
    expect(parseRgb("rgb(36, 104, 214)")).toEqual([36, 104, 214]);
    expect(parseRgb("rgba(36, 104, 214, 0.5)")).toEqual([36, 104, 214]);
    expect(parseRgb("color(srgb 1 0.5 0)")).toEqual([255, 128, 0]);
  });

  it("returns black for anything else", () => {
    expect(parseRgb("tomato")).toEqual(BLACK);
  });
});

describe("mix", () => {
  const rgb = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)) as fc.Arbitrary<Rgb>;

  it("starts and ends with the two colours", () => {
    fc.assert(
      fc.property(rgb, rgb, (a, b) => {
        for (const [channel, value] of mix(a, b, 0).entries())
          expect(Math.abs(value - (a[channel] as number))).toBeLessThan(2);
        for (const [channel, value] of mix(a, b, 1).entries())
          expect(Math.abs(value - (b[channel] as number))).toBeLessThan(2);
      }),
    );
  });

  it("has a perceptual middle grey between black and white", () => {
    expect(mix(BLACK, WHITE, 0.5)).toEqual([99, 99, 99]);
  });
});

describe("ramp", () => {
  it("packs opaque pixels from one colour to the other", () => {
    const scale = ramp([1, 2, 3], [250, 200, 100]);
    expect(scale).toHaveLength(LEVELS);
    expect([...new Uint8Array(scale.buffer, 0, 4)]).toEqual([1, 2, 3, 255]);
    expect([...new Uint8Array(scale.buffer, 4 * (LEVELS - 1), 4)]).toEqual([250, 200, 100, 255]);
  });
});

describe("strength", () => {
  it("rises from 0 to 1 at the highest probability", () => {
    expect(strength(0)).toBe(0);
    expect(strength(1)).toBe(1);
    expect(strength(0.36, 0.36)).toBe(1);
    expect(strength(0.5, 0.36)).toBe(1);
    expect(strength(0.1)).toBeLessThan(strength(0.2));
  });

  it("maps to a level within the scale", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (p, most) => {
          const at = level(p, most);
          expect(Number.isInteger(at)).toBe(true);
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThan(LEVELS);
        },
      ),
    );
  });
});

describe("the colours of the stylesheet", () => {
  const sheet = readFileSync(new URL("../style/1-theme.css", import.meta.url), "utf8");
  const color = (name: string, theme: "light" | "dark"): Rgb => {
    const pair = new RegExp(`--epochscope-${name}:[^;]*light-dark\\((#\\w+), (#\\w+)\\)`).exec(sheet);
    if (!pair) throw new Error(`no light-dark() colour --epochscope-${name}`);
    return parseRgb(pair[theme === "light" ? 1 : 2] as string);
  };

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    it.each([
      ["ink", "ground"],
      ["quiet", "ground"],
      ["quiet", "raised"],
      ["ink", "right-tint"],
      ["ink", "right-ground"],
      ["wrong-ink", "wrong-tint"],
      ["wrong-ink", "wrong-ground"],
      ["wrong-ink", "ground"],
      ["wrong-ink", "raised"],
    ])("%s is readable on %s", (text, ground) => {
      expect(contrast(color(text, theme), color(ground, theme))).toBeGreaterThanOrEqual(4.5);
    });

    it.each(["right-bar", "wrong-bar", "control-edge", "focus"])("%s has enough contrast with the ground", (name) => {
      expect(contrast(color(name, theme), color("ground", theme))).toBeGreaterThanOrEqual(3);
    });
  });
});
