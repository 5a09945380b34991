"""How smoothly the player moves: `python -m tests.benchmarks.frames`, on a machine that does nothing else.

Replays at 60 epochs a second, then drags across the timeline, in the demo page, and prints what the page itself sees:
the time from one animation frame to the next, and from each move of the pointer to the change that answers it.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.find_browser import find_browser
from tests.browser.views.demo import Demo, build, served

#: positions x epochs
SIZES = ((23, 300), (2000, 1000))
REPLAYED_S = 4.0
MOVES = 120

WATCH_FRAMES = """() => {
  window.frames = []; let last = performance.now(); window.watching = true;
  const tick = now => { window.frames.push(now - last); last = now; if (window.watching) requestAnimationFrame(tick); };
  requestAnimationFrame(now => { last = now; requestAnimationFrame(tick); });
}"""
WATCH_ANSWERS = """() => {
  window.answers = []; let asked = null;
  document.addEventListener('pointermove', event => { asked ??= event.timeStamp; }, { capture: true });
  new MutationObserver(() => {
    if (asked !== null) { window.answers.push(performance.now() - asked); asked = null; }
  }).observe(document.querySelector('.epochscope-thumb'), { attributes: true, attributeFilter: ['style'] });
}"""


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of `values` lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def replay(demo: Demo) -> list[float]:
    """Intervals between frames while it replays at 60 epochs a second, ms."""
    demo.page.evaluate("store.setSpeed(60); store.seek(0)")
    demo.settle()
    demo.page.evaluate("store.play()")
    demo.page.evaluate(WATCH_FRAMES)
    demo.page.wait_for_timeout(1000 * REPLAYED_S)
    frames = demo.page.evaluate("watching = false, frames")
    demo.page.evaluate("store.pause()")
    return frames


def drag(demo: Demo) -> tuple[list[float], list[float]]:
    """Intervals between frames, and from a move to its answer, while the pointer is dragged to and fro, ms."""
    box = demo.timeline.locator("canvas").bounding_box()
    assert box is not None
    mouse, y = demo.page.mouse, box["y"] + box["height"] / 2
    demo.page.evaluate(WATCH_ANSWERS)
    mouse.move(box["x"] + 5, y)
    mouse.down()
    demo.page.evaluate(WATCH_FRAMES)
    for move in range(MOVES):
        along = abs((move / 30) % 2 - 1)
        mouse.move(box["x"] + 5 + along * (box["width"] - 10), y)
    frames, answers = demo.page.evaluate("watching = false, [frames, answers]")
    mouse.up()
    return frames, answers


def row(name: str, values: list[float]) -> str:
    """A line of the table."""
    return (
        f"  {name:34} median {statistics.median(values):6.2f}  p95 {percentile(values, 0.95):6.2f}  "
        f"max {max(values):6.2f} ms  ({len(values)})"
    )


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_browser(), headless=True, args=FLAGS)
        with served(Path(folder)) as address:
            for positions, epochs in SIZES:
                scene: dict[str, Any] = {"length": positions + 1, "run": epochs, "epoch": 0}
                demo = Demo(browser, address, scene, width=1400)
                print(f"{positions} positions x {epochs} epochs")
                demo.page.evaluate("store.seek(0)")
                print(row("an empty page's frames", idle(demo)))
                print(row("replay at 60/s: frame to frame", replay(demo)))
                frames, answers = drag(demo)
                print(row("drag: frame to frame", frames))
                print(row("drag: move to answer", answers))
                demo.close()
        browser.close()


def idle(demo: Demo) -> list[float]:
    """Intervals between frames while nothing happens: what this machine's browser can do at best, ms."""
    demo.page.evaluate(WATCH_FRAMES)
    demo.page.wait_for_timeout(1500)
    return demo.page.evaluate("watching = false, frames")


if __name__ == "__main__":
    main()
