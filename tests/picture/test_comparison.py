"""The picture of a comparison."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from epochscope.history import History
from epochscope.picture.comparison import draw_comparison
from epochscope.picture.comparison_maps import MAX_MAPPED
from epochscope.recording.alphabet import Alphabet
from tests.recording import made_up

from .test_picture import SVG, of_kind, parse, pixels, texts

LABELS = ["RNN", "LSTM, lr 0.01", "GRU", "a", "b", "c"]


def runs(n: int, epochs: int = 20) -> list[History]:
    return [made_up.history(epochs, seed=seed) for seed in range(n)]


def names(root: Any) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("n", [2, 3, 6])
def test_each_run_has_its_predictions_count_map_and_curve(n: int) -> None:
    several = runs(n)
    root = parse(draw_comparison(several, LABELS[:n], 7))
    rows = ["".join(texts(run, "prediction")) for run in of_kind(root, "run")]
    assert rows == [each.text(7).replace(" ", "␣") for each in several]
    counts = [f"{each[7].n_correct}/10 · {each.losses[7]:.3f}" for each in several]
    assert [each for each in names(root) if "/10 · " in each] == counts
    assert len(of_kind(root, "map")) == n
    assert len(of_kind(root, "loss")) == n
    assert all(names(root).count(label) == 3 for label in LABELS[:n])  # of the row, the map and the curve


def test_input_and_target_of_one_text_are_drawn_once_and_those_of_others_above_their_runs() -> None:
    same = parse(draw_comparison(runs(3), LABELS[:3], 0))
    assert "".join(texts(same, "input")) == "hello␣worl"
    assert "".join(texts(same, "target")) == "ello␣world"
    other = [*runs(2), made_up.history(20, "a b a b")]
    assert "".join(texts(parse(draw_comparison(other, LABELS[:3], 0)), "input")) == "hello␣worla␣b␣a␣"


def test_the_marks_are_where_the_runs_differ() -> None:
    several = runs(3)
    root = parse(draw_comparison(several, LABELS[:3], 7))
    predictions = np.array([each.predictions[7] for each in several])
    columns = [float(each.attrib["x"]) for each in of_kind(root, "prediction")[0] if each.tag == f"{SVG}rect"]
    marked = {float(each.attrib["x"]) for each in of_kind(root, "differs")}
    assert [x in marked for x in columns] == (predictions != predictions[0]).any(axis=0).tolist()
    assert marked
    assert not of_kind(parse(draw_comparison([several[0], several[0]], LABELS[:2], 7)), "differs")


def test_a_run_that_ended_is_pale_and_drawn_at_its_last_epoch() -> None:
    short = made_up.history(5, seed=1)
    root = parse(draw_comparison([made_up.history(20), short], LABELS[:2], 12))
    first, second = of_kind(root, "run")
    assert (first.get("opacity"), second.get("opacity")) == (None, "0.5")
    assert "".join(texts(second, "prediction")) == short.text(4).replace(" ", "␣")
    maps = of_kind(root, "map")
    assert float(maps[1].attrib["height"]) == pytest.approx(float(maps[0].attrib["height"]) * 5 / 20, abs=1)
    cursors = [each for each in of_kind(root, "cursor") if "h" in each.attrib["d"]]
    heights = [float(each.attrib["d"].split("h")[0].split()[1]) for each in cursors]
    bottom = float(maps[1].attrib["y"]) + float(maps[1].attrib["height"])
    assert heights[1] < bottom < heights[0]
    assert cursors[1].get("opacity") == "0.5"
    (missing,) = of_kind(root, "missing")
    assert float(missing.attrib["y"]) == bottom


def test_a_run_without_an_epoch_has_a_name_but_no_predictions() -> None:
    root = parse(draw_comparison([made_up.history(5), made_up.history(0)], LABELS[:2], 3))
    assert len(of_kind(root, "run")) == 2
    assert len(of_kind(root, "prediction")) == 1
    assert "LSTM, lr 0.01" in names(root)


def test_alphabets_in_another_order_and_losses_that_are_not_finite_are_drawn() -> None:
    turned = History(Alphabet("dlrow eh"), [7, 6, 1], [6, 1, 1])
    turned.append([math.nan, math.inf], np.zeros((2, 3, 8), np.float32))
    root = parse(draw_comparison([made_up.history(2), turned], LABELS[:2], 1))
    assert len(of_kind(root, "run")) == 2


@pytest.mark.parametrize("width", [320, 560, 960, 4096])
@pytest.mark.parametrize("n", [2, 6])
def test_everything_stays_inside_the_picture(width: int, n: int) -> None:
    root = parse(
        draw_comparison(runs(n), ["a label of a run that is very long " * 3 + str(i) for i in range(n)], 3, width=width)
    )
    boxes = [*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}image")]
    assert all(float(each.attrib["x"]) + float(each.attrib["width"]) <= width + 0.01 for each in boxes)
    assert all(float(each.attrib["y"]) + float(each.attrib["height"]) <= float(root.attrib["height"]) for each in boxes)


def test_a_long_text_is_wrapped_cut_and_its_picture_stays_small() -> None:
    several = [made_up.history(30, "the quick brown fox jumps over the lazy dog " * 60, seed=seed) for seed in (0, 1)]
    svg = draw_comparison(several, LABELS[:2], 3, lines=2)
    assert len(of_kind(parse(svg), "run")) == 4
    assert any(each.startswith("positions not shown: ") for each in names(parse(svg)))
    assert several[0].positions > MAX_MAPPED
    colours, _ = pixels(of_kind(parse(svg), "map")[0])
    assert colours.shape[1] < 4 * MAX_MAPPED
    assert len(svg) < 300_000


@pytest.mark.parametrize("text", ["</text><script>alert(1)</script>", "\x00\ud800\"'", "]]>"])
def test_no_label_injects_elements(text: str) -> None:
    svg = draw_comparison(runs(2), [text, "b"], 3)
    svg.encode()
    assert {each.tag.removeprefix(SVG) for each in parse(svg).iter()} <= {
        *("svg", "title", "desc", "style", "rect", "text", "tspan", "g", "path", "image", "circle")
    }


def test_equal_recordings_give_equal_bytes_and_a_theme_and_a_language_are_applied() -> None:
    assert draw_comparison(runs(2), LABELS[:2], 3) == draw_comparison(runs(2), LABELS[:2], 3)
    dark = draw_comparison(runs(2), LABELS[:2], 3, theme="dark", lang="ko")
    assert "<style>" not in dark
    assert next(parse(dark).iter(f"{SVG}rect")).get("fill") == "#171a21"
    assert {"입력", "정답"} <= set(names(parse(dark)))


@pytest.mark.parametrize("option", [{"width": 100}, {"lines": 0}, {"theme": "blue"}, {"lang": "fr"}])
def test_an_invalid_option_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(option))}="):
        draw_comparison(runs(2), LABELS[:2], 3, **option)
    with pytest.raises(TypeError, match="panel: a picture of a comparison has no such option"):
        draw_comparison(runs(2), LABELS[:2], 3, panel="inside")
