"""The panel Memory: cutting the state of a network, and moving it, in an exported page with weights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from epochscope import EpochScope, Trainer
from epochscope.recording.network import Layer, Network, Output
from epochscope.recording.weights import Weights
from epochscope.training.model import CharRNN
from tests.browser.player import DRAWN, WORDS, shown
from tests.browser.test_accessibility import assert_contrast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

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
    inputs: np.ndarray
    window: int | None
    path: Path

    def read(self, tokens: Sequence[int], state: State | None = None) -> tuple[list[int], State]:
        """Return the predictions after each token, and the state after the last one: h, and of an LSTM c."""
        x = torch.nn.functional.one_hot(torch.tensor([int(token) for token in tokens]), len(self.alphabet))
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
    size = len(trainer.alphabet)
    output = None if model.readout is None else Output()
    weights = Weights(Network(size, (Layer(model.cell, size, model.hidden_size),), None, output))
    state: dict[str, torch.Tensor] = {}
    for epoch in range(EPOCHS):
        state = {name: value.clone() for name, value in model.state_dict().items()}
        weights.add(epoch, np.concatenate([p.detach().numpy().ravel() for p in model.parameters()]))
        trainer.step()
    trainer.history.weights = weights
    EpochScope.from_trainer(trainer, lang="en").to_html(path, chart=False)
    copy = CharRNN(size, cell=model.cell, hidden_size=model.hidden_size, readout=model.readout is not None)
    copy.load_state_dict(state)
    history = trainer.history
    return Trained(copy, list(history.alphabet), history.inputs, options.get("window"), path)


@pytest.fixture(scope="module")
def lstm(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train(tmp_path_factory.mktemp("memory") / "lstm.html", seed=9)


class Panel:
    """The open panel of a page."""

    def __init__(self, page: Page, trained: Trained) -> None:
        self.page = page
        page.goto(trained.path.as_uri())
        page.locator("[data-action=memory]").click()
        self.cut, self.move = (page.locator(f"[data-part=memory-{name}]") for name in ("cut", "move"))
        self.slider = page.locator("[data-part=memory-cut][role=slider]")
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


@pytest.fixture
def open_panel(browser: Browser) -> Iterator[OpenPanel]:
    """Return a function that opens a panel. At the end of the test no page may have reported an error."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_one(trained: Trained, **context: Any) -> Panel:
        page = browser.new_context(**{"viewport": {"width": 1000, "height": 1200}, **context}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        return Panel(page, trained)

    yield open_one
    for page in pages:
        page.context.close()
    assert errors == []


def test_a_cut_and_a_move_are_shown_at_once(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.assert_cut(lstm, 7)
    panel.assert_moved(lstm, 4, 10)
    assert panel.marked("[data-ring]") != []
    assert panel.page.locator("[data-part=inspect-memory]").inner_text().count(WORDS["memory_state_hc"]) == 1


def test_the_scissors_are_dragged_along_the_text(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    for position, share, after in ((12, 0.8, 12), (15, 0.2, 14), (1, 0.8, 1)):
        panel.drag(panel.slider.locator("svg"), panel.column("cut", position), share=share)
        panel.assert_cut(lstm, after)
    panel.drag(panel.slider.locator("svg"), panel.column("cut", 0), share=0.1)
    assert panel.after is None
    assert panel.marked("[data-ring]") == []


def test_the_cut_is_where_the_text_is_pressed(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    box = panel.column("cut", 5).bounding_box()
    assert box is not None
    panel.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    panel.settle()
    panel.assert_cut(lstm, 5)


def test_the_cut_is_moved_and_taken_back_by_keys(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    epoch = panel.page.locator("[data-part=epoch]").inner_text()
    panel.slider.focus()
    for keys, after in (
        *((("ArrowRight",), 8), (("ArrowLeft", "ArrowDown"), 6), (("PageUp",), 16), (("End",), LAST)),
        *((("ArrowRight",), LAST), (("PageDown", "ArrowUp"), LAST - 9)),
    ):
        panel.press(*keys)
        panel.assert_cut(lstm, after)
    for keys in (("Home",), ("End", "Escape")):
        panel.press(*keys)
        assert panel.after is None
        assert panel.slider.get_attribute("aria-valuetext") == WORDS["memory_uncut"]
        assert panel.marked("[data-ring]") == []
    assert panel.page.locator("[data-part=epoch]").inner_text() == epoch


def test_x_cuts_after_the_focused_position_and_escape_takes_it_back(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("Tab", "ArrowRight", "ArrowRight", "x")
    panel.assert_cut(lstm, 2)
    panel.press("End", "Enter")
    panel.assert_cut(lstm, LAST)
    panel.press("Escape")
    assert panel.after is None
    assert panel.sentence("cut") == WORDS["memory_uncut_hint"]


def test_a_cut_behind_the_text_changes_nothing(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("End")
    assert panel.marked("[data-ring]") == []
    assert panel.sentence("cut") == WORDS["memory_cut_end"]


@pytest.mark.parametrize("what", ["h", "c"])
def test_only_one_part_of_the_state_is_cut(open_panel: OpenPanel, lstm: Trained, what: str) -> None:
    panel = open_panel(lstm)
    panel.page.locator(f"[data-part=memory-what] input[value={what}]").check()
    panel.settle()
    panel.assert_cut(lstm, 7, what)
    assert lstm.cut(7, what) != lstm.cut(7)


def test_a_network_without_a_cell_state_offers_no_parts(open_panel: OpenPanel, tmp_path: Path) -> None:
    gru = train(tmp_path / "gru.html", cell="gru", seed=0)
    panel = open_panel(gru)
    expect(panel.page.locator("[data-part=memory-what]")).to_have_count(0)
    panel.assert_cut(gru, 7)
    panel.assert_moved(gru, 4, 10)


def test_a_memory_is_dragged_onto_another_position(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    for source, to in ((10, 4), (2, 20), (LAST, 0)):
        start, end = (panel.column("move", position).locator("[data-row=memory]") for position in (source, to))
        panel.drag(start, end)
        panel.assert_moved(lstm, source, to)


def test_a_memory_is_carried_by_keys(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.column("move", 0).focus()
    panel.press(*["ArrowRight"] * 10, "Enter")
    assert panel.sentence("move").startswith("You carry the memory of “ I think th”")
    panel.press(*["ArrowLeft"] * 6)
    panel.assert_moved(lstm, 10, 4)
    panel.press("Enter", "ArrowRight")
    panel.assert_moved(lstm, 10, 4)
    panel.press("Enter", "End")
    panel.assert_moved(lstm, 5, LAST)
    panel.press("Escape")
    panel.assert_moved(lstm, 10, 4)


def test_a_memory_moved_to_its_own_position_changes_nothing(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.column("move", 6).click()
    panel.column("move", 6).click()
    panel.settle()
    panel.assert_moved(lstm, 6, 6)
    expect(panel.move.locator("[data-row=after][data-ring]")).to_have_count(0)


def test_the_chosen_positions_stay_while_the_epoch_changes(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("ArrowRight")
    before = panel.said("cut"), panel.said("move")
    panel.page.locator("[data-part=timeline]").focus()
    panel.press("Home")
    assert (panel.said("cut"), panel.said("move")) != before
    panel.press("End")
    panel.assert_cut(lstm, 8)
    panel.assert_moved(lstm, 4, 10)


def test_own_words_have_rings_but_no_targets(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.page.locator("[data-part=own-words]").fill(" I there")
    panel.settle()
    assert panel.marked("[data-tone=correct]") == panel.marked("[data-tone=wrong]") == []
    panel.slider.focus()
    panel.press("Home", *["ArrowRight"] * 3)
    tokens = [lstm.alphabet.index(token) for token in " I there"]
    said, state = lstm.read(tokens)
    while len(tokens) < len(TEXT) - 1:
        tokens.append(said[-1])
        more, state = lstm.read(tokens[-1:], state)
        said += more
    now = said[:3] + lstm.read(tokens[3:])[0]
    assert panel.said("cut") == shown(lstm.text(now))
    assert panel.marked("[data-ring]") == [p for p in range(len(now)) if now[p] != said[p]]


def test_nothing_is_cut_once_the_panel_is_closed(open_panel: OpenPanel, lstm: Trained) -> None:
    panel = open_panel(lstm)
    panel.slider.focus()
    panel.press("Escape")
    toggle = panel.page.locator("[data-action=memory]")
    toggle.click()
    expect(panel.slider).to_have_count(0)
    toggle.click()
    expect(panel.slider).to_have_attribute("aria-valuenow", "8")
    panel.settle()
    panel.assert_cut(lstm, 7)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_panel_is_named_readable_and_fits(open_panel: OpenPanel, lstm: Trained, theme: str) -> None:
    panel = open_panel(lstm, color_scheme=theme, bypass_csp=True, viewport={"width": 360, "height": 3000})
    panel.assert_cut(lstm, 7)
    assert panel.page.evaluate("document.documentElement.scrollWidth") == 360
    for part in ("cut", "move"):
        expect(panel.column(part, 0)).to_have_attribute("aria-label", re.compile("^Position 1 of 23: input space"))
    assert_contrast(panel.page, min_texts=150)
