"""The panel of the static picture that shows gradient reach."""

from __future__ import annotations

import numpy as np
import pytest

from epochscope.inspection.experiments import memory_reach
from epochscope.inspection.gradient_reach import gradient_reach, steps_back
from epochscope.picture.panel_rows import UNIT_HEIGHT
from epochscope.picture.svg import text_width

from .test_panels import CELLS, recorded
from .test_picture import SENTENCE, of_kind, parse, pixels


def titles(svg: str) -> str:
    return " ".join("".join(line.itertext()) for line in of_kind(parse(svg), "panel-title"))


def shares(svg: str, pitch: int) -> np.ndarray:
    """Return the opacities (rows, columns) of the only map of a picture, in the middle of each value; 0: not drawn."""
    (image,) = of_kind(parse(svg), "activations")
    _, opacities = pixels(image)
    return opacities[UNIT_HEIGHT // 2 :: UNIT_HEIGHT, pitch // 2 :: pitch]


@pytest.mark.parametrize("window", [None, 6])
@pytest.mark.parametrize("cell", CELLS)
def test_gradient_reach_is_shaded_and_has_rings_where_forgetting_changes_a_prediction(
    cell: str, window: int | None
) -> None:
    history = recorded(cell=cell, window=window)
    svg = history.to_svg(panel="gradient_reach", theme="light")
    network = history.network_at(0)
    reach = gradient_reach(network, history.inputs, history.targets, window)
    rows = window or history.positions
    (image,) = of_kind(parse(svg), "activations")
    pitch = round((float(image.get("width") or 0) + 1) / history.positions)
    drawn = shares(svg, pitch)
    assert drawn.shape == (rows, history.positions)
    with np.errstate(divide="ignore"):
        expected = np.clip(1 + np.log10(reach[:, :rows].T) / 6, 0, 1)
    np.testing.assert_array_equal(drawn == 0, np.isnan(expected))
    visible = ~np.isnan(expected) & (expected > 0.04)
    np.testing.assert_allclose(drawn[visible] / 255, expected[visible], atol=0.01)
    left, top = (float(image.get(edge) or 0) for edge in "xy")
    rings = np.zeros((history.positions, rows), dtype=bool)
    for ring in of_kind(parse(svg), "ring"):
        x, y = float(ring.get("cx") or 0) - left, float(ring.get("cy") or 0) - top
        rings[int(x // pitch), int(y // UNIT_HEIGHT)] = True
    np.testing.assert_array_equal(rings, memory_reach(network, history.inputs, window)[:, :rows])
    assert f"{steps_back(reach):g} steps back" in titles(svg)


def test_gradient_reach_of_a_network_whose_weights_are_nan_is_blank() -> None:
    history = recorded()
    assert history.weights is not None
    history.weights.add(0, np.full(history.weights.at(0).shape, np.nan))
    svg = history.to_svg(panel="gradient_reach", theme="light")
    (image,) = of_kind(parse(svg), "activations")
    assert not pixels(image)[1].any()
    assert "no gradient" in titles(svg)


def test_gradient_reach_shows_fewer_rows_below_each_of_several_lines() -> None:
    history = recorded(text=SENTENCE * 3)
    svg = history.to_svg(panel="gradient_reach", width=400, lines=2, theme="light")
    images = of_kind(parse(svg), "activations")
    assert [float(image.get("height") or 0) for image in images] == [16 * UNIT_HEIGHT] * 2
    assert pixels(images[1])[1][15 * UNIT_HEIGHT + 3].any()  # on the second line all lags exist


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [320, 400, 960])
def test_the_sentence_takes_as_many_lines_as_it_needs(width: int, lang: str) -> None:
    lines = of_kind(parse(recorded().to_svg(panel="gradient_reach", width=width, lang=lang)), "panel-title")
    assert all(text_width("".join(line.itertext())) < width - 24 for line in lines)
    heights = [float(line.get("y") or 0) for line in lines]
    assert heights == sorted(set(heights))
