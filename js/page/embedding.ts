/**
 * A page inside another page: it reports its height, so that the frame can be as tall as its contents, and follows the
 * theme that the page around it names.
 *
 * Out: `{ epochscope: "height", height }`, px, whenever it changes. In: `{ epochscope: "theme", theme }` with "light",
 * "dark" or "auto", from the parent only; at first the fragment of the address says it, e.g. `#theme=dark`.
 */
import { valueIn } from "./fragment";

const THEMES = ["light", "dark", "auto"] as const;
export type ThemeName = (typeof THEMES)[number];

/** Whether the page was exported to be embedded. */
export const isEmbedded = (page: Document): boolean => page.documentElement.dataset.embed !== undefined;

/** What scrolls around an embedded page is the page around it; see `listenOnPage`. */
export const OUTER_PAGE = { scrollHeight: 1, clientHeight: 0 };

/** Follow the theme until `signal` is aborted. */
export function followTheme(window: Window & typeof globalThis, signal: AbortSignal): void {
  const { document, parent } = window;
  setTheme(document, asTheme(valueIn(window.location.hash, "theme")) ?? "auto");
  window.addEventListener(
    "message",
    ({ source, data }) => {
      const theme = source === parent ? themeOf(data) : null;
      if (theme !== null) setTheme(document, theme);
    },
    { signal },
  );
}

/** Report the height, once the page has its contents, until `signal` is aborted. */
export function reportHeight(window: Window & typeof globalThis, signal: AbortSignal): void {
  const { document, parent } = window;
  if (parent === window) return;
  const report = reporter((height) => parent.postMessage({ epochscope: "height", height }, "*"));
  const observer = new window.ResizeObserver(() => {
    // A player that fills the screen has left the page.
    const isFilled = document.querySelector(".epochscope-large") !== null;
    report(isFilled ? 0 : document.body.getBoundingClientRect().height);
  });
  observer.observe(document.body);
  signal.addEventListener("abort", () => observer.disconnect());
}

/** Pass on heights in whole px, each change once. 0 is none: nothing is shown yet. */
export function reporter(tell: (height: number) => void): (height: number) => void {
  let last = 0;
  return (height) => {
    const whole = Math.ceil(height);
    if (whole === 0 || whole === last) return;
    last = whole;
    tell(whole);
  };
}

/** The theme that a message names; null: it names none. */
export function themeOf(message: unknown): ThemeName | null {
  if (typeof message !== "object" || message === null) return null;
  const { epochscope, theme } = message as Record<string, unknown>;
  return epochscope === "theme" ? asTheme(theme) : null;
}

const asTheme = (value: unknown): ThemeName | null => THEMES.find((name) => name === value) ?? null;

/** The attribute is that of JupyterLab, which the style sheet follows. */
function setTheme({ documentElement, body }: Document, theme: ThemeName): void {
  documentElement.style.colorScheme = theme === "auto" ? "" : theme;
  if (theme === "auto") delete body.dataset.jpThemeLight;
  else body.dataset.jpThemeLight = String(theme === "light");
}
