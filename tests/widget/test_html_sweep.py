"""The contents of the exported page of a sweep. tests/browser runs pages."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from epochscope.recording.sweep_summary import WAITING, Axis, RunSummary, SweepSummary, summarize
from epochscope.widget.sweep_html import sweep_page
from epochscope.widget.sweep_wire import pack_curves, pack_run, sweep_state
from tests.recording import made_up

from .test_html import HOSTILE, Parsed, hashed

HISTORY = made_up.history(20)


def page(text: str = "hi hello", label: str = "RNN", message: str = "no", runs: int = 4, **options: Any) -> str:
    failed = RunSummary("failed", np.zeros(0), message=message)
    rows = (summarize(HISTORY), failed, summarize(HISTORY), WAITING)
    summary = SweepSummary(text, 20, 10, (Axis("cell", (label, "LSTM")),), (0, 1), rows)
    state = sweep_state(summary, state="stopped", message=message)
    recordings = [pack_run(HISTORY), b"", pack_run(HISTORY), b""]
    state["runs"] = (state["runs"] * runs)[:runs]
    return sweep_page(state, pack_curves(summary), recordings, options.pop("title", text), "A sweep", **options)


def test_the_page_contains_figures_curves_and_the_recordings_that_there_are() -> None:
    parsed = Parsed(page())
    assert json.loads(parsed.carried("sweep"))["text"] == "hi hello"
    curves = np.frombuffer(zlib.decompress(b64decode(parsed.carried("curves"))), "<f4")
    assert curves[:20].tolist() == pytest.approx(HISTORY.losses.tolist(), rel=1e-6)
    assert zlib.decompress(b64decode(parsed.carried("recording-2"))).startswith(b"EPSC")
    names = [attributes.get("id", "") for attributes, _ in parsed.all("script")]
    assert "epochscope-recording-1" not in names
    assert "epochscope-recording-3" not in names


def test_the_policy_allows_the_script_of_the_page_and_no_network() -> None:
    parsed = Parsed(page())
    scripts = (*parsed.unpacked("script"), *parsed.scripts())
    assert parsed.policy["script-src"] == [hashed(script) for script in scripts]
    assert parsed.policy["default-src"] == ["'none'"]
    assert "worker-src" not in parsed.policy  # it does not train
    assert "epochscope-worker" not in page()


def test_no_text_injects_a_script() -> None:
    hostile = page(text=HOSTILE, label=HOSTILE, message=HOSTILE)
    assert len(Parsed(hostile).all("script")) == len(Parsed(page()).all("script"))
    assert "window.hit" not in "".join([*Parsed(hostile).scripts(), *Parsed(hostile).unpacked("script")])
    assert json.loads(Parsed(hostile).carried("sweep"))["axes"][0]["values"][0] == HOSTILE


def test_the_same_sweep_gives_the_same_page() -> None:
    assert page() == page()
    assert page(lang="ko") != page()


def test_a_page_of_too_many_runs_or_without_any_is_refused() -> None:
    with pytest.raises(ValueError, match=r"101 runs: .* at most 100; use to_svg\(path\).*table\(\).*save\(path\)"):
        page(runs=101)
    assert page(runs=100)
    with pytest.raises(ValueError, match="nothing is recorded, so"):
        sweep_page({"runs": [{}]}, b"", [b""], "title", "description")
    with pytest.raises(ValueError, match="title=3: must be a str"):
        page(title=3)
