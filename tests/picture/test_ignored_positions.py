"""Ignored positions in a picture: hatched, explained, neither correct nor wrong.

The data are those of a padded batch: words of different length (deeplearningzerotoall/PyTorch lab-12_7), or targets
whose padding the loss leaves out (pytorch-seq2seq#64).
"""

from __future__ import annotations

import numpy as np
import pytest

from epochscope import History
from epochscope.recording.alphabet import Alphabet
from tests.picture.test_picture import SVG, coordinates, of_kind, parse, pixels, texts

TARGETS = [1, 2, -1, 0, -1, -1]
COUNTED = np.array(TARGETS) >= 0


@pytest.fixture(scope="module")
def padded() -> History:
    """Return two epochs; at the first one, the second position is wrong; the ignored ones predict the last token."""
    history = History(Alphabet("abc"), [0, 1, 2, 0, 1, 2], TARGETS)
    history.append([2.0, 1.0], 4 * np.eye(3)[[[1, 0, 2, 0, 2, 2], [1, 2, 2, 0, 2, 2]]])
    return history


def starts(history: History, epoch: int, kind: str) -> set[int]:
    """Return the positions in whose columns the lines of the path of this kind in the prediction row begin."""
    root = parse(history.to_svg(epoch))
    pitch, left = geometry(history, epoch)
    (path,) = [each for each in of_kind(root, "prediction")[0] if kind in each.get("class", "").split()]
    return {int((x - left) // pitch) for x in coordinates(path.attrib["d"])[:, 0]}


def geometry(history: History, epoch: int) -> tuple[float, float]:
    """Return the distance between two columns and the left edge of the first one, px."""
    (image,) = of_kind(parse(history.to_svg(epoch)), "map")
    return (float(image.attrib["width"]) + 2) / history.positions, float(image.attrib["x"])


def test_an_ignored_position_has_a_prediction_but_no_target_and_no_colour(padded: History) -> None:
    root = parse(padded.to_svg(0))
    assert texts(root, "input") == list("abcabc")
    assert texts(root, "target") == list("bca")
    assert texts(root, "prediction") == list("bacacc")
    cells = [each for each in of_kind(root, "prediction")[0] if each.tag == f"{SVG}rect"]
    assert [each.get("class", "").split()[0] for each in cells] == ["correct", "wrong", "correct"]
    pitch, left = geometry(padded, 0)
    assert [(float(each.attrib["x"]) - left) / pitch for each in cells] == [0, 1, 3]
    weights = [each.get("font-weight") for each in of_kind(root, "prediction")[0] if each.tag == f"{SVG}text"]
    assert weights == [None, None, "400", None, "400", "400"]


def test_the_prediction_is_hatched_and_not_underlined(padded: History) -> None:
    assert starts(padded, 0, "ignored") == {2, 4, 5}
    (underlines,) = of_kind(parse(padded.to_svg(0)), "underlines")
    assert len(coordinates(underlines.attrib["d"])) == 1
    assert not of_kind(parse(padded.to_svg(1)), "underlines")


def test_the_map_has_no_colour_at_ignored_positions_but_a_hatching(padded: History) -> None:
    root = parse(padded.to_svg())
    (image,) = of_kind(root, "map")
    _, opacities = pixels(image)
    pitch = (opacities.shape[1] + 2) // padded.positions
    assert (opacities[:, pitch // 2 :: pitch] > 0).all(axis=0).tolist() == COUNTED.tolist()
    assert (opacities[:, pitch // 2 :: pitch] > 0).any(axis=0).tolist() == COUNTED.tolist()
    left, top = float(image.attrib["x"]), float(image.attrib["y"])
    height = float(image.attrib["height"])
    inside = [each for each in of_kind(root, "ignored") if coordinates(each.attrib["d"])[:, 1].max() > top]
    points = np.concatenate([coordinates(each.attrib["d"]) for each in inside[:1]])
    ends = (points[:, 0] - left) / pitch
    assert set(np.floor(ends).astype(int)) == {2, 4, 5}
    assert top <= points[:, 1].min() < points[:, 1].max() <= top + height


def test_the_score_counts_positions_with_a_target_and_the_legend_says_so(padded: History) -> None:
    for lang, score, legend in (
        ("en", "2 of 3 correct", "3 ignored: no target, so not counted"),
        ("ko", "3개 중 2개 맞음", "3개 제외: 정답이 없어 세지 않음"),
    ):
        root = parse(padded.to_svg(0, lang=lang))
        shown = ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
        assert any(score in text for text in shown)
        assert legend in shown
        title, description = (root[i].text or "" for i in (0, 1))
        assert score in title
        assert "bc–a––" in description
        assert f"{legend}." in description.splitlines()


def test_no_line_of_the_hatching_leaves_the_picture_and_no_caption_does() -> None:
    history = History(Alphabet("abc"), [0, 1] * 40, [-1, 2] * 40)
    history.append([1.0] * 3, np.random.default_rng(0).normal(size=(3, 80, 3)))
    for width in (320, 960):
        root = parse(history.to_svg(width=width))
        for path in of_kind(root, "ignored"):
            for x, y in coordinates(path.attrib["d"]):
                assert 0 < x < width
                assert 0 < y < float(root.attrib["height"])


def test_a_recording_without_ignored_positions_has_no_hatching() -> None:
    history = History(Alphabet("abc"), [0, 1, 2], [1, 2, 0])
    history.append([1.0], np.zeros((1, 3, 3)))
    svg = history.to_svg()
    assert not of_kind(parse(svg), "ignored")
    assert "ignored" not in svg


def test_a_wide_last_token_does_not_widen_the_columns_of_ignored_positions() -> None:
    """With -1 as an index, the last token would be measured."""
    pictures = []
    for last in ("z", "extraordinary"):
        history = History(Alphabet(["a", "b", last]), [0, 1, 0], [1, 0, -1], separator=" ")
        history.append([1.0], np.zeros((1, 3, 3)))
        pictures.append(geometry(history, 0)[0])
    assert pictures[0] == pictures[1]
