/** What the fragment of an exported page's address says, e.g. `run.html#epoch=184&theme=dark`. */

/** The value of a name in a fragment, with or without its #; null: it has none. */
export const valueIn = (fragment: string, name: string): string | null =>
  new URLSearchParams(fragment.replace(/^#/, "")).get(name);

/** The epoch to show first; null: none is named. */
export function epochIn(fragment: string): number | null {
  const value = valueIn(fragment, "epoch");
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null;
}
