"""12. A page that trains by itself in Chromium, against `Trainer` with torch in this process."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import torch
from playwright.sync_api import sync_playwright

from epochscope import Trainer
from epochscope.widget.playground import playground
from tests.benchmarks.figure import Figure, in_turns, median_of, p95_of
from tests.benchmarks.loops import Stopwatch, Took, by_clock
from tests.browser.conftest import FLAGS
from tests.browser.find_browser import find_browser
from tests.browser.training_page import TrainingPage
from tests.training.classic import SENTENCE

#: Epochs per measurement: about a second, so that occasional work occurs several times.
PIECE = 3_000
#: Epochs before each measurement, in which the speed is chosen.
BEFORE = 100
BOUND_MS = 17.0

#: Notes the epoch on show in every frame, until `epochs` are recorded; then settles with what it noted.
WATCH = """(epochs) => new Promise((done) => {
  const counter = document.querySelector("[data-part=epoch]");
  const seen = [];
  const look = (now) => {
    const shown = Number(counter.textContent.replaceAll(",", ""));
    const epoch = Number.isNaN(shown) ? -1 : shown;
    seen.push([now, epoch]);
    if (epoch < epochs - 1) requestAnimationFrame(look);
    else done(seen);
  };
  requestAnimationFrame(look);
})"""


def unseen() -> Took:
    """Return the time per epoch of a new `Trainer`."""
    trainer = Trainer(SENTENCE)
    trainer.train(BEFORE)
    watch = Stopwatch()
    trainer.train(PIECE)
    return watch.per(PIECE)


class TrainedPage:
    """A playground that trains the classic lab; `frames` are the intervals between its frames meanwhile, ms."""

    def __init__(self, page: TrainingPage) -> None:
        self._page = page
        self.frames: list[float] = []
        page.set(text=SENTENCE)
        page.train()
        page.wait_until_stopped(299)

    def train(self) -> Took:
        """Return the time per epoch of a new run, by the page's clock, as far as its frames show them."""
        player = self._page.player
        player.action("reset").click()
        player.wait_for_epoch(-1)
        player.action("until").click()
        player.part("until-epochs").fill(str(BEFORE + PIECE))
        player.action("run").click()
        seen = self._page.page.evaluate(WATCH, BEFORE + PIECE)
        trained = [(now, epoch) for now, epoch in seen if epoch >= BEFORE]
        (start, first), (end, last) = trained[0], trained[-1]
        self.frames += [after[0] - before[0] for before, after in pairwise(trained)]
        return Took((end - start) / 1000 / (last - first), 0.0)


def measure(quick: bool) -> list[Figure]:
    """Measure runs in the page and in torch, alternating, and the frames of the page meanwhile."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "playground.html"
        playground(path, lang="en")
        browser = playwright.chromium.launch(executable_path=find_browser(), headless=True, args=FLAGS)
        page = TrainedPage(TrainingPage(browser, path))
        page.train()
        unseen()
        page.frames.clear()
        in_page, in_torch = in_turns(page.train, unseen, 4 if quick else 16)
        browser.close()
    return [
        median_of("`Trainer`, epochs per second", [1 / each.wall for each in in_torch]),
        median_of("the page at full speed, epochs per second", [1 / each.wall for each in in_page]),
        median_of("the page / `Trainer`, epochs per second", by_clock(in_torch, in_page)),
        p95_of("frames of the page meanwhile", page.frames, BOUND_MS, "ms"),
    ]
