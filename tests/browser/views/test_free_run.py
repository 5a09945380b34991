"""The panel Free run: what the network says alone, corrections of it, and how it goes on from the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pytest
from playwright.sync_api import expect

from epochscope import EpochScope, Trainer
from epochscope.inspection.experiments import free_run
from epochscope.inspection.numpy_network import NumpyNetwork
from tests.browser.player import DRAWN, WORDS, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from epochscope.history import History

EPOCHS = 60


@dataclass
class Recorded:
    """A run with all weights, its page, and an epoch with some wrong predictions, the first of them not at once."""

    history: History
    path: Path
    epoch: int

    def said(self, given: int = 1, corrected: tuple[int, ...] = (), tokens: list[int] | None = None) -> list[str]:
        """Return what the network of the epoch says alone, as the panel shows it."""
        history, weights = self.history, self.history.weights
        assert weights is not None
        network = NumpyNetwork(weights.network, weights.at(self.epoch))
        inputs = history.inputs if tokens is None else np.array(tokens)
        corrections = {position: int(history.targets[position]) for position in corrected}
        return shown("".join(history.alphabet[token] for token in free_run(network, inputs, given, corrections)))

    @property
    def wrong(self) -> list[int]:
        """The positions that are wrong with a teacher."""
        return np.flatnonzero(self.history.predictions[self.epoch] != self.history.targets).tolist()


@pytest.fixture(scope="module")
def rnn(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Return an RNN of the classic lab, which goes wrong at a few positions."""
    trainer = Trainer(" I think therefore I am.", cell="rnn", seed=9)
    history = trainer.train(EPOCHS)
    trainer.weights.read(0, EPOCHS - 1)
    path = tmp_path_factory.mktemp("free-run") / "rnn.html"
    EpochScope.from_trainer(trainer, lang="en").to_html(path, chart=False)
    errors = (history.predictions != history.targets).sum(axis=1)
    epochs = [e for e in range(EPOCHS) if 2 <= errors[e] <= 8 and 3 <= history.first_error[e] <= 18]
    return Recorded(history, path, epochs[-1])


class Panel:
    """The open panel at the epoch of a run."""

    def __init__(self, browser: Browser, run: Recorded, width: int, lang: str = "en-US") -> None:
        self.page = browser.new_context(viewport={"width": width, "height": 900}, locale=lang).new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(run.path.as_uri())
        self.timeline = self.page.locator("[data-part=timeline]")
        self.timeline.focus()
        self.press("Home", *["Shift+ArrowRight"] * (run.epoch // 10), *["ArrowRight"] * (run.epoch % 10))
        self.panel = self.page.locator("[data-part=inspect-free_run]")
        self.handle = self.page.locator("[data-part=free-run-handle]")
        self.field = self.page.locator("[data-part=own-words]")
        self.press("a")
        expect(self.panel.locator("[data-row=said]").first).not_to_be_empty()

    def settle(self) -> None:
        self.page.evaluate(DRAWN)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def row(self, name: str) -> list[str]:
        return self.panel.locator(f"[data-row={name}]").evaluate_all("places => places.map(p => p.textContent)")

    def tones(self, tone: str, row: str = "said") -> list[int]:
        return self.panel.locator(f"[data-row={row}]").evaluate_all(
            "(places, tone) => places.flatMap((p, i) => p.dataset.tone === tone ? [i] : [])", tone
        )

    def column(self, position: int) -> Locator:
        return self.panel.locator(f'[data-part=tile-column][data-position="{position}"]')

    @property
    def given(self) -> int:
        return int(self.handle.get_attribute("aria-valuenow") or 0)

    def text(self, part: str) -> str:
        self.settle()
        return self.page.locator(f"[data-part={part}]").inner_text()


class OpenPanel(Protocol):
    """Open the page of a run and the panel; `width` in px."""

    def __call__(self, run: Recorded, width: int = 1000, lang: str = "en-US") -> Panel: ...


@pytest.fixture
def open_panel(browser: Browser) -> Iterator[OpenPanel]:
    """Return a function that opens the panel. At the end no page may have reported an error."""
    opened: list[Panel] = []

    def open_one(run: Recorded, width: int = 1000, lang: str = "en-US") -> Panel:
        opened.append(Panel(browser, run, width, lang))
        return opened[-1]

    yield open_one
    for panel in opened:
        panel.page.context.close()
        assert panel.errors == []


def test_it_says_what_the_network_says_alone_and_parts_at_the_first_error(open_panel: OpenPanel, rnn: Recorded) -> None:
    panel = open_panel(rnn)
    first = int(rnn.history.first_error[rnn.epoch])
    said = rnn.said()
    assert panel.row("said") == said
    assert panel.row("input") == [shown(rnn.history.alphabet[rnn.history.inputs[0]])[0], *said[:-1]]
    assert panel.tones("correct") == list(range(first))
    assert panel.tones("wrong") == [first]
    assert panel.tones("plain") == list(range(first + 1, len(said)))
    assert panel.tones("wrong", "teacher") == rnn.wrong
    result = {"correct": len(said) - len(rnn.wrong), "positions": len(said), "alone": first}
    assert panel.text("free-run-result") == WORDS["free_run_result"].format(**result)
    line, column = panel.page.locator("[data-part=free-run-parting]").bounding_box(), panel.column(first).bounding_box()
    assert line is not None
    assert column is not None
    assert abs(line["x"] - column["x"]) < 4


def test_the_handle_is_moved_by_keys(open_panel: OpenPanel, rnn: Recorded) -> None:
    panel = open_panel(rnn)
    length = len(rnn.history.inputs)
    epoch = panel.page.locator("[data-part=epoch]").inner_text()
    panel.handle.focus()
    for key, given in (
        *(("ArrowRight", 2), ("ArrowUp", 3), ("ArrowLeft", 2), ("PageUp", 12), ("PageDown", 2)),
        *(("End", length), ("ArrowRight", length), ("Home", 1), ("ArrowLeft", 1)),
    ):
        panel.press(key)
        assert panel.given == given, key
        assert panel.row("said") == rnn.said(given), key
        assert panel.tones("given", "input") == list(range(given)), key
    assert panel.page.locator("[data-part=epoch]").inner_text() == epoch


@pytest.mark.thorough
def test_the_handle_is_dragged_along_the_text(open_panel: OpenPanel, rnn: Recorded) -> None:
    for width in (1000, 360):
        panel = open_panel(rnn, width)
        panel.panel.evaluate("panel => panel.scrollIntoView({ block: 'end' })")
        start = panel.handle.bounding_box()
        assert start is not None
        panel.page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        panel.page.mouse.down()
        for position, share, given in ((5, 0.8, 6), (13, 0.2, 13), (0, 0.1, 1), (9, 0.9, 10)):
            box = panel.column(position).bounding_box()
            assert box is not None
            panel.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2, steps=3)
            panel.settle()
            assert panel.given == given, (width, position)
            assert panel.row("said") == rnn.said(given)
        panel.page.mouse.up()


def test_as_many_corrections_as_wrong_predictions_make_it_say_the_text(open_panel: OpenPanel, rnn: Recorded) -> None:
    panel = open_panel(rnn)
    panel.page.locator("[data-action=network]").click()
    for count, position in enumerate(rnn.wrong, 1):
        assert panel.tones("wrong") == [position]
        panel.panel.locator("[data-row=said][data-tone=wrong]").click()
        panel.settle()
        assert panel.row("said") == rnn.said(corrected=tuple(rnn.wrong[:count]))
        drawn = panel.page.locator("[data-part=net-prediction]")
        assert drawn.evaluate_all("places => places.map(p => p.lastElementChild.textContent)") == panel.row("said")
    assert panel.tones("corrected") == rnn.wrong
    assert panel.tones("wrong") == []
    assert panel.text("free-run-outcome") == WORDS["free_run_all_corrected"].format(count=len(rnn.wrong))
    panel.page.locator("[data-action=clear-corrections]").click()
    panel.settle()
    assert panel.row("said") == rnn.said()
    expect(panel.page.locator("[data-part=free-run-corrections]")).to_have_count(0)


def test_a_tile_is_corrected_and_taken_back_with_enter(open_panel: OpenPanel, rnn: Recorded) -> None:
    panel = open_panel(rnn)
    first = rnn.wrong[0]
    panel.handle.focus()
    panel.press("Tab", *["ArrowRight"] * first)
    name = panel.column(first)
    expect(name).to_be_focused()
    expect(name).to_have_accessible_name(
        f"Position {first + 1} of {len(rnn.history.inputs)}: "
        f"{'given' if first == 0 else 'reads'} {_spoken(rnn, rnn.history.inputs[first])}, "
        f"target {_spoken(rnn, rnn.history.targets[first])}, "
        f"free run {_spoken(rnn, rnn.history.predictions[rnn.epoch, first])}, "
        f"{WORDS['wrong']}, {WORDS['free_run_parts']}, {WORDS['free_run_press']}"
    )
    panel.press("Enter")
    assert panel.tones("corrected") == [first]
    assert panel.row("said") == rnn.said(corrected=(first,))
    panel.press("ArrowRight", "ArrowLeft", "Enter")
    assert panel.row("said") == rnn.said()
    panel.press("Home", "Enter")  # a correct tile
    assert panel.row("said") == rnn.said()


def _spoken(run: Recorded, token: int) -> str:
    text = run.history.alphabet[int(token)]
    return WORDS["token_space"] if text == " " else text


@pytest.mark.thorough
def test_corrections_and_given_tokens_stay_when_the_panel_is_closed_and_the_epoch_changes(
    open_panel: OpenPanel, rnn: Recorded
) -> None:
    panel = open_panel(rnn)
    panel.panel.locator("[data-row=said][data-tone=wrong]").click()
    panel.timeline.focus()
    panel.press("a")
    expect(panel.panel).to_have_count(0)
    panel.press("a", "ArrowLeft", "ArrowRight")
    assert panel.row("said") == rnn.said(corrected=(rnn.wrong[0],))
    assert panel.tones("corrected") == [rnn.wrong[0]]


def test_it_goes_on_from_own_words_and_names_what_is_left_out(open_panel: OpenPanel, rnn: Recorded) -> None:
    panel = open_panel(rnn)
    epoch = panel.page.locator("[data-part=epoch]").inner_text()
    panel.field.click()
    panel.page.keyboard.type("thZ\N{SLIGHTLY SMILING FACE} a.")  # a and . are shortcuts outside
    panel.settle()
    tokens = [list(rnn.history.alphabet).index(token) for token in "th a."]
    assert panel.page.locator("[data-part=epoch]").inner_text() == epoch
    expect(panel.panel).to_be_visible()
    assert panel.tones("given", "input") == list(range(5))
    length = len(panel.row("said"))
    said = rnn.said(5, tokens=tokens + [0] * (length - 5))
    assert panel.row("said") == [""] * 4 + said[4:]
    assert panel.row("input") == [*shown("th a."), *said[4:-1]]
    expect(panel.handle).to_have_count(0)
    note = panel.text("inspect-note")
    assert note.split()[-2:] == ["Z", "\N{SLIGHTLY SMILING FACE}"]
    panel.press("Escape")
    expect(panel.field).to_have_value("")
    expect(panel.field).to_be_focused()
    assert panel.row("said") == rnn.said()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("typed", "why"),
    [("ZZ", "own_words_none"), ("\N{SLIGHTLY SMILING FACE}", "own_words_none"), ("\u3000", "own_words_none")],
)
def test_words_without_a_known_token_leave_the_text_of_the_run(
    open_panel: OpenPanel, rnn: Recorded, typed: str, why: str
) -> None:
    panel = open_panel(rnn)
    panel.field.fill(typed)
    panel.settle()
    assert panel.row("said") == rnn.said()
    assert WORDS[why] in panel.text("inspect-note")
    panel.page.locator("[data-action=clear-words]").click()
    expect(panel.field).to_have_value("")


@pytest.mark.thorough
def test_long_own_words_are_continued_from_their_end(open_panel: OpenPanel, rnn: Recorded) -> None:
    panel = open_panel(rnn)
    panel.field.fill("think " * 100)
    panel.settle()
    assert len(panel.row("said")) == 384 + 12
    assert panel.row("said")[-1] != ""
    assert WORDS["own_words_long"].format(count=384) in panel.text("inspect-note")


@pytest.mark.thorough
def test_other_tokens_are_drawn_with_a_temperature(open_panel: OpenPanel, rnn: Recorded) -> None:
    panel = open_panel(rnn)
    panel.field.fill("I")
    expect(panel.page.locator("[data-action=draw-again]")).to_have_count(0)
    panel.page.locator("[data-part=temperature]").fill("2")
    panel.settle()
    drawn = set()
    for _ in range(5):
        panel.page.locator("[data-action=draw-again]").click()
        panel.settle()
        drawn.add("".join(panel.row("said")))
    assert len(drawn) > 1


def test_characters_that_an_input_method_composes_are_read_when_they_are_complete(
    open_panel: OpenPanel, rnn: Recorded
) -> None:
    panel = open_panel(rnn)
    panel.field.focus()
    session = panel.page.context.new_cdp_session(panel.page)
    for composed in ("ㅎ", "하", "한"):
        session.send("Input.imeSetComposition", {"text": composed, "selectionStart": 1, "selectionEnd": 1})
        panel.settle()
        expect(panel.field).to_have_value(composed)
        assert panel.text("inspect-note") == ""
    session.send("Input.insertText", {"text": "한"})
    panel.settle()
    expect(panel.field).to_have_value("한")
    assert "한" in panel.text("inspect-note")
    assert "하 " not in panel.text("inspect-note")


OVERFLOWING = """() => {
  const root = document.querySelector("[data-part=root]").getBoundingClientRect();
  return [...document.querySelectorAll("[data-part=root] *")].filter((el) => {
    const box = el.getBoundingClientRect();
    if (box.width === 0 || el.closest(".epochscope-visually-hidden, svg, option")) return false;
    return box.left < root.left - 1 || box.right > root.right + 1 || box.bottom > root.bottom + 1;
  }).map((el) => el.className);
}"""


@pytest.mark.parametrize("lang", ["en-US", "ko-KR"])
def test_nothing_overflows_with_own_words_and_corrections(open_panel: OpenPanel, rnn: Recorded, lang: str) -> None:
    for width in (360, 720):
        panel = open_panel(rnn, width, lang)
        panel.panel.locator("[data-row=said][data-tone=wrong]").click()
        panel.settle()
        assert panel.page.evaluate(OVERFLOWING) == [], width
        panel.field.fill("I think 한글 \N{SLIGHTLY SMILING FACE}")
        panel.page.locator("[data-part=temperature]").fill("1")
        panel.settle()
        assert panel.page.evaluate(OVERFLOWING) == [], width
