/** A place of the page for its own controls. */
import { listenTo } from "../../views/keyboard";

/**
 * An element with the colours of the player; keys in its fields are not shortcuts of the page. A page that a browser has
 * saved has one already, without its listeners: that one is removed.
 */
export function makeHost(name: string, lang: string): HTMLElement {
  for (const saved of document.querySelectorAll(`.epochscope-page-${name}`)) saved.remove();
  const host = document.createElement("div");
  host.className = `epochscope-page epochscope-page-${name}`;
  host.lang = lang;
  listenTo(host, () => false, new AbortController().signal);
  return host;
}
