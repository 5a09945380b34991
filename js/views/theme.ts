/** The colours of the stylesheet, for drawing on canvases. */
import type { Signal } from "@preact/signals";
import { parseRgb, ramp } from "../drawing/color";

export interface Theme {
  /** The colour scales of the learning map, packed pixels: `[wrong, correct]`, each by increasing probability. */
  readonly scales: readonly [Uint32Array, Uint32Array];
  readonly played: string;
  readonly ahead: string;
  readonly oldBranch: string;
  readonly line: string;
  readonly ink: string;
  /** The hatching of ignored positions. */
  readonly ignored: string;
  /** A zero of a one-hot vector. */
  readonly zero: string;
  /** States and gates: from 0 up to 1, and from 0 down to -1, packed pixels. */
  readonly up: Uint32Array;
  readonly down: Uint32Array;
  /** The curve of hidden states, and that of cell states. */
  readonly curve: string;
  readonly quiet: string;
  readonly ground: string;
  /** A mark on states and gradients. */
  readonly ring: string;
  /** Of what is shown of a run that has ended, 0..1. */
  readonly endedOpacity: number;
  /** The reader has chosen the colours of all pages. */
  readonly isForced: boolean;
}

const FORCED = "(forced-colors: active)";

/** Read the colours that apply to an element. */
export function readTheme(el: Element): Theme {
  const probe = el.appendChild(document.createElement("i"));
  probe.className = "epochscope-probe";
  const color = (name: string): string => {
    probe.style.color = `var(--epochscope-${name})`;
    return getComputedStyle(probe).color;
  };
  const scale = (name: string): Uint32Array => ramp(parseRgb(color(`${name}-faint`)), parseRgb(color(`${name}-full`)));
  const theme: Theme = {
    scales: [scale("wrong"), scale("right")],
    played: color("played"),
    ahead: color("ahead"),
    oldBranch: color("ghost"),
    line: color("edge"),
    ink: color("ink"),
    ignored: color("ignored"),
    zero: color("zero"),
    up: ramp(parseRgb(color("state-zero")), parseRgb(color("state-up"))),
    down: ramp(parseRgb(color("state-zero")), parseRgb(color("state-down"))),
    curve: color("state-up"),
    quiet: color("quiet"),
    ground: color("ground"),
    ring: color("wrong-bar"),
    endedOpacity: Number(getComputedStyle(probe).getPropertyValue("--epochscope-ended-opacity")),
    isForced: matchMedia(FORCED).matches,
  };
  probe.remove();
  return theme;
}

/** Increment `version` whenever the colours of the page may have changed. Returns how to stop. */
export function watchTheme(version: Signal<number>): () => void {
  const changed = (): void => {
    version.value = version.peek() + 1;
  };
  const queries = ["(prefers-color-scheme: dark)", FORCED].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  for (const target of [document.documentElement, document.body]) {
    observer.observe(target, {
      attributes: true,
      attributeFilter: ["class", "data-jp-theme-light", "data-jp-theme-name", "style"],
    });
  }
  return () => {
    for (const query of queries) query.removeEventListener("change", changed);
    observer.disconnect();
  };
}
