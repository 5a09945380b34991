"""The panel Inside of an exported page with weights: its numbers are those that numpy computes from the weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.player import WORDS
from tests.browser.test_accessibility import assert_accessible
from tests.browser.views.inside import Inside, Trained, train
from tests.browser.views.test_fit import OVERFLOWING
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

Train: TypeAlias = Callable[..., Trained]
OpenInside: TypeAlias = Callable[..., Inside]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Return a function that trains a network and exports its page, once for each set of options."""
    known: dict[str, Trained] = {}

    def get(**options: Any) -> Trained:
        key = repr(options)
        if key not in known:
            known[key] = train(tmp_path_factory.mktemp("inside") / "run.html", seed=9, **options)
        return known[key]

    return get


@pytest.fixture
def open_inside(browser: Browser) -> Iterator[OpenInside]:
    """Return a function that opens the panel; no page may report an error."""
    pages: list[Page] = []
    errors: list[str] = []

    def open_one(run: Trained, **context: Any) -> Inside:
        page = browser.new_context(**{"viewport": {"width": 1000, "height": 1400}, **context}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        return Inside(page, run.path)

    yield open_one
    for page in pages:
        page.context.close()
    assert errors == []


def test_a_clicked_cell_shows_the_numbers_of_its_unit(open_inside: OpenInside, trained: Train) -> None:
    run = trained()
    inside, known = open_inside(run), run.activations()
    for name, position, unit in (("hidden", 9, 3), ("forget", 22, 13), ("cell", 1, 0)):
        inside.click(name, unit, position, 14, 23)
        at = (position, unit)
        for letter, gate in (("f", "forget"), ("i", "input"), ("g", "candidate"), ("o", "output")):
            assert inside.quantity(letter) == pytest.approx(getattr(known, gate)[at], abs=6e-4)
        assert inside.results == pytest.approx([known.cell[at], known.hidden[at]], abs=6e-4)
        forget, before, entered, candidate = inside.numbers[0]
        assert before == pytest.approx(known.cell[position - 1, unit], abs=6e-4)
        assert forget * before + entered * candidate == pytest.approx(inside.results[0], abs=0.02)
        output, tanh = inside.numbers[1]
        assert output * tanh == pytest.approx(inside.results[1], abs=2e-3)


@pytest.mark.parametrize("cell", ["gru", "rnn"])
def test_other_cells_have_their_own_equation(open_inside: OpenInside, trained: Train, cell: str) -> None:
    run = trained(cell=cell)
    inside, known = open_inside(run), run.activations()
    inside.click("hidden", 4, 7, 14, 23)
    assert inside.results == pytest.approx([known.hidden[7, 4]], abs=6e-4)
    if cell == "gru":
        update, reset = known.update[7, 4], known.reset[7, 4]
        assert [inside.quantity("z"), inside.quantity("r")] == pytest.approx([update, reset], abs=6e-4)
    else:
        assert np.tanh(inside.quantity("a") + inside.quantity("b")) == pytest.approx(inside.results[0], abs=2e-3)


@pytest.mark.thorough
def test_the_state_before_is_that_of_the_window(open_inside: OpenInside, trained: Train) -> None:
    inside = open_inside(trained(window=4))
    for position in (2, 4, 15):
        inside.click("hidden", 5, position, 14, 23)
        forget, before, entered, candidate = inside.numbers[0]
        assert forget * before + entered * candidate == pytest.approx(inside.results[0], abs=0.02)


def test_the_arrow_keys_select_units_and_positions(open_inside: OpenInside, trained: Train) -> None:
    run = trained()
    inside, known = open_inside(run), run.activations()
    epoch = inside.page.locator("[data-part=epoch]").inner_text()
    inside.page.locator("[data-part=inside-grid]").focus()
    inside.press("Home", *["ArrowRight"] * 4, *["ArrowUp"] * 14, "ArrowDown", "ArrowDown")
    hidden = f"{known.hidden[4, 2]:.3f}".replace("-", "−")
    assert inside.cell.startswith(f"unit “I”, position 5, input h: hidden {hidden}, cell ")
    inside.press("ArrowLeft")
    assert "position 4, input t" in inside.cell
    inside.press("End", "ArrowRight")
    assert "position 23, input m" in inside.cell
    assert inside.page.locator("[data-part=epoch]").inner_text() == epoch


def test_the_text_and_the_panel_select_the_same_position(open_inside: OpenInside, trained: Train) -> None:
    inside = open_inside(trained())
    inside.page.locator("[data-part=cell]").nth(10).click(position={"x": 5, "y": 5})
    inside.settle()
    assert "position 11" in inside.cell
    inside.page.locator("[data-part=inside-grid]").focus()
    inside.press("ArrowRight")
    card = inside.page.locator("[data-part=card]")
    expect(card).to_contain_text(WORDS["position_of"].format(position=12, positions=23))


@pytest.mark.thorough
def test_the_order_of_units_does_not_change_with_the_epoch(open_inside: OpenInside, trained: Train) -> None:
    run = trained(readout=True, hidden_size=40)
    inside = open_inside(run)
    rows = inside.page.locator(".epochscope-inside-rows").first.locator("li")
    last = rows.all_inner_texts()
    variances = run.activations().hidden.var(axis=0)
    assert last == [str(unit + 1) for unit in np.argsort(-variances, kind="stable")[:32]]
    inside.page.locator("[data-part=timeline]").focus()
    inside.press("Home")
    assert rows.all_inner_texts() == last


@pytest.mark.thorough
def test_layers_and_maps_are_chosen(open_inside: OpenInside, trained: Train) -> None:
    inside = open_inside(trained(readout=True, hidden_size=8, num_layers=2))
    shown = inside.page.locator("[data-part=state-map]")
    assert [one.get_attribute("data-map") for one in shown.all()] == ["hidden", "cell", "forget"]
    inside.page.locator("[data-action=map-output]").click()
    inside.page.locator("[data-action=map-cell]").click()
    inside.settle()
    assert [one.get_attribute("data-map") for one in shown.all()] == ["hidden", "forget", "output"]
    before = inside.cell
    inside.page.locator("[data-action=layer-1]").click()
    inside.settle()
    assert inside.cell.split(":")[1] != before.split(":")[1]


def test_own_words_have_no_target(open_inside: OpenInside, trained: Train) -> None:
    inside = open_inside(trained())
    expect(inside.details).to_contain_text("target")
    inside.page.locator("[data-part=own-words]").fill("the ink")
    inside.settle()
    expect(inside.details).not_to_contain_text("target")
    tokens = inside.page.locator("[data-part=inside-tokens] [data-row=input] .epochscope-token").all_inner_texts()
    assert "".join(tokens).startswith("the␣ink")


@pytest.mark.thorough
def test_weights_that_diverged_are_shown_as_nan(open_inside: OpenInside, trained: Train) -> None:
    inside = open_inside(trained(diverged=True))
    inside.click("cell", 3, 9, 14, 23)
    assert np.isnan(inside.results).all()
    inside.page.locator("[data-part=timeline]").focus()
    inside.press("ArrowLeft")
    assert np.isfinite(inside.results).all()


def test_nothing_overflows_at_360_pixels_and_one_map_is_shown(open_inside: OpenInside, trained: Train) -> None:
    inside = open_inside(trained(), viewport={"width": 392, "height": 800})
    expect(inside.page.locator("[data-part=state-map]")).to_have_count(1)
    inside.page.locator("[data-action=map-forget]").click()
    inside.settle()
    expect(inside.map("forget")).to_have_count(1)
    expect(inside.page.locator("[data-part=state-map]")).to_have_count(1)
    assert inside.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert inside.page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("theme", quick_among(["light", "dark"], "dark"))
def test_the_panel_is_accessible(open_inside: OpenInside, trained: Train, theme: str) -> None:
    inside = open_inside(trained(), color_scheme=theme, bypass_csp=True, viewport={"width": 1000, "height": 2000})
    # The levels of headings depend on the page: its title is of level 1, those of panels are of level 3.
    inside.page.locator("h1").evaluate("title => title.remove()")
    assert_accessible(inside.page, min_texts=60)
