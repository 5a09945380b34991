"""What a package index shows: the metadata of the wheel, and README.md without the files beside it."""

from __future__ import annotations

import zipfile
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from readme_renderer.markdown import render

from tests.packaging.conftest import ROOT

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

REPOSITORY = "https://github.com/epochscope/epochscope"
FILES = (f"{REPOSITORY}/blob/main/", "https://raw.githubusercontent.com/epochscope/epochscope/main/")
#: What the index puts before the places and the links to them.
PREFIX = "user-content-"


class Addresses(HTMLParser):
    """The addresses that a page links to or shows, and the places that a link can lead to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.places: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name == "href":
                self.links.append(value or "")
            elif name == "src":
                self.pictures.append(value or "")
            elif name == "srcset":
                self.pictures += [candidate.split()[0] for candidate in (value or "").split(",")]
            elif name == "id":
                self.places.add(value or "")


def broken(markdown: str) -> list[str]:
    """Return the addresses in a description that lead nowhere on a package index, or to a file that does not exist."""
    shown = render(markdown)
    assert shown is not None, "the index cannot show the description"
    # The index drops some tags, such as `source`; all that others may show is checked as well.
    pages = [Addresses(shown), Addresses(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))]
    found = []
    for address in (address for page in pages for address in (*page.links, *page.pictures)):
        if address.startswith("#"):
            place = address[1:].removeprefix(PREFIX)
            if PREFIX + place not in pages[0].places:
                found.append(f"#{place}")
        elif not address.startswith("https://"):
            found.append(address)
        elif address.startswith(FILES):
            path = address.removeprefix(FILES[0]).removeprefix(FILES[1]).partition("#")[0]
            if not (ROOT / path).exists():
                found.append(address)
    return sorted({*found})


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> EmailMessage:
    """Return the metadata of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name), policy=policy.default.clone(utf8=True))


def test_every_link_and_picture_of_the_readme_works_on_a_package_index(metadata: EmailMessage) -> None:
    description = metadata.get_content()
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert broken(description) == []
    assert len(Addresses(render(description) or "").pictures) >= 1


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("[a](LICENSE)", "LICENSE"),
        ("![a](tests/a.png)", "tests/a.png"),
        ('<picture><source srcset="a.png 1x, https://example.org/b.png 2x"></picture>', "a.png"),
        ('<a href="CHANGELOG.md">\n<img src="https://example.org/c.png"></a>', "CHANGELOG.md"),
        ("## Here\n\n[a](#there)", "#there"),
        (f"[a]({REPOSITORY}/blob/main/README.txt)", f"{REPOSITORY}/blob/main/README.txt"),
        ("[a][b]\n\n[b]: examples", "examples"),
    ],
)
def test_the_test_above_finds_what_does_not_work(markdown: str, address: str) -> None:
    assert broken(f"# Title\n\n[t](#title) {markdown}") == broken(markdown) == [address]


def test_an_index_links_to_the_documentation_and_the_sources(metadata: EmailMessage) -> None:
    urls = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
    site = "https://epochscope.github.io/epochscope/"
    assert urls == {
        "Homepage": site,
        "Documentation": site,
        "Repository": REPOSITORY,
        "Issues": f"{REPOSITORY}/issues",
        "Changelog": f"{REPOSITORY}/blob/main/CHANGELOG.md",
    }


def test_the_metadata_name_the_authors_the_licence_and_what_it_is_about(metadata: EmailMessage) -> None:
    assert metadata["Author"] == metadata["Maintainer"] == "epochscope contributors"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Summary"]
    assert {"lstm", "education", "jupyter"} <= set(metadata["Keywords"].split(","))
    assert "Intended Audience :: Education" in metadata.get_all("Classifier", [])
