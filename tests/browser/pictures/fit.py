"""Find elements that overflow and texts that overlap or are cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

# A text takes up its em square, because the box of a line has empty space above and below the letters. Cards and panels
# may cover other texts, and some elements scroll down.
FAULTS = """(box) => {
  const faults = [];
  const LAYERS = "[data-part=card], .epochscope-panel";
  const SCROLLS = "[data-part=grid], [data-part=one-hot], [data-part=alphabet], [data-part=old-branches]";
  const name = (el) => (el.getAttribute("class") || el.tagName).split(" ")[0];
  const unseen = (el) => el.closest(".epochscope-visually-hidden, .toolbar_div, option, select") !== null;
  const outer = box.getBoundingClientRect();
  for (const el of [box, ...box.querySelectorAll("*")]) {
    if (unseen(el) || el.closest("svg") || el.clientWidth === 0) continue;
    if (el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).display !== "inline") {
      faults.push(`${name(el)} overflows: ${el.scrollWidth} px in ${el.clientWidth}`);
    }
  }
  const texts = [];
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    const text = node.data.trim();
    if (text === "" || unseen(el) || el.getBoundingClientRect().width === 0) continue;
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(el);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      if (line.width === 0) continue;
      const em = Math.min(line.height, Number.parseFloat(style.fontSize));
      const middle = (line.top + line.bottom) / 2;
      const seen = { text, el, left: line.left, right: line.right, top: middle - em / 2, bottom: middle + em / 2 };
      const frame = el.closest(SCROLLS);
      const { top, bottom, left, right } = (frame ?? box).getBoundingClientRect();
      if (frame && (seen.bottom <= top || seen.top >= bottom)) continue;
      const below = !frame && (seen.top < top - 1 || seen.bottom > bottom + 1);
      if (below || seen.left < left - 1 || seen.right > right + 1)
        faults.push(`"${text}" of ${name(el)} is cut off`);
      const cell = el.closest("[data-part=cell]");
      if (cell) {
        const room = cell.getBoundingClientRect();
        if (seen.left < room.left - 1.5 || seen.right > room.right + 1.5)
          faults.push(`"${text}" is wider than its cell: ${line.width} px in ${room.width}`);
      }
      texts.push({ ...seen, layer: el.closest(LAYERS) });
    }
  }
  texts.sort((a, b) => a.top - b.top);
  texts.forEach((a, i) => {
    for (let j = i + 1; j < texts.length && texts[j].top < a.bottom - 1; j++) {
      const b = texts[j];
      if (a.layer !== b.layer || a.el === b.el) continue;
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - b.top > 1)
        faults.push(`"${a.text}" of ${name(a.el)} and "${b.text}" of ${name(b.el)} overlap`);
    }
  });
  if (outer.left < 0 || outer.right > innerWidth + 1) faults.push("the box leaves the page");
  return faults;
}"""


def faults(box: Locator) -> list[str]:
    """Return descriptions of all faults in the box of a scope."""
    return box.evaluate(FAULTS)
