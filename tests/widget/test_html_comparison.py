"""The contents of the exported page of a comparison. tests/browser runs pages."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from pathlib import Path

import pytest

from epochscope import History
from epochscope.histories import from_bytes, to_bytes
from epochscope.recording.packed_weights import pack_weights
from epochscope.widget.html import comparison_page
from epochscope.widget.wire import pack_recording
from tests.recording import made_up
from tests.recording.test_files_with_weights import with_weights

from .test_html import HOSTILE, Parsed, hashed

LABELS = ["RNN", HOSTILE, "GRU"]
REFUSED = "a bidirectional network has read the answer"


def runs() -> list[History]:
    return [made_up.history(20), with_weights(0, 3), made_up.history(0)]


def test_the_page_contains_the_labels_and_each_recording_with_its_weights() -> None:
    several = runs()
    weights = several[1].weights
    assert weights is not None
    page = Parsed(comparison_page(several, LABELS, chart=False, weights=[None, weights, REFUSED]))
    assert json.loads(page.carried("labels")) == LABELS
    for i, history in enumerate(several):
        carried = zlib.decompress(b64decode(page.carried(f"recording-{i}")))
        assert carried == pack_recording(history, references=history.references)
    assert b64decode(page.carried("weights-1")) == pack_weights(weights)
    assert REFUSED.encode() in b64decode(page.carried("weights-2"))
    names = [attributes.get("id", "") for attributes, _ in page.all("script")]
    assert "epochscope-weights-0" not in names
    assert "epochscope-recording" not in names


@pytest.mark.parametrize("chart", [True, False])
def test_the_policy_allows_the_scripts_of_the_page_and_no_network(chart: bool) -> None:
    page = Parsed(comparison_page(runs(), LABELS, chart=chart))
    scripts = page.unpacked("script")
    assert page.policy["script-src"] == [hashed(script) for script in (*scripts, *page.scripts())]
    assert page.policy["default-src"] == ["'none'"]
    assert (len(scripts), len(page.scripts())) == (4 if chart else 1, 1)


def test_no_label_injects_a_script() -> None:
    plain = comparison_page(runs(), ["RNN", "b", "GRU"], chart=False)
    hostile = comparison_page(runs(), LABELS, chart=False)
    assert len(Parsed(hostile).all("script")) == len(Parsed(plain).all("script"))
    assert "window.hit" not in "".join([*Parsed(hostile).scripts(), *Parsed(hostile).unpacked("script")])


@pytest.mark.parametrize("chart", [True, False])
def test_the_same_recordings_give_the_same_page(chart: bool) -> None:
    again, labels = from_bytes(to_bytes(runs(), LABELS))
    assert comparison_page(runs(), LABELS, chart=chart) == comparison_page(again, labels, chart=chart)


def test_the_chart_is_that_of_all_runs() -> None:
    figure = json.loads(Parsed(comparison_page(runs(), ["RNN", "b", "GRU"])).carried("figure"))
    texts = [model["state"].get("text") for model in figure["state"]["state"].values()]
    assert "RNN" in json.dumps(texts)
    assert figure["refs"]["dom_class"] == "epochscope-chart"


def test_the_title_is_the_text_or_the_labels_of_runs_with_several_texts() -> None:
    def heading(*histories: History, title: str | None = None) -> str:
        page = comparison_page(histories, ["RNN", "LSTM"], title, chart=False)
        return Parsed(page).all("h1")[0][1]

    assert heading(made_up.history(1), made_up.history(2)) == "hello world"
    assert heading(made_up.history(1), made_up.history(2, "a b a b")) == "RNN, LSTM"
    assert heading(made_up.history(1), made_up.history(2), title="<b>") == "<b>"


def test_recordings_that_are_all_empty_and_a_title_that_is_no_text_are_refused() -> None:
    empty = [made_up.history(0), made_up.history(0)]
    with pytest.raises(ValueError, match="nothing to replay; train first"):
        comparison_page(empty, ["a", "b"])
    with pytest.raises(ValueError, match="title=3: must be a str"):
        comparison_page(runs(), LABELS, 3)  # type: ignore[arg-type]


def test_the_page_of_a_saved_comparison_is_that_of_the_comparison(tmp_path: Path) -> None:
    from epochscope.widget.comparison import Comparison

    path = tmp_path / "runs.npz"
    path.write_bytes(to_bytes(runs(), LABELS))
    comparison = Comparison.load(path)
    comparison.to_html(tmp_path / "runs.html", chart=False)
    comparison.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()
    comparison.close()
    again = Comparison.load(tmp_path / "again.npz")
    assert again.to_html(chart=False) == (tmp_path / "runs.html").read_text("utf-8")
    again.close()
