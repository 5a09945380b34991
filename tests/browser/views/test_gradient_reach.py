"""The panel Gradient reach of an exported page with weights: what it says is what numpy computes from the weights."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import expect

from epochscope.inspection.experiments import memory_reach
from epochscope.inspection.gradient_reach import gradient_reach, steps_back
from tests.browser.player import DRAWN, WORDS
from tests.browser.test_accessibility import assert_accessible
from tests.browser.views.inside import EPOCHS, Trained, train
from tests.browser.views.test_fit import OVERFLOWING
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Open = Callable[..., Page]

LAST = EPOCHS - 1


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train(tmp_path_factory.mktemp("reach") / "run.html", seed=9)


@pytest.fixture
def open_reach(browser: Browser) -> Iterator[Open]:
    """Return a function that opens the panel of a page; no page may report an error."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_one(path: Path, width: int = 1000, **context: object) -> Page:
        page = browser.new_context(viewport={"width": width, "height": 1400}, **context).new_page()  # pyright: ignore[reportArgumentType]
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        page.goto(path.as_uri())
        page.locator("[data-action=gradient-reach]").click()
        expect(page.locator("[data-part=reach-canvas]").first).to_be_visible()
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert errors == []


def sentence(page: Page) -> str:
    page.evaluate(DRAWN)
    page.evaluate(DRAWN)
    return (page.locator("[data-part=reach-sentence]").text_content() or "").replace("\u202f", " ")


def numbers(run: Trained, epoch: int, position: int) -> tuple[int, int]:
    """Return how many steps back 1 % of the gradient arrives, and on how many the answer depends."""
    history = run.trainer.history
    network = history.network_at(epoch)
    reach = gradient_reach(network, history.inputs, history.targets)[position]
    changes = memory_reach(network, history.inputs)[position]
    return int(np.flatnonzero(reach >= 0.01).max()), int(max(np.flatnonzero(changes), default=0))


def expected(run: Trained, epoch: int, position: int) -> str:
    steps, depends = numbers(run, epoch, position)
    gradient = "reach_none" if steps == 0 else "reach_to_text" if steps == position else "reach_steps"
    gradient = "reach_step" if gradient == "reach_steps" and steps == 1 else gradient
    answer = {0: "reach_depends_none", 1: "reach_depends_one"}.get(depends, "reach_depends")
    token = run.trainer.alphabet[int(run.trainer.history.inputs[position])].replace(" ", "␣")
    parts = {"gradient": WORDS[gradient].format(steps=steps), "answer": WORDS[answer].format(steps=depends)}
    return WORDS["reach_at"].format(token=token, position=position + 1, **parts).replace("\u202f", " ")


def test_the_sentence_is_about_the_position_under_the_pointer(open_reach: Open, run: Trained) -> None:
    page = open_reach(run.path)
    for position in (4, 12, 22):
        page.locator(f".epochscope-reach [data-position='{position}']").hover()
        assert sentence(page) == expected(run, LAST, position)
    page.mouse.move(2, 2)
    page.locator("[data-part=grid] [data-position='9']").hover()  # the position of the text above
    assert sentence(page) == expected(run, LAST, 9)


def test_it_follows_the_epoch_and_the_arrow_keys(open_reach: Open, run: Trained) -> None:
    page = open_reach(run.path)
    page.locator(".epochscope-reach [data-position='12']").click()
    page.mouse.move(2, 2)
    page.keyboard.press("ArrowLeft")
    assert sentence(page) == expected(run, LAST, 11)
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')").replace("\u202f", " ")
    assert f"Position 12 of 23: {WORDS['input']}" in focused
    assert expected(run, LAST, 11) in focused
    page.locator("[data-action=start]").click()
    assert sentence(page) == expected(run, 0, 11)
    assert numbers(run, 0, 11) != numbers(run, LAST, 11)


def test_letters_are_shaded_by_the_gradient_that_arrives_there(open_reach: Open, run: Trained) -> None:
    page = open_reach(run.path)
    page.locator("[data-action=start]").click()
    page.locator(".epochscope-reach [data-position='22']").hover()
    sentence(page)
    history = run.trainer.history
    reach = gradient_reach(history.network_at(0), history.inputs, history.targets)[22, ::-1]
    inputs = page.locator(".epochscope-reach [data-row=input]")
    tones = inputs.evaluate_all("tiles => tiles.map((tile) => tile.dataset.tone)")
    dark = int((reach >= reach[np.array(tones) == "on_dark"].min()).sum())
    assert 2 < dark < 21
    assert tones == ["on_light"] * (23 - dark) + ["on_dark"] * dark  # in epoch 0 it decreases with every step
    page.locator(".epochscope-reach [data-position='5']").hover()
    sentence(page)
    tones = inputs.evaluate_all("tiles => tiles.map((tile) => tile.dataset.tone)")
    assert [tone == "plain" for tone in tones] == [False] * 6 + [True] * 17


def test_the_curve_is_the_median_of_each_epoch(open_reach: Open, run: Trained) -> None:
    page = open_reach(run.path)
    line = page.locator("[data-part=reach-line]")
    history = run.trainer.history
    reaches = [gradient_reach(history.network_at(epoch), history.inputs, history.targets) for epoch in range(EPOCHS)]
    medians = [steps_back(reach) for reach in reaches]
    known = "document.querySelector('[data-part=reach-line]').getAttribute('d').split(/[ML]/).length - 1"
    page.wait_for_function(f"{known} === {EPOCHS}")
    heights = np.array([float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", line.get_attribute("d") or "")])
    assert len(heights) == EPOCHS
    slope, start = np.polyfit(medians, heights, 1)
    assert slope < 0
    np.testing.assert_allclose(heights, start + slope * np.array(medians), atol=0.1)
    now = page.locator("[data-part=reach-curve-now]")
    expect(now).to_have_text(f"epoch {LAST}: {medians[LAST]:g}")
    box = page.locator("[data-part=reach-chart]").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 40)
    sentence(page)
    epoch = int((now.text_content() or "").removeprefix("epoch ").split(":")[0])
    assert 8 < epoch < 20
    expect(now).to_have_text(f"epoch {epoch}: {medians[epoch]:g}")


def test_a_network_whose_weights_are_nan_has_none_and_says_so(open_reach: Open, tmp_path: Path) -> None:
    page = open_reach(train(tmp_path / "nan.html", seed=9, diverged=True).path)
    assert "is not a finite number" in sentence(page)
    expect(page.locator(".epochscope-reach-legend")).to_contain_text(WORDS["reach_blank"])
    expect(page.locator("[data-part=reach-curve-now]")).to_have_text(f"epoch {LAST}: no gradient")
    painted = (
        "canvas => canvas.getContext('2d').getImageData(0, canvas.height - 40, canvas.width, 30).data.some(Boolean)"
    )
    assert not page.locator("[data-part=reach-canvas]").last.evaluate(painted)


@pytest.mark.parametrize("width", [360, 700, 1000])
def test_nothing_overflows(open_reach: Open, run: Trained, width: int) -> None:
    page = open_reach(run.path, width)
    sentence(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("theme", quick_among(["light", "dark"], "dark"))
def test_the_panel_is_accessible(open_reach: Open, run: Trained, theme: str) -> None:
    page = open_reach(run.path, color_scheme=theme, bypass_csp=True)
    page.locator("h1").evaluate("title => title.remove()")  # as in test_inside
    sentence(page)
    # The name of a position has both of its letters, but "input" and "prediction" between them.
    assert_accessible(page, min_texts=60, without="label-content-name-mismatch")


def test_windows_end_the_rows(open_reach: Open, tmp_path: Path) -> None:
    page = open_reach(train(tmp_path / "windows.html", seed=9, window=6, readout=True).path)
    expect(page.locator("[data-part=reach-label]")).to_have_text([WORDS["reach_here"], "5 back"])
    expect(page.locator(".epochscope-reach-legend")).to_contain_text(WORDS["reach_windows"].format(tokens=6, steps=5))


def test_own_words_leave_the_text_of_the_run(open_reach: Open, run: Trained) -> None:
    page = open_reach(run.path)
    before = sentence(page)
    page.locator("[data-part=own-words]").fill("think")
    expect(page.locator(".epochscope-reach-legend")).to_contain_text(WORDS["reach_own"])
    assert sentence(page) == before
