"""What a release needs: the changelog, the citation and the versions agree."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
import tomlkit
import yaml

from tests.packaging.conftest import ROOT
from tests.packaging.release_notes import notes, sections

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
EXAMPLE = """# Changelog

## 0.2.0 - unreleased

### Added

- More.

## 0.1.0 - 2026-12-01

### Added

- A list item that is
  longer than a line. *And
  more.*
  - An item in it.
"""


def citation() -> dict[str, Any]:
    """Return CITATION.cff; its dates are texts there, as the schema wants them."""
    return yaml.load((ROOT / "CITATION.cff").read_text(encoding="utf-8"), yaml.BaseLoader)


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8")).unwrap()


def test_the_notes_of_a_release_are_its_section_with_each_item_on_one_line() -> None:
    expected = "### Added\n\n- A list item that is longer than a line. *And more.*\n  - An item in it.\n"
    assert notes("v0.1.0", EXAMPLE) == expected


@pytest.mark.parametrize(
    ("tag", "problem"),
    [
        ("v0.2.0", 'calls 0.2.0 "unreleased"'),
        ("v0.3.0", "no section for the tag v0.3.0; it has 0.2.0, 0.1.0"),
        ("0.1.0", "no section for the tag 0.1.0"),
    ],
)
def test_a_tag_without_a_dated_section_is_refused(tag: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        notes(tag, EXAMPLE)


def test_the_changelog_has_a_section_for_each_version_the_newest_first() -> None:
    found = sections(CHANGELOG)
    assert len(found) == len(re.findall("^## ", CHANGELOG, re.MULTILINE))
    versions = [[int(number) for number in version.split(".")] for version in found]
    assert versions == sorted(versions, reverse=True)
    dates = [when for when, _ in found.values()]
    assert "unreleased" not in dates[1:]
    assert all(date.fromisoformat(when) for when in dates if when != "unreleased")
    assert all(re.match("### (Added|Changed|Deprecated|Removed|Fixed|Security)\n", text) for _, text in found.values())


def test_the_version_without_tags_is_the_one_that_the_changelog_prepares() -> None:
    assert project()["tool"]["hatch"]["version"]["fallback-version"] == f"{next(iter(sections(CHANGELOG)))}.dev0"


def test_the_front_end_has_no_version_of_its_own() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert package["private"]
    assert not {"version"} & {*package, *lock, *lock["packages"][""]}


def test_the_citation_agrees_with_the_package_and_the_changelog() -> None:
    cited, package = citation(), project()["project"]
    assert cited["cff-version"] == "1.2.0"
    assert cited["license"] == package["license"]
    assert cited["repository-code"] == package["urls"]["Repository"]
    assert cited["url"] == package["urls"]["Documentation"]
    assert [author["name"] for author in cited["authors"]] == [author["name"] for author in package["authors"]]
    released = [(version, when) for version, (when, _) in sections(CHANGELOG).items() if when != "unreleased"]
    newest = released[0] if released else (None, None)
    assert (cited.get("version"), cited.get("date-released")) == newest
