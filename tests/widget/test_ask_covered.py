"""While a question is covered, nothing outside the data tells what is recorded."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from epochscope import Comparison, EpochScope, compare
from epochscope.recording.packed_weights import unpack_weights
from tests.widget.asked import SEEDS, Student
from tests.widget.test_html import Parsed

WIDGET = "application/vnd.jupyter.widget-view+json"
POLL: dict[str, Any] = {"prompt": "Who </script> wins?", "options": ["Ann", "Ben"]}


@pytest.fixture(params=["scope", "comparison"])
def widget(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return a scope and a comparison after 20 epochs."""
    made: Any
    if request.param == "scope":
        made = EpochScope("hihello", epochs=20, seed=next(SEEDS))
    else:
        made = compare("hihello", cell=["rnn", "lstm"], epochs=20, seed=next(SEEDS))
    made.train()
    yield made
    made.close()


def tellings(widget: Any) -> list[str]:
    """Return what would tell: losses, counts and texts of the last epoch."""
    runs = widget.runs if isinstance(widget, Comparison) else [widget]
    found = ["20 epochs"]
    for run in runs:
        last = run.history[-1]
        found += [f"{run.history[0].loss:.3f}", f"{last.loss:.3f}", f"{last.n_correct} of 6 correct", repr(last.text)]
    return found


def test_the_words_that_tell_are_there_without_a_question(widget: Any) -> None:
    data, _ = widget._repr_mimebundle_()
    description = Parsed(widget.to_html(chart=False)).all("meta")
    for word in tellings(widget):
        assert word in data["text/plain"]
        assert any(word in attributes.get("content", "") for attributes, _ in description)
    assert "image/svg+xml" in data["text/html"]


def test_the_output_of_a_cell_tells_nothing_until_python_reveals_or_closes(widget: Any) -> None:
    before, _ = widget._repr_mimebundle_()
    question = widget.ask("choice", **POLL, answer=1)
    Student(widget).vote(1)
    covered, _ = widget._repr_mimebundle_()
    assert set(covered) == {"text/plain", WIDGET}
    assert covered["text/plain"] == f"{type(widget).__name__}: <Question: choice, 1 answer>"
    assert not any(word in covered["text/plain"] for word in [*tellings(widget), "Ben"])
    Student(widget).reveal()
    assert widget._repr_mimebundle_()[0] == covered
    question.reveal()
    assert widget._repr_mimebundle_()[0] == before
    question.clear()
    assert widget._repr_mimebundle_()[0].keys() == covered.keys()
    question.close()
    assert widget._repr_mimebundle_()[0] == before


def test_the_box_has_a_class_as_long_as_results_are_covered(widget: Any) -> None:
    def asking() -> bool:
        return "epochscope-asking" in widget._dom_classes

    question = widget.ask("choice", **POLL)
    assert asking()
    question.second_round()
    assert asking()
    question.reveal()
    assert not asking()
    widget.ask("choice", prompt="next", options=["x", "y"]).close()
    assert not asking()
    assert {"epochscope", "epochscope-with-chart"} <= set(widget._dom_classes)


@pytest.mark.parametrize("chart", [True, False])
def test_the_text_of_an_exported_page_tells_nothing(widget: Any, chart: bool) -> None:
    question = widget.ask("choice", **POLL, answer="Ben", why="He runs.", hold=True)
    Student(widget, "a page").vote(1)
    question.second_round()
    page = widget.to_html(chart=chart)
    parsed = Parsed(page)
    data = [text for attributes, text in parsed.all("script") if attributes.get("type") == "text/plain"]
    scripts = parsed.scripts()
    text = page
    for hidden in (*data, *scripts, *(style for _, style in parsed.all("style"))):
        text = text.replace(hidden, "")
    assert not any(word in text for word in [*tellings(widget), "Ben", "runs", "a page"])
    carried = json.loads(b64decode(parsed.carried("question")))
    assert carried == {**widget.player.question, "hold": False, "round": 1}
    assert (carried["prompt"], carried["answer"]) == ("Who </script> wins?", [1])
    assert "He runs" not in page
    assert "a page" not in page
    (box,) = [attributes for attributes, _ in parsed.all("div") if attributes.get("id") == "epochscope"]
    assert box["class"].split() == ["epochscope", *(["epochscope-with-chart"] if chart else []), "epochscope-asking"]
    question.reveal()
    after = Parsed(widget.to_html(chart=chart))
    assert not [a for a, _ in after.all("script") if a.get("id") == "epochscope-question"]
    assert "epochscope-asking" not in widget.to_html(chart=False).split("<main>")[1].split("<script")[0]


def test_the_chart_of_an_exported_page_is_at_the_cursor(widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pointed: list[int] = []
    monkeypatch.setattr(type(widget.chart), "point", lambda _chart, epoch, _of: pointed.append(epoch))
    question = widget.ask("prediction", position=0, epoch=15, shown=3, **run_of(widget))
    figure = json.loads(Parsed(widget.to_html()).carried("figure"))
    assert pointed[-1] == 3
    assert set(figure["refs"]["covered"]) <= {f"IPY_MODEL_{name}" for name in figure["state"]["state"]}
    question.close()
    widget.to_html()
    assert pointed[-1] == 19


def run_of(widget: Any) -> dict[str, Any]:
    return {"run": 0} if isinstance(widget, Comparison) else {}


def test_the_marks_that_show_epochs_are_named_for_the_cover() -> None:
    scope = EpochScope("hihello", seed=next(SEEDS))
    comparison = compare("hihello", cell=["rnn", "lstm"], seed=next(SEEDS))
    for widget, names in ((scope, ["_loss", "_events"]), (comparison, ["_losses"])):
        chart: Any = widget.chart
        marks = [getattr(chart, name) for name in names]
        if widget is comparison:
            marks += [*chart._linear.names, *chart._log.names]
            assert len(marks) == 3
        assert widget.player.chart["covered"] == [f"IPY_MODEL_{mark.model_id}" for mark in marks]
        branches = [f"IPY_MODEL_{chart._old_branches.model_id}"] if widget is scope else []
        assert widget.player.chart["hidden"] == branches
        widget.close()


@pytest.mark.parametrize(("kind", "what"), [("memory_cut", {"after": 1}), ("free_run", {})])
def test_an_exported_page_has_the_weights_of_the_epoch_that_is_asked_about(
    kind: str, what: dict[str, Any], tmp_path: Path
) -> None:
    scope = EpochScope("hihello", epochs=20, seed=next(SEEDS))
    scope.train()

    def epochs(**options: Any) -> tuple[int, ...]:
        carried = Parsed(scope.to_html(chart=False, **options) or "").carried("weights")
        return unpack_weights(b64decode(carried), 2**24).epochs

    assert epochs(weights=2) == (0, 19)
    question = scope.ask(kind, epoch=7, **what)
    assert epochs(weights=2) == (0, 7, 19)
    assert 7 in epochs()
    question.close()
    assert epochs(weights=2) == (0, 19)
    scope.save(tmp_path / "run.npz", weights="all")
    scope.close()
    scope = EpochScope.load(tmp_path / "run.npz")
    scope.ask(kind, epoch=7, **what)
    assert epochs(weights=2) == (0, 7, 19)
    scope.close()
    comparison = compare("hihello", cell=["rnn", "lstm"], epochs=20, seed=next(SEEDS))
    comparison.train()
    comparison.ask(kind, epoch=7, run=1, **what)
    page = Parsed(comparison.to_html(chart=False, weights=2) or "")
    assert [unpack_weights(b64decode(page.carried(f"weights-{i}")), 2**24).epochs for i in (0, 1)] == [
        (0, 19),
        (0, 7, 19),
    ]
    comparison.close()
