"""The line in the map at the first wrong position of each epoch: up to there, a free run follows the text."""

from __future__ import annotations

import re

import numpy as np
import pytest

from epochscope import History
from epochscope.recording.alphabet import Alphabet
from epochscope.words import words
from tests.picture.test_picture import of_kind, parse, recorded


def strokes(history: History, line: int = 0, width: int = 960) -> list[tuple[float, float, float]]:
    """Return the strokes in the map of a line: columns before them, and their first and last row of pixels."""
    root = parse(history.to_svg(width=width))
    image = of_kind(root, "map")[line].attrib
    left, top, shown = float(image["x"]), float(image["y"]), float(image["width"])
    bottom = top + float(image["height"])
    found = [
        (float(x), float(start), float(stop))
        for each in of_kind(root, "first-error")
        for x, start, stop in re.findall(r"M(\S+?) (\S+?)V([\d.]+)", each.attrib["d"])
    ]
    columns = len(of_kind(root, "input")[line])
    pitch = (shown + 2) / columns
    return [((x + 1 - left) / pitch, start - top, stop - top) for x, start, stop in found if top <= start < bottom]


def learned(wrong: list[list[int]], text: str = "abcabcabc", metadata: dict[str, int] | None = None) -> History:
    """Return epochs whose predictions are wrong at these positions."""
    alphabet = Alphabet("abc")
    indices = alphabet.encode(text)
    history = History(alphabet, indices[:-1], indices[1:], metadata=metadata)
    for positions in wrong:
        predictions = indices[1:].copy()
        predictions[positions] = (predictions[positions] + 1) % 3
        history.append([1.0], 4 * np.eye(3)[predictions][None])
    return history


def test_it_is_before_the_first_wrong_position_and_at_the_end_where_all_are_correct() -> None:
    history = learned([[0, 5], [3, 4], [7], []])
    assert strokes(history) == [(0, 0, 55), (3, 55, 110), (7, 110, 165), (8, 165, 220)]


def test_of_several_epochs_in_a_row_of_pixels_the_earliest_counts() -> None:
    history = learned([[2], [6]] * 220)
    assert strokes(history) == [(2, 0, 220)]


def test_each_line_of_a_text_has_the_strokes_of_its_positions() -> None:
    history = learned([[3], [25], []], text="abc" * 10)
    lines = len(of_kind(parse(history.to_svg(width=400)), "map"))
    assert lines == 3
    columns = [[column for column, _, _ in strokes(history, line, 400)] for line in range(lines)]
    assert columns == [[3], [], [25 - 20, 29 - 20]]


def test_it_runs_from_the_right_if_the_text_does() -> None:
    history = recorded("שלום", epochs=1)
    first = int(np.flatnonzero(~history.correct[0])[0])
    assert [column for column, _, _ in strokes(history)] == [3 - first]


@pytest.mark.parametrize(("metadata", "drawn"), [({"window": 4}, False), ({"window": 8}, True), ({}, True)])
def test_it_is_left_out_if_the_text_was_read_in_windows(metadata: dict[str, int], drawn: bool) -> None:
    svg = learned([[3]], metadata=metadata).to_svg()
    assert bool(of_kind(parse(svg), "first-error")) == drawn
    assert (words("en")["picture_first_error"] in svg) == drawn
