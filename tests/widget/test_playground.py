"""`playground` and `python -m epochscope page`. tests/browser runs the page."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from epochscope import EpochScope, playground
from epochscope.commands import main
from epochscope.widget.playground import CLASSIC
from epochscope.words import page_words

from .test_html import HOSTILE, Parsed, hashed


def form(page: str | None) -> dict[str, Any]:
    """Return what the form of a page contains."""
    return json.loads(b64decode(Parsed(page or "").carried("playground")))


def run(*arguments: str | Path) -> int:
    return main(["page", *map(str, arguments)])


def test_the_form_contains_the_classic_lab_unless_something_else_is_given() -> None:
    classic = {"text": " I think therefore I am.", "cell": "lstm", "hiddenSize": None, "output": False}
    assert form(playground()) == {**classic, "lr": 0.1, "seed": 0}
    given = playground(text="가나다", cell="GRU", hidden_size=7, readout=True, lr=0.5, seed=2**32 - 1)
    expected = {"text": "가나다", "cell": "gru", "hiddenSize": 7, "output": True, "lr": 0.5, "seed": 2**32 - 1}
    assert form(given) == expected
    assert form(playground(text="가나다", readout=True))["hiddenSize"] == 3


def test_the_page_is_small_and_always_the_same(tmp_path: Path) -> None:
    playground(tmp_path / "page.html", lang="ko")
    size = (tmp_path / "page.html").stat().st_size
    assert size < 300_000
    program = f"import epochscope; epochscope.playground({str(tmp_path / 'again.html')!r}, lang='ko')"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "page.html").read_bytes()


def test_only_what_is_in_the_page_may_run_and_nothing_may_be_fetched() -> None:
    page = Parsed(playground() or "")
    (script,), (loader,) = page.unpacked("script"), page.scripts()
    (sheet,), ((_, style),) = page.unpacked("style"), page.all("style")
    assert page.policy["default-src"] == ["'none'"]
    assert page.policy["script-src"] == [hashed(script), hashed(loader)]
    assert page.policy["style-src"] == [hashed(sheet), hashed(style)]
    assert page.policy["worker-src"] == ["blob:"]
    static = Path(__file__).parents[2] / "src" / "epochscope" / "widget" / "static"
    assert zlib.decompress(b64decode(page.carried("worker"))) == (static / "worker.js").read_bytes()


def test_no_text_is_taken_for_markup() -> None:
    page = playground(text=HOSTILE, title=HOSTILE) or ""
    assert form(page)["text"] == HOSTILE
    assert len(Parsed(page).all("script")) == len(Parsed(playground() or "").all("script"))
    assert [text for _, text in Parsed(page).all("h1")] == [HOSTILE.replace("\ud800", "\ufffd")]


@pytest.mark.parametrize("lang", ["", "en", "ko"])
def test_the_page_has_the_language(lang: str) -> None:
    page = Parsed(playground(lang=lang) or "")
    assert page.all("h1")[0][1] == page_words(lang or "en")["title"]
    assert page.all("html")[0][0]["lang"] == (lang or "en")
    assert "train a network in this page" in page.all("noscript")[0][1] + "".join(text for _, text in page.all("p"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": "a"}, "text='a': must have at least 2 tokens"),
        ({"text": ["a", "b"]}, "must be a str; pass e.g."),
        ({"cell": "lstn"}, "did you mean 'lstm'?"),
        ({"hidden_size": 3}, "hidden_size=3: must be 14, the number of tokens, without an output layer"),
        ({"hidden_size": 0, "readout": True}, "hidden_size=0: must be an integer of at least 1"),
        ({"readout": "no"}, "readout='no': must be True or False"),
        ({"lr": -1}, "lr=-1: must be a finite number of at least 0"),
        ({"seed": 2**32}, "seed=4294967296: must be an integer from 0 to 4294967295"),
        ({"lang": "de"}, "lang='de': must be one of"),
        ({"title": 3}, "title=3: must be a str"),
    ],
)
def test_mistakes_are_named_and_nothing_is_written(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        playground(tmp_path / "page.html", **options)
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options", [{"hidden_size": 3}, {"lr": -1}, {"cell": "lstn"}, {"text": "a"}, {"hidden_size": 0, "readout": True}]
)
def test_a_scope_refuses_it_too(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as ours:  # noqa: PT011 - the messages are compared
        playground(**options)
    with pytest.raises(ValueError) as torchs:  # noqa: PT011
        EpochScope(options.get("text", CLASSIC), **{name: options[name] for name in options if name != "text"})
    assert str(ours.value) == str(torchs.value)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    path, text = tmp_path / "page.html", tmp_path / "text.txt"
    text.write_text("가나\n다\n", encoding="utf-8")
    numbers = ("--hidden-size", 8, "--lr", 0.5, "--seed", 7)
    options = ("--cell", "rnn", "--readout", "yes", "--lang", "ko", "--title", "Lab")
    assert run(path, "--text-file", text, *map(str, numbers), *options) == 0
    expected = playground(
        text="가나\n다", cell="rnn", hidden_size=8, readout=True, lr=0.5, seed=7, lang="ko", title="Lab"
    )
    assert path.read_text(encoding="utf-8") == expected
    assert run(path, "--text", "hihello", "--force") == 0
    assert path.read_text(encoding="utf-8") == playground(text="hihello")
    assert run(tmp_path / "classic.html") == 0
    assert (tmp_path / "classic.html").read_text(encoding="utf-8") == playground()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["old.html"], "old.html: exists; replace it by --force, or name another file"),
        (["none/new.html"], "No such file or directory; pass the name of a file in an existing, writable folder"),
        (["new.html", "--text", "a"], "must have at least 2 tokens"),
        (["new.html", "--text", "ab", "--text-file", "text.txt"], "give either --text or --text-file FILE"),
        (["new.html", "--text-file", "missing.txt"], "No such file"),
        (["new.html", "--text-file", "latin.txt"], "can't decode byte"),
        (["new.html", "--hidden-size", "3"], "hidden_size=3: must be 14"),
        (["new.html", "--lr", "nan"], "lr=nan: must be a finite number"),
    ],
)
def test_the_command_names_mistakes_and_writes_nothing(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.html").write_bytes(b"old")
    Path("latin.txt").write_bytes("caf\xe9".encode("latin-1"))
    assert run(*arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("python -m epochscope page: ")
    assert message in error
    assert Path("old.html").read_bytes() == b"old"
    assert not Path("new.html").exists()


def test_the_commands_are_listed_and_another_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "write a page that trains a network by itself" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["pages"])
    assert "invalid choice: 'pages'" in capsys.readouterr().err
