"""A loop on a corpus in the player: steps and tokens in place of epochs, probes of which one is shown, and lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from playwright.sync_api import expect

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.widget.html import page as exported
from epochscope.words import words
from tests.browser.pictures.fit import faults
from tests.browser.player import DRAWN, shown
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_exported_page import Exported
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from epochscope.recording.extras import Axis

TEXTS = {"train": "The train of thought", "held out": "nothing is held out for long"}
EPOCHS = 41
LINES = ".epochscope-chart .bqplot g.curve path.line[style*='--epochscope-run-']"


def make_loop(texts: dict[str, str] = TEXTS, axis: Axis = "step", distance: float = 50.0, many: int = 0) -> History:
    """Return a loop whose first text is learned before the others, with two scalars, and `many` others."""
    alphabet = Alphabet.from_text("".join(texts.values()))
    encoded = [alphabet.encode(text) for text in texts.values()]
    edges = np.cumsum([0, *(len(each) - 1 for each in encoded)]).tolist()
    probes = [(name, edges[i], edges[i + 1]) for i, name in enumerate(texts)]
    inputs, targets = (np.concatenate([each[part] for each in encoded]) for part in (slice(None, -1), slice(1, None)))
    metadata = {"model": "GPT", "parameters": 824_448, "optimizer": "adamw", "lr": 3e-4}
    history = History(alphabet, inputs, targets, metadata=metadata, axis=axis, probes=probes)
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(EPOCHS, edges[-1], len(alphabet))).astype(np.float32)
    time = np.arange(EPOCHS)[:, None]
    late = np.repeat(np.arange(len(texts)), np.diff(edges)) * 8 + rng.uniform(4, 20, edges[-1])
    logits[:, np.arange(edges[-1]), targets] += np.clip(time - late, 0, 12)
    losses = 3 * np.exp(-np.arange(EPOCHS) / 12) + 1
    rare = np.where(np.arange(EPOCHS) % 10 == 0, losses + 0.2, math.nan)
    scalars = {"gradient norm": losses / 2, "validation loss": rare}
    for i in range(many):
        scalars[f"norm of layer {i}"] = np.round(10.0 ** rng.uniform(-4, 3, EPOCHS), 4)
    history.append(losses, logits, 3e-4, places=distance * np.arange(EPOCHS), scalars=scalars)
    return history


def header(history: History, name: str, epoch: int) -> str:
    """What the header says of a probe at a record."""
    probe, en = history.probe(name), words("en")
    score = en["score"].format(correct=probe.n_correct[epoch], positions=probe.n_counted)
    losses = f"loss {probe.losses[epoch]:.3f} · training loss {history.losses[epoch]:.3f}"
    return f"{score} · {losses}"


class OpenLoop(Protocol):
    """Export a recording and open the page; `context` are arguments of Playwright's `new_context`."""

    def __call__(self, history: History, lang: str = "en", **context: Any) -> Exported: ...


@pytest.fixture
def open_loop(browser: Browser, tmp_path: Path) -> Iterator[OpenLoop]:
    """Return a function that exports a recording and opens the page."""
    opened: list[Exported] = []

    def open_one(history: History, lang: str = "en", **context: Any) -> Exported:
        path = tmp_path / f"{len(opened)}.html"
        path.write_bytes(exported(history, lang=lang).encode())
        opened.append(Exported(browser, path, **context))
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()


def test_the_probe_that_is_chosen_is_shown_with_its_own_numbers(open_loop: OpenLoop) -> None:
    history = make_loop()
    page = open_loop(history)
    player = page.player
    player.timeline.focus()
    page.page.keyboard.press("Home")
    for _ in range(12):
        page.page.keyboard.press("ArrowRight")
    expect(player.part("counter")).to_have_text("step 600 / 2,000")
    expect(player.timeline).to_have_attribute("aria-label", "Current record")
    for name in ("train", "held out", "train"):
        chosen, probe = player.box.get_by_role("button", name=name, exact=True), history.probe(name)
        chosen.focus()
        page.page.keyboard.press("Enter")
        expect(chosen).to_have_attribute("aria-pressed", "true")
        expect(player.part("score")).to_have_text(header(history, name, 12))
        assert player.predictions == shown(probe.text(12))
        expect(player.timeline).to_have_attribute(
            "aria-valuetext", f"step 600: {header(history, name, 12).split(' · training')[0].replace(' ·', ',')}"
        )
        first = int(np.flatnonzero(probe.n_correct == probe.n_counted)[0])
        ticks = player.part("timeline").locator("[data-kind=all_correct]")
        expect(ticks).to_have_attribute("title", f"Step {50 * first:,}: all correct for the first time.")
    player.part("cell").nth(3).hover()
    since = 50 * int(history.probe("train").learned_at[3])
    expect(player.part("card")).to_contain_text(f"correct since step {since:,}")
    expect(player.part("status")).to_have_text("Recorded up to step 2,000. Press Play to replay from here.")
    expect(player.action("step")).to_have_attribute("aria-label", "Next record")
    expect(player.part("scalars")).to_have_text(
        f"gradient norm {history.losses[12] / 2:.4g} validation loss {history.losses[10] + 0.2:.4g}"
    )


def test_the_chart_has_a_line_for_each_probe_and_scalar_and_its_cursor_is_at_steps(open_loop: OpenLoop) -> None:
    history = make_loop()
    page = open_loop(history)
    page.page.wait_for_selector(LINES)
    expect(page.page.locator(LINES)).to_have_count(4)
    names = page.page.locator(".epochscope-legend bdi")
    assert names.all_text_contents() == ["training loss", "train", "held out", "validation loss", "gradient norm"]
    left, top, width, height = page.box(page.page.locator(".epochscope-chart .plotarea_background"))
    share = (0.025 * 2000 + 1010) / (2000 * 1.05)  # nearest to the record at 1000
    page.page.mouse.click(left + share * width, top + height / 2)
    expect(page.player.part("epoch")).to_have_text("1,000")
    page.wait_for_line(left + (0.025 * 2000 + 1000) / (2000 * 1.05) * width)


@pytest.mark.parametrize(("scheme", "lang"), quick_among([("light", "en"), ("dark", "ko")], ("light", "en")))
def test_numbers_of_tokens_fit_on_a_phone_and_all_is_accessible(open_loop: OpenLoop, scheme: str, lang: str) -> None:
    page = open_loop(
        make_loop(axis="token", distance=40_960.0), lang, width=360, height=1500, color_scheme=scheme, has_touch=True
    )
    counter = page.player.part("counter")
    expect(counter).to_contain_text("1,638,400 / 1,638,400")
    page.page.wait_for_selector(LINES)
    assert faults(page.page.locator("#epochscope")) == []
    assert_accessible(page.page, min_texts=60)


def test_more_probes_than_buttons_are_in_a_list(open_loop: OpenLoop) -> None:
    history = make_loop({f"text number {i}": f"the text {i} is learned" for i in range(7)})
    page = open_loop(history, width=360, height=900)
    chooser = page.player.box.get_by_label("Text on show")
    expect(chooser).to_have_value("0")
    chooser.select_option(label="text number 4")
    page.page.evaluate(DRAWN)
    assert page.player.predictions == shown(history.probe("text number 4").text(EPOCHS - 1))
    assert faults(page.page.locator("#epochscope")) == []


@pytest.mark.thorough
@pytest.mark.parametrize("width", [360, 1200])
def test_other_numbers_have_two_lines_at_most_and_the_text_does_not_move(open_loop: OpenLoop, width: int) -> None:
    page = open_loop(make_loop(many=30), width=width, height=900)
    scalars = page.player.part("scalars")
    assert "norm of layer 29" in (scalars.get_attribute("title") or "")
    tops = set()
    page.player.timeline.focus()
    for _ in range(EPOCHS):
        page.page.keyboard.press("ArrowLeft")
        page.page.evaluate(DRAWN)
        tops.add(page.box(page.player.part("grid"))[1])
    assert len(tops) == 1
    line = scalars.evaluate("el => parseFloat(getComputedStyle(el).lineHeight)")
    assert page.box(scalars)[3] <= 2 * line + 1
