"""The paper has what the journal asks for, and cites what its bibliography contains."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import yaml

PAPER = Path(__file__).parents[2] / "examples" / "site" / "paper"
_, HEAD, TEXT = (PAPER / "paper.md").read_text(encoding="utf-8").split("---\n", 2)
BIBLIOGRAPHY = (PAPER / "paper.bib").read_text(encoding="utf-8")


def test_the_paper_names_its_authors_tags_date_and_bibliography() -> None:
    head = yaml.safe_load(HEAD)
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= set(head)
    assert {author["affiliation"] for author in head["authors"]} == {place["index"] for place in head["affiliations"]}
    assert datetime.strptime(head["date"], "%d %B %Y")
    assert (PAPER / head["bibliography"]).is_file()


def test_the_paper_has_the_sections_that_reviewers_look_for() -> None:
    sections = re.findall("^# (.+)$", TEXT, re.MULTILINE)
    assert sections[:2] == ["Summary", "Statement of need"]
    assert {"Learning objectives", "Content and instructional design", "Experience of use"} <= set(sections)
    assert sections[-1] == "References"


def test_what_is_cited_is_in_the_bibliography_and_the_other_way_round() -> None:
    cited = set(re.findall(r"@(\w+)", TEXT))
    entries = re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", BIBLIOGRAPHY, re.MULTILINE | re.DOTALL)
    assert cited == {key for key, _ in entries}
    assert [key for key, fields in entries if not re.search(r"^  (doi|url) ", fields, re.MULTILINE)] == []


def test_the_paper_lists_the_lessons() -> None:
    assert re.findall(r"^\| (\d) ", TEXT, re.MULTILINE) == list("1234567")
