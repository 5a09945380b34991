"""What is refused of recordings with an axis and probes, and what a page of one contains."""

from __future__ import annotations

import pytest

from epochscope import EpochScope, compare
from epochscope.widget.html import page
from tests.widget.fixture import make_history, make_loop


def test_a_question_about_several_texts_is_refused_and_one_about_a_probe_is_not() -> None:
    scope = EpochScope.from_history(make_loop())
    with pytest.raises(ValueError, match=r"2 texts, 'train', 'held out', and a question is about one: ask EpochScope"):
        scope.ask("prediction", position=1, epoch=6)
    one = EpochScope.from_history(scope.history.probe("train"))
    question = one.ask("prediction", position=0, epoch=6)
    assert question.answer == one.history.alphabet[one.history.predictions[6, 0]]
    for each in (scope, one):
        each.close()


def test_a_question_for_an_epoch_is_refused_where_records_are_steps() -> None:
    scope = EpochScope.from_history(make_loop().probe("train"))
    with pytest.raises(ValueError, match="asks for an epoch, but the records are numbered by steps"):
        scope.ask("first_all_correct", epoch=6)
    scope.close()


def test_a_comparison_of_loops_on_a_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="run 1 is a loop on a corpus: compare shows epochs of one text"):
        compare(make_history(), make_loop())


def test_a_page_has_the_lines_of_its_chart_and_a_recording_without_them_has_none() -> None:
    assert "epochscope-lines-chart" in page(make_loop())
    plain = page(make_history())
    assert "epochscope-lines-chart" not in plain.split("<style")[0] + plain.split("</style>")[-1]
