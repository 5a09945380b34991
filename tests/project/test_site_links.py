"""The check of the documentation site for links that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from site_links import faults


def write(site: Path, name: str, body: str) -> None:
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text(f"<!doctype html><title>A page</title>{body}", encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write(tmp_path, "a b/other.html", '<p id="가">there</p>')
    write(tmp_path, "a b/other-frames/0.html", '<a href="nowhere.html">a frame is not looked into</a>')
    return tmp_path


@pytest.mark.parametrize(
    "good",
    [
        '<a href="a%20b/other.html">a page</a>',
        '<a href="a%20b/other.html#%EA%B0%80">a place</a>',
        '<a href="#here" id="here">this page</a>',
        '<a href="a%20b/other.html#text=hihello&cell=rnn">a page with settings</a>',
        '<iframe src="a%20b/other-frames/0.html"></iframe>',
        '<iframe src="a%20b/other-frames/0.html#epoch=12"></iframe>',
        '<a href="https://example.org/">elsewhere</a>',
        '<link rel="canonical" href="https://example.org/">',
        '<img src="data:image/png;base64,">',
    ],
)
def test_what_leads_somewhere_is_no_fault(site: Path, good: str) -> None:
    write(site, "index.html", good)
    assert list(faults(site)) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ('<a href="nowhere.html">', "leads nowhere: nowhere.html"),
        ('<a href="a%20b">', "leads nowhere: a%20b"),
        ('<a href="../index.html">', "leads nowhere: ../index.html"),
        ('<iframe src="other-frames/1.html"></iframe>', "leads nowhere: other-frames/1.html"),
        ('<img src="missing.png">', "leads nowhere: missing.png"),
        ('<a href="a%20b/other.html#there">', "leads to no place of the page: a%20b/other.html#there"),
        ('<a href="#there">', "leads to no place of the page: #there"),
        ('<a href="/index.html">', "is not relative: /index.html"),
        ('<script src="https://example.org/a.js"></script>', "loads from elsewhere: https://example.org/a.js"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "loads from elsewhere: //example.org/a.css"),
    ],
)
def test_what_leads_nowhere_or_comes_from_elsewhere_is_a_fault(site: Path, bad: str, fault: str) -> None:
    write(site, "index.html", bad)
    assert list(faults(site)) == [("index.html", fault)]
