"""The contents of an exported page. tests/browser runs it."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import subprocess
import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest

from epochscope import EpochScope, History
from epochscope.recording.alphabet import Alphabet
from epochscope.widget.html import page
from epochscope.widget.wire import OldBranch, pack_recording

CLASSIC = Path(__file__).parents[1] / "fixtures" / "classic.npz"
SENTENCE = " I think therefore I am."
HOSTILE = "</script><script>window.hit=1</script><!--\u2028\u2029\"'&lt;`${1}\\\ud800"


class Parsed(HTMLParser):
    """The elements of a page: names, attributes and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[list[str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside: list[str] = []
        self.elements.append((tag, {name: value or "" for name, value in attrs}, inside))
        if tag not in ("meta", "link"):
            self._open.append(inside)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the base's
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].append(data)

    def all(self, tag: str) -> list[tuple[dict[str, str], str]]:
        return [(attributes, "".join(inside)) for name, attributes, inside in self.elements if name == tag]

    def scripts(self) -> list[str]:
        """The scripts that a browser runs."""
        return [text for attributes, text in self.all("script") if "type" not in attributes]

    def unpacked(self, kind: str) -> list[str]:
        """The scripts or style sheets that the page's loader inserts."""
        packed = [text for attributes, text in self.all("script") if attributes.get("data-packed") == kind]
        return [zlib.decompress(b64decode(text)).decode() for text in packed]

    def carried(self, name: str) -> str:
        (found,) = [text for attributes, text in self.all("script") if attributes.get("id") == f"epochscope-{name}"]
        return found

    @property
    def policy(self) -> dict[str, list[str]]:
        (written,) = [a["content"] for a, _ in self.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        return {name: values for name, *values in map(str.split, written.split(";"))}


@pytest.fixture(scope="module")
def classic() -> History:
    return History.load(CLASSIC)


def hostile() -> History:
    """A recording of tokens that could break a page."""
    tokens = [HOSTILE[:-1], "<!--", "\u2028", '"']
    history = History(Alphabet(tokens), [0, 1, 2], [1, 2, 3], separator=" ", metadata={"model": HOSTILE})
    logits = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    history.append([1.3, math.inf, 1.2, math.nan, 1.0], logits, 0.1)
    return history


def hashed(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_same_recording_gives_the_same_page_in_any_process(classic: History, tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    program = f"""
from epochscope import EpochScope
EpochScope("ab").close()  # so that the numbers of the widgets differ
EpochScope.load({str(CLASSIC)!r}).to_html({str(path)!r})
"""
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    assert path.read_text(encoding="utf-8") == page(classic) == page(classic)
    assert page(classic, chart=False) == page(History.load(CLASSIC), chart=False)


def test_a_scope_and_its_replay_write_the_same_page(tmp_path: Path) -> None:
    scope = EpochScope(SENTENCE, epochs=40)
    scope.train(20)
    scope.seek(3)
    scope.to_html(tmp_path / "scope.html")
    scope.save(tmp_path / "run.npz", weights="all")
    replay = EpochScope.load(tmp_path / "run.npz")
    replay.to_html(tmp_path / "replay.html")
    assert (tmp_path / "scope.html").read_bytes() == (tmp_path / "replay.html").read_bytes()
    assert scope.epoch == 3
    scope.close()
    replay.close()


def test_the_page_contains_the_recording(classic: History) -> None:
    carried = zlib.decompress(b64decode(Parsed(page(classic, chart=False)).carried("recording")))
    assert carried == pack_recording(classic, references=classic.references)


def test_without_a_path_the_page_is_returned(tmp_path: Path) -> None:
    scope = EpochScope.load(CLASSIC)
    assert scope.to_html(tmp_path / "run.html", title="A run", chart=False) is None
    html = scope.to_html(title="A run", chart=False)
    assert html == (tmp_path / "run.html").read_text(encoding="utf-8")
    scope.close()


def test_the_page_contains_old_branches(tmp_path: Path) -> None:
    scope = EpochScope(SENTENCE)
    scope.train(12)
    left = scope.history.losses[6:]  # epoch 5 was the same forward pass
    scope.branch(5, lr=0.01)
    scope.train(2)
    scope.to_html(tmp_path / "run.html")
    carried = zlib.decompress(
        b64decode(Parsed((tmp_path / "run.html").read_text(encoding="utf-8")).carried("recording"))
    )
    assert carried.endswith(left.tobytes())
    scope.close()


def test_the_player_alone_with_the_classic_run_is_small(classic: History, capsys: pytest.CaptureFixture[str]) -> None:
    alone, charted = page(classic, chart=False), page(classic)
    with capsys.disabled():
        for name, html in (("player alone", alone), ("with the chart", charted)):
            print(
                f"\n{name}: {len(html) / 1000:.0f} kB, {len(gzip.compress(html.encode(), 9)) / 1000:.0f} kB gzipped",
                end=" ",
            )
    assert len(alone) < 300_000
    assert "epochscope-chart" not in alone.split("<main>")[1].split("<script")[0]
    assert len(charted) < 900_000


@pytest.mark.parametrize("chart", [True, False])
def test_only_the_scripts_of_the_page_may_run_and_nothing_may_be_fetched(classic: History, chart: bool) -> None:
    parsed = Parsed(page(classic, chart=chart))
    scripts, (loader,) = parsed.unpacked("script"), parsed.scripts()
    assert len(scripts) == (4 if chart else 1)
    assert parsed.policy["script-src"] == [hashed(script) for script in (*scripts, loader)]
    assert parsed.policy["default-src"] == ["'none'"]
    assert parsed.policy["worker-src"] == ["blob:"]
    (sheet,), (style,) = parsed.unpacked("style"), [text for _, text in parsed.all("style")]
    assert parsed.policy["style-src"] == (["'unsafe-inline'"] if chart else [hashed(sheet), hashed(style)])
    linked = [(a.get("src"), a.get("href")) for _, a, _ in parsed.elements if "src" in a or "href" in a]
    assert linked == [(None, "data:,")]  # an empty icon: otherwise the browser requests one
    # The policy comes before everything that it governs.
    assert [tag for tag, _, _ in parsed.elements[:4]] == ["html", "head", "meta", "meta"]


def test_the_scripts_are_in_the_order_in_which_they_need_each_other(classic: History) -> None:
    packed = [a for a, _ in Parsed(page(classic)).all("script") if a.get("data-packed") == "script"]
    assert [attributes.get("data-module") for attributes in packed] == [None, "bqplot", "bqscales", None]
    static = Path(__file__).parents[2] / "src" / "epochscope" / "widget" / "static"
    scripts = Parsed(page(classic)).unpacked("script")
    assert [scripts[0], scripts[-1]] == [(static / name).read_text("utf-8") for name in ("figure.js", "page.js")]


@pytest.mark.parametrize("chart", [True, False])
def test_no_text_is_taken_for_markup(classic: History, chart: bool) -> None:
    data = page(hostile(), title=HOSTILE, chart=chart)
    parsed = Parsed(data)
    assert parsed.scripts() == Parsed(page(classic, chart=chart)).scripts()
    assert parsed.unpacked("script") == Parsed(page(classic, chart=chart)).unpacked("script")
    shown = HOSTILE.replace("\ud800", "\ufffd")
    for tag in ("title", "h1"):
        assert [text for _, text in parsed.all(tag)] == [shown]
    assert "window.hit" not in data.replace("&lt;script&gt;window.hit", "")
    carried = [text for attributes, text in parsed.all("script") if "type" in attributes]
    assert all(text.isascii() and "<" not in text for text in carried)


def test_the_heading_is_the_title_or_the_beginning_of_the_text(classic: History) -> None:
    def heading(history: History, **given: Any) -> str:
        return Parsed(page(history, chart=False, **given)).all("h1")[0][1]

    assert heading(classic) == "I think therefore I am."
    assert heading(classic, title="Lecture 9") == "Lecture 9"
    long = "to be or not to be, " * 20
    history = History(
        Alphabet.from_text(long), Alphabet.from_text(long).encode(long)[:-1], Alphabet.from_text(long).encode(long)[1:]
    )
    history.append([1.0], np.zeros((1, history.positions, len(history.alphabet))))
    assert heading(history) == long[:79] + "…"


def test_the_heading_of_several_texts_is_the_first_one() -> None:
    history = History(Alphabet("abc"), [0, 1, 2, 1], [1, 2, 1, 0], axis="step", probes=[("one", 0, 2), ("two", 2, 4)])
    history.append([1.0], np.zeros((1, 4, 3), np.float32), 0.1, places=[0.0])
    assert Parsed(page(history, chart=False)).all("h1")[0][1] == "abc"


@pytest.mark.parametrize(
    ("inputs", "targets", "title"),
    [
        ("helloan___", "ello-n----", "helloan___"),  # padded sequences, one after another
        (" I am me.", "I am me.!", "I am me.!"),
        (" I am me.", "I-am-me.-", "I am me."),  # the criterion ignores spaces, and the last target
        (" I am me.", "--------!", "I am me.!"),
    ],
)
def test_the_heading_has_the_next_input_where_the_target_is_ignored(inputs: str, targets: str, title: str) -> None:
    """Padding of sequences of different length: deeplearningzerotoall/PyTorch lab-12_7, pytorch-seq2seq#64."""
    alphabet = Alphabet([*dict.fromkeys(inputs + targets.replace("-", "")), "-"])
    indices = [-1 if token == "-" else int(alphabet.encode(token)[0]) for token in targets]
    history = History(alphabet, alphabet.encode(inputs), indices)
    history.append([1.0], np.zeros((1, history.positions, len(alphabet))))
    assert Parsed(page(history, chart=False)).all("h1")[0][1] == title


@pytest.mark.parametrize("lang", ["en", "ko", ""])
def test_the_page_is_in_the_language_of_the_scope(classic: History, lang: str) -> None:
    parsed = Parsed(page(classic, lang=lang))
    assert parsed.all("html")[0][0]["lang"] == (lang or "en")
    (scope,) = [attributes for attributes, _ in parsed.all("div") if attributes.get("id") == "epochscope"]
    assert scope["data-lang"] == lang
    names = [model["state"].get("text") for model in json.loads(parsed.carried("figure"))["state"]["state"].values()]
    assert (["균등 추측", "출력층이 없을 때의 최솟값"] in names) == (lang == "ko")


def test_invalid_arguments_are_refused(classic: History, tmp_path: Path) -> None:
    scope = EpochScope(SENTENCE)
    with pytest.raises(ValueError, match=r"the recording is empty.*train first"):
        scope.to_html(tmp_path / "run.html")
    scope.train(2)
    with pytest.raises(ValueError, match="title=3: must be a str, or None"):
        scope.to_html(tmp_path / "run.html", title=3)  # type: ignore[arg-type]
    with pytest.raises(IsADirectoryError, match=r"path='.*': Is a directory; pass the name of a file"):
        scope.to_html(tmp_path)
    assert list(tmp_path.iterdir()) == []
    scope.close()


def test_without_bqplot_the_page_contains_only_the_player(classic: History, tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    program = f"""
import sys
for name in ("torch", "bqplot", "pandas"):
    sys.modules[name] = None
from epochscope import EpochScope
EpochScope.load({str(CLASSIC)!r}).to_html({str(path)!r})
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert path.read_text(encoding="utf-8") == page(classic, chart=False)


def _nowhere(module: str) -> list[Path]:
    raise PackageNotFoundError(module)


@pytest.mark.parametrize("found", [lambda _: [], lambda _: None, _nowhere])
def test_a_bqplot_without_its_javascript_is_refused(
    classic: History, found: Callable[[str], list[Path] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epochscope.widget.document.files", found)
    with pytest.raises(FileNotFoundError, match=r"bqplot is installed without its JavaScript.*pass chart=False"):
        page(classic)


def test_exporting_closes_the_widgets_that_it_makes(classic: History) -> None:
    before = set(_alive())
    page(classic)
    assert set(_alive()) == before


@pytest.mark.parametrize(
    "losses", [[2.0], [math.nan], [math.inf, 1.0], list(np.linspace(3, 1, 5000)), [1e300, 1.0], [0.0, 0.0]]
)
def test_any_losses_can_be_exported(losses: list[float]) -> None:
    history = History(Alphabet("ab"), [0], [1])
    history.append(losses, np.zeros((len(losses), 1, 2)))
    ghost = OldBranch(1, 0, np.array([2.5, math.nan, 1.0]), None)
    parsed = Parsed(page(history, old_branches=[ghost]))
    figure = json.loads(parsed.carried("figure"))
    assert figure["figure"] == "model-0"
    assert set(figure["refs"]["on_loss"]) < {f"IPY_MODEL_{name}" for name in figure["state"]["state"]}


def _alive() -> list[str]:
    return list(ipywidgets.widgets.widget._instances)
