"""The player as a student meets it: what it shows, its buttons and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

#: Settles when all that has been asked of the page is drawn: the next frame has come and gone.
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"

#: Goes from the first epoch to the head by the keyboard, and tells what is there at each.
FILM = """async slider => {
  const box = slider.closest('.epochscope-player');
  const press = async key => {
    slider.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  };
  const text = selector => box.querySelector(selector).textContent;
  const cells = '.epochscope-cell:not([hidden]) .epochscope-says';
  const seen = [];
  await press('Home');
  for (const last = slider.getAttribute('aria-valuemax'); ; await press('ArrowRight')) {
    const says = Array.from(box.querySelectorAll(cells), cell => cell.textContent).join('');
    seen.push([text('.epochscope-score'), says]);
    if (text('.epochscope-counter strong span') === last) return seen;
  }
}"""

#: What stands on the page for tokens that cannot be seen.
STANDS_FOR = {" ": "␣", "\n": "⏎", "\t": "⇥"}


def shown(text: str) -> list[str]:
    """How the player writes a text of one-character tokens, a lone combining mark apart."""
    return [STANDS_FOR.get(token, token) for token in text]


class Player:
    """One view of a scope on a page."""

    def __init__(self, page: Page, within: Locator | None = None):
        self.page = page
        self.box = (within or page).locator(".epochscope-player").first
        self.timeline = self.box.get_by_role("slider")
        expect(self.timeline).to_be_visible()

    def button(self, name: str) -> Locator:
        """The button with this accessible name."""
        return self.box.get_by_role("button", name=name, exact=True)

    @property
    def epoch(self) -> int:
        """The epoch on show; -1 before the first."""
        said = self.box.locator(".epochscope-counter strong span").inner_text()
        return int(said) if said.isdigit() else -1

    @property
    def head(self) -> int:
        """The last epoch that the timeline can reach."""
        return int(self.timeline.get_attribute("aria-valuemax") or 0)

    @property
    def says(self) -> list[str]:
        """What is shown of the prediction, one text per position."""
        return self._row("says")

    @property
    def targets(self) -> list[str]:
        """What is shown of the targets, one text per position."""
        return self._row("target")

    @property
    def wrong(self) -> list[int]:
        """The positions that are shown as wrong."""
        marked = self.box.locator('.epochscope-cell[data-says="wrong"]:not([hidden])')
        return marked.evaluate_all("cells => cells.map(cell => Number(cell.dataset.position))")

    def wait_for_epoch(self, epoch: int, *, within_s: float = 20) -> None:
        """Wait until this epoch is on show, in words and in its cells (which are drawn by the next frame)."""
        counter = self.box.locator(".epochscope-counter strong span")
        expect(counter).to_have_text("–" if epoch < 0 else str(epoch), timeout=within_s * 1000)
        self.page.evaluate(DRAWN)

    def wait_for_epoch_beyond(self, epoch: int) -> None:
        """Wait until a later epoch than this is on show."""
        self.page.wait_for_function(
            "([el, epoch]) => Number(el.textContent) > epoch",
            arg=[self.box.locator(".epochscope-counter strong span").element_handle(), epoch],
            timeout=20_000,
        )

    def drag(self, *epochs: int, span: int) -> None:
        """Press on the timeline and move over these epochs; `span` epochs fill its width."""
        box = self.timeline.locator("canvas").bounding_box()
        assert box is not None
        places = [(box["x"] + box["width"] * (epoch + 0.5) / span, box["y"] + box["height"] / 2) for epoch in epochs]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=4)
        self.page.mouse.up()

    def film(self) -> list[tuple[str, str]]:
        """What is shown at each epoch of a run at rest, from the first on, as (score and loss, prediction)."""
        return [(score, says) for score, says in self.timeline.evaluate(FILM)]

    def _row(self, name: str) -> list[str]:
        cells = self.box.locator(f".epochscope-cell:not([hidden]) .epochscope-{name}")
        return cells.evaluate_all("cells => cells.map(cell => cell.textContent)")
