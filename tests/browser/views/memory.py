"""The panel Memory in an exported page with weights, and what torch computes for it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from playwright.sync_api import expect

from epochscope import EpochScope, Trainer
from epochscope.training.model import CharRNN
from tests.browser.player import DRAWN, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Locator, Page

TEXT = " I think therefore I am."
EPOCHS = 100
LAST = len(TEXT) - 2
"""The last position."""

State = tuple[torch.Tensor, ...]


@dataclass
class Trained:
    """A trained network, what it knew at the last epoch, and the page that shows it."""

    model: CharRNN
    alphabet: Sequence[str]
    inputs: list[int]
    path: Path

    def read(self, tokens: Sequence[int], state: State | None = None) -> tuple[list[int], State]:
        """Return the predictions after each token, and the state after the last one: h, and of an LSTM c."""
        x = torch.nn.functional.one_hot(torch.tensor(tokens), len(self.alphabet))
        before = state if state is None or len(state) == 2 else state[0]
        with torch.no_grad():
            logits, after = self.model(x.float()[None], before)
        return logits[0].argmax(-1).tolist(), after if isinstance(after, tuple) else (after,)

    def cut(self, after: int, what: str = "all") -> list[int]:
        """Return the predictions with the state after a position set to zero."""
        read, state = self.read(self.inputs[: after + 1])
        kept = tuple(
            part if what not in ("all", name) else torch.zeros_like(part)
            for name, part in zip("hc", state, strict=False)
        )
        return read + (self.read(self.inputs[after + 1 :], kept)[0] if after < LAST else [])

    def moved(self, source: int, to: int) -> str:
        """Return what the network says from `to` on with the state after `source`."""
        said, state = self.read(self.inputs[: source + 1])
        said = said[-1:]
        while len(said) < len(self.inputs) - to:
            more, state = self.read(said[-1:], state)
            said += more
        return self.text(said)

    def text(self, tokens: Sequence[int]) -> str:
        return "".join(self.alphabet[token] for token in tokens)


def train(path: Path, text: str = TEXT, **options: Any) -> Trained:
    """Train a network, keep its weights, and export the page."""
    trainer = Trainer(text, **options)
    model = trainer.model
    assert isinstance(model, CharRNN)
    trainer.train(EPOCHS - 1)
    model = copy.deepcopy(model)
    trainer.step()
    EpochScope.from_trainer(trainer, lang="en").to_html(path, chart=False)
    history = trainer.history
    return Trained(model, list(history.alphabet), history.inputs.tolist(), path)


class Panel:
    """The open panel of a page."""

    def __init__(self, page: Page, trained: Trained) -> None:
        self.page = page
        page.goto(trained.path.as_uri())
        page.locator("[data-action=memory]").click()
        self.cut, self.move = (page.locator(f"[data-part=memory-{name}]") for name in ("cut", "move"))
        self.slider = page.locator("[data-part=memory-scissors]")
        expect(self.move.locator("[data-part=tile]").first).to_be_attached()
        self.settle()

    def settle(self) -> None:
        self.page.evaluate(DRAWN)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def column(self, part: str, position: int) -> Locator:
        return self.page.locator(f'[data-part=memory-{part}] [data-part=tile-column][data-position="{position}"]')

    def said(self, part: str, row: str = "after") -> list[str]:
        tiles = self.page.locator(f'[data-part=memory-{part}] [data-row="{row}"]')
        return tiles.evaluate_all("tiles => tiles.map(tile => tile.textContent)")

    @property
    def drawn(self) -> list[str]:
        """What the open picture of the network says at each position."""
        places = self.page.locator("[data-part=net-prediction]")
        return places.evaluate_all("places => places.map(place => place.lastElementChild.textContent)")

    def marked(self, attribute: str) -> list[int]:
        """Return the positions of the cut's tiles that match, e.g. `[data-ring]`."""
        columns = self.page.locator("[data-part=memory-cut] [data-part=tile-column]").filter(
            has=self.page.locator(f'[data-row="after"]{attribute}')
        )
        return columns.evaluate_all("columns => columns.map(column => Number(column.dataset.position))")

    def sentence(self, part: str) -> str:
        return self.page.locator(f"[data-part=memory-{part}-sentence]").inner_text()

    @property
    def after(self) -> int | None:
        """The position after which the memory is cut."""
        now = int(self.slider.get_attribute("aria-valuenow") or 0)
        return now - 1 if now else None

    def drag(self, start: Locator, end: Locator, *, share: float = 0.5) -> None:
        """Drag from the middle of an element to a point of another: `share` of its width from its left edge."""
        for element, x in ((start, 0.5), (end, share)):
            box = element.bounding_box()
            assert box is not None
            self.page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] / 2, steps=5)
            if element is start:
                self.page.mouse.down()
        self.page.mouse.up()
        self.settle()

    def gap(self, position: int, edge: str) -> float:
        """Return the distance of the scissors from an edge ("left" or "right") of a position, px."""
        line, column = self.slider.bounding_box(), self.column("cut", position).bounding_box()
        assert line is not None
        assert column is not None
        return abs(line["x"] + line["width"] / 2 - column["x"] - (column["width"] if edge == "right" else 0))

    def assert_cut(self, trained: Trained, after: int, what: str = "all") -> None:
        """Assert that the panel shows this cut as torch computes it."""
        before, now = trained.read(trained.inputs)[0], trained.cut(after, what)
        changed = [position for position in range(len(now)) if now[position] != before[position]]
        targets = [trained.alphabet.index(token) for token in TEXT[1:]]
        assert self.after == after
        assert self.said("cut") == shown(trained.text(now))
        assert self.said("cut", "before") == shown(trained.text(before))
        assert self.marked("[data-ring]") == changed
        assert self.marked("[data-tone=wrong]") == [p for p in range(len(now)) if now[p] != targets[p]]
        if changed:
            assert f"{len(changed)} of {LAST - after}" in self.sentence("cut")

    def assert_moved(self, trained: Trained, source: int, to: int) -> None:
        """Assert that the panel shows this move as torch computes it."""
        moved, own = trained.moved(source, to), trained.moved(to, to)
        assert self.said("move") == [""] * to + shown(moved)
        assert self.said("move", "before") == [""] * to + shown(own)
        said = self.sentence("move")
        assert f"“{own}”" in said
        if source != to:
            assert f"“{moved}”" in said


class OpenPanel(Protocol):
    """Open the page of a trained network and its panel; `context` are arguments of Playwright's `new_context`."""

    def __call__(self, trained: Trained, **context: Any) -> Panel: ...
