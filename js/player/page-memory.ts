/** What a page remembers over a reload: that of a browser tab. */

export interface PageMemory {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** The memory of this tab; where the browser or the host allows none, that of the page until it is closed. */
export function tabMemory(): PageMemory {
  const known = new Map<string, string>();
  return {
    get(key) {
      try {
        return sessionStorage.getItem(key) ?? known.get(key) ?? null;
      } catch {
        return known.get(key) ?? null;
      }
    },
    set(key, value) {
      known.set(key, value);
      try {
        sessionStorage.setItem(key, value);
      } catch {
        // Full or forbidden: `known` has it.
      }
    },
  };
}

let shared: PageMemory | undefined;

/** That of all widgets of the page. */
export const pageMemory = (): PageMemory => {
  shared ??= tabMemory();
  return shared;
};

const PAGE = "epochscope:page";

/** A random name of the page, the same after a reload. */
export function pageName(memory: PageMemory): string {
  const known = memory.get(PAGE);
  if (known !== null) return known;
  const name = Array.from({ length: 2 }, () => Math.random().toString(36).slice(2, 12)).join("");
  memory.set(PAGE, name);
  return name;
}
