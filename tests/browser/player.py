"""The player as a user sees it: what it shows, its buttons and its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from epochscope.widget.chart_base import SIDE
from epochscope.words import words

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WORDS = words("en")
"""The texts of the player in the tests, which run in an English browser."""

#: Settles when all changes so far are drawn. What a change mounts is rendered in one frame and drawn in the next.
DRAWN = """async () => {
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  await new Promise(setTimeout);
}"""

#: Moves from the first epoch to the last with the keyboard and returns what is shown at each.
READ_ALL = """async slider => {
  const box = slider.closest('.epochscope-player');
  const press = async key => {
    slider.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  };
  const text = selector => box.querySelector(selector).textContent;
  const cells = '[data-part=cell]:not([hidden]) [data-part=prediction]';
  const seen = [];
  await press('Home');
  for (const last = slider.getAttribute('aria-valuemax'); ; await press('ArrowRight')) {
    const prediction = Array.from(box.querySelectorAll(cells), cell => cell.textContent).join('');
    seen.push([text('[data-part=score]'), prediction]);
    if (text('[data-part=epoch]') === last) return seen;
  }
}"""

#: The placeholders that the player shows for invisible tokens.
PLACEHOLDERS = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def shown(text: str) -> list[str]:
    """Return a text of one-character tokens as the player shows it; not for combining marks."""
    return [PLACEHOLDERS.get(token, token) for token in text]


def score(n_correct: int, positions: int, loss: float) -> str:
    """Return the number of correct positions and the loss (nats per token) as the player shows them."""
    correct = WORDS["score"].format(correct=n_correct, positions=positions)
    return f"{correct} · {WORDS['loss'].format(loss=f'{loss:.3f}')}"


class Player:
    """One view of a scope on a page.

    Parameters
    ----------
    page : Page
        The page.
    within : Locator, optional
        An element that contains the player. Defaults to the page; its first player is used.
    """

    def __init__(self, page: Page, within: Locator | None = None) -> None:
        self.page = page
        self.box = (within or page).locator(".epochscope-player").first
        self.timeline = self.box.locator("[data-part=timeline]")
        expect(self.timeline).to_be_visible()

    def action(self, name: str) -> Locator:
        """Return the control with this `data-action`, e.g. "train", "pause" or "speed"."""
        return self.box.locator(f"[data-action={name}]")

    def part(self, name: str) -> Locator:
        """Return the elements with this `data-part`, e.g. "card" or "status"."""
        return self.box.locator(f"[data-part={name}]")

    @property
    def card(self) -> Locator:
        """The card with details of a position."""
        return self.part("card")

    @property
    def message(self) -> Locator:
        """The message about the state of the run."""
        return self.part("status")

    @property
    def epoch(self) -> int:
        """The displayed epoch, -1 before the first."""
        text = self._counter.inner_text().replace(",", "")
        return int(text) if text.isdigit() else -1

    @property
    def head(self) -> int:
        """The last epoch of the timeline."""
        return int(self.timeline.get_attribute("aria-valuemax") or 0)

    @property
    def score(self) -> str:
        """The displayed number of correct positions and loss."""
        return self.part("score").inner_text()

    @property
    def predictions(self) -> list[str]:
        """The displayed predictions, one for each position."""
        return self.row("prediction")

    @property
    def targets(self) -> list[str]:
        """The displayed targets, one for each position."""
        return self.row("target")

    @property
    def wrong(self) -> list[int]:
        """The positions whose predictions are marked as wrong."""
        marked = self.box.locator("[data-part=cell][data-prediction=wrong]:not([hidden])")
        return marked.evaluate_all("cells => cells.map(cell => Number(cell.dataset.position))")

    @property
    def cells(self) -> Locator:
        """All visible cells."""
        return self.box.locator("[data-part=cell]:not([hidden])")

    def cell(self, position: int) -> Locator:
        """Return the prediction in the cell of a position."""
        return self.box.locator(f'[data-part=cell][data-position="{position}"] [data-part=prediction]')

    def row(self, name: str) -> list[str]:
        """Return the displayed tokens of a row ("input", "target" or "prediction"), one for each position."""
        cells = self.cells.locator(f"[data-part={name}]")
        return cells.evaluate_all("cells => cells.map(cell => cell.textContent)")

    def wait_for_epoch(self, epoch: int, *, within_s: float = 20) -> None:
        """Wait until this epoch is displayed: in the counter, and a frame later in the cells."""
        expect(self._counter).to_have_text("–" if epoch < 0 else f"{epoch:,}", timeout=within_s * 1000)
        self.page.evaluate(DRAWN)

    def wait_for_epoch_beyond(self, epoch: int) -> None:
        """Wait until an epoch after this one is displayed."""
        self.page.wait_for_function(
            "([el, epoch]) => Number(el.textContent.replaceAll(',', '')) > epoch",
            arg=[self._counter.element_handle(), epoch],
            timeout=20_000,
        )

    def drag(self, *epochs: int, span: int) -> None:
        """Press the mouse on the timeline and move it over these epochs; `span` epochs fill the width."""
        box = self.timeline.locator("canvas").bounding_box()
        assert box is not None
        places = [(box["x"] + box["width"] * (epoch + 0.5) / span, box["y"] + box["height"] / 2) for epoch in epochs]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=4)
        self.page.mouse.up()

    def read_all(self) -> list[tuple[str, str]]:
        """Return (score and loss, prediction) as displayed at each epoch of a paused run."""
        return [(score, prediction) for score, prediction in self.timeline.evaluate(READ_ALL)]

    @property
    def _counter(self) -> Locator:
        return self.part("epoch")


def chart_share(epoch: Any, span: int = 300) -> Any:
    """Return where an epoch, or each of an array of epochs, is in the plot of the loss chart: 0 left, 1 right."""
    return (epoch / span + SIDE) / (1 + 2 * SIDE)
