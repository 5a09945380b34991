/** Parse CSS colours, mix them perceptually, and build the colour scales of the learning map. */

/** Red, green, blue, each 0..255. */
export type Rgb = readonly [number, number, number];

/** Number of colours in a scale. */
export const LEVELS = 64;

/** Parse `#rgb`, `#rrggbb`, `rgb(r g b)` or `rgba(r, g, b, a)`; anything else is black. Alpha is ignored. */
export function parseRgb(css: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(css.trim())?.[1];
  if (hex) {
    const wide = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    const value = Number.parseInt(wide, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }
  const numbers = css.match(/-?\d*\.?\d+(e-?\d+)?/g)?.map(Number) ?? [];
  const scale = css.includes("color(") ? 255 : 1; // `color(srgb 0.2 0.3 0.4)`: Chromium's result of color-mix
  const [r = 0, g = 0, b = 0] = numbers.map((number) => Math.min(255, Math.max(0, Math.round(number * scale))));
  return [r, g, b];
}

const toLinear = (channel: number): number =>
  channel <= 10.31475 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4;

const fromLinear = (light: number): number =>
  Math.round(255 * Math.min(1, Math.max(0, light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055)));

/** Oklab (Ottosson 2020): a perceptually uniform colour space. */
function toOklab([r, g, b]: Rgb): Rgb {
  const [lr, lg, lb] = [toLinear(r), toLinear(g), toLinear(b)];
  const l = Math.cbrt(0.4122214708 * lr + 0.5363325363 * lg + 0.0514459929 * lb);
  const m = Math.cbrt(0.2119034982 * lr + 0.6806995451 * lg + 0.1073969566 * lb);
  const s = Math.cbrt(0.0883024619 * lr + 0.2817188376 * lg + 0.6299787005 * lb);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]: Rgb): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Interpolate between two colours in Oklab; `t` is 0..1. */
export function mix(from: Rgb, to: Rgb, t: number): Rgb {
  const [a, b] = [toOklab(from), toOklab(to)];
  return fromOklab([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]);
}

/** `LEVELS` colours from one to the other, packed as 32-bit pixels of ImageData on a little-endian machine. */
export function ramp(from: Rgb, to: Rgb): Uint32Array {
  return Uint32Array.from({ length: LEVELS }, (_, level) => {
    const [r, g, b] = mix(from, to, level / (LEVELS - 1));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/**
 * How strongly a probability is drawn, 0..1, relative to the highest one that the network can output: without an output
 * layer that is 0.36 for 14 tokens. The exponent spreads low probabilities apart.
 */
export const strength = (probability: number, maxProbability = 1): number =>
  Math.min(1, Math.max(0, probability / maxProbability)) ** 0.75;

/** The index of a probability's colour in a scale: 0..LEVELS - 1. */
export const level = (probability: number, maxProbability = 1): number =>
  Math.round(strength(probability, maxProbability) * (LEVELS - 1));

const luminance = ([r, g, b]: Rgb): number => 0.2126 * toLinear(r) + 0.7152 * toLinear(g) + 0.0722 * toLinear(b);

/** Contrast ratio of two colours, 1..21, as WCAG 2 defines it. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
