"""The documents name only files and make targets that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SUPPORT.md",
    "SECURITY.md",
    "CODE_OF_CONDUCT.md",
    ".github/pull_request_template.md",
]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
PICTURE = re.compile(r'\bsrc(?:set)?="(?!https?:)([^"]+)"')
PLACE = re.compile(r"`((?:src|js|tests|examples|\.ci)/[\w./-]*)`")
BUILT = "src/epochscope/widget/static/"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_named_in_a_document_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = {*LINK.findall(text), *PICTURE.findall(text), *PLACE.findall(text)} - {BUILT}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_make_target_named_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, document
