"""Measure the contrast of texts to their background in a screenshot of the page.

axe-core computes contrast from style sheets and gives up on mixed backgrounds, canvases and overlapping elements. Here
the letters are made invisible, a screenshot is taken, and the median colour behind each text is its background.
So every text is measured, including those of the chart, and lines that cross a text do not count.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Every visible text: the text, the class of its element, its em square in the page, its colour as r, g, b, a.
TEXTS = """(box) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (css) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = css;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const layers = [...document.querySelectorAll("[data-part=card], .epochscope-panel")];
  const found = [];
  const add = (el, text, rect) => {
    if (rect.width === 0 || el.getBoundingClientRect().width === 0) return;
    if (el.closest(".epochscope-visually-hidden, .toolbar_div")) return;
    if (el.closest("[aria-disabled='true'], :disabled")) return; // disabled controls are exempt (WCAG 1.4.3)
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
    const style = getComputedStyle(el);
    const em = Math.min(rect.height, Number.parseFloat(style.fontSize));
    const [x, y] = [(rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2];
    const within = (frame) => {
      const { left, right, top, bottom } = frame.getBoundingClientRect();
      return x > left && x < right && y - em / 2 > top && y + em / 2 < bottom;
    };
    if (layers.some((layer) => within(layer) && !layer.contains(el))) return;
    const frame = el.closest("[data-part=grid], [data-part=one-hot], [data-part=alphabet]");
    if (frame && !within(frame)) return;
    let opacity = 1;
    for (let up = el; up; up = up.parentElement) opacity *= Number(getComputedStyle(up).opacity);
    const [r, g, b, a] = rgba(el instanceof SVGElement ? style.fill : style.color);
    const square = [rect.left, y - em / 2, rect.right, y + em / 2];
    found.push([text, el.getAttribute("class") ?? el.tagName, square, [r, g, b, a * opacity]]);
  };
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.data.trim() === "" || node.parentElement.closest("option")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) add(node.parentElement, node.data.trim(), rect);
  }
  const fields = box.querySelectorAll("select, input:not([type=radio])");
  for (const el of fields) add(el, el.value, el.getBoundingClientRect());
  return found;
}"""

WITHOUT_LETTERS = "* { -webkit-text-fill-color: transparent !important; } svg text { fill: transparent !important; }"


class Text(NamedTuple):
    """A text of the page, the class of its element, and its contrast to the background (1 to 21, WCAG 2)."""

    text: str
    where: str
    contrast: float


def luminance(rgb: np.ndarray) -> float:
    """Return the relative luminance (WCAG 2) of a colour, (3,) from 0 to 255."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """Return the contrast ratio (WCAG 2) of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def contrasts(page: Page, selector: str) -> list[Text]:
    """Return every visible text of an element, the lowest contrast first. The element must be within the window."""
    box = page.locator(selector).first
    texts = box.evaluate(TEXTS)
    style = page.add_style_tag(content=WITHOUT_LETTERS)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    style.evaluate("el => el.remove()")
    pixels = np.asarray(picture, dtype=float)
    height, width, _ = pixels.shape
    found: list[Text] = []
    for text, where, (left, top, right, bottom), (*rgb, alpha) in texts:
        assert min(left, top, width - right, height - bottom) >= 0, f"{text!r} ({where}) is out of sight"
        behind = pixels[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))].reshape(-1, 3)
        ground = np.median(behind, axis=0)
        ink = np.array(rgb) * alpha + ground * (1 - alpha)
        found.append(Text(text, where, contrast(ink, ground)))
    return sorted(found, key=lambda text: text.contrast)
