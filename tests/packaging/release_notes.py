"""Print the notes of a release, its section of CHANGELOG.md: `python tests/packaging/release_notes.py v0.1.0`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
SECTION = re.compile(r"^## (?P<version>\d+\.\d+\.\d+\S*) - (?P<date>\d{4}-\d\d-\d\d|unreleased)$", re.MULTILINE)


def sections(changelog: str) -> dict[str, tuple[str, str]]:
    """Return for each version, the newest first, its date (or "unreleased") and its text."""
    found = list(SECTION.finditer(changelog))
    ends = [*(match.start() for match in found[1:]), len(changelog)]
    return {
        match["version"]: (match["date"], changelog[match.end() : end].strip())
        for match, end in zip(found, ends, strict=True)
    }


def notes(tag: str, changelog: str) -> str:
    """Return the notes for a tag. Raises ValueError if its version is not in the changelog, or has no date there."""
    found = sections(changelog)
    version = tag.removeprefix("v")
    if not tag.startswith("v") or version not in found:
        raise ValueError(f"CHANGELOG.md has no section for the tag {tag}; it has {', '.join(found) or 'none'}")
    date, text = found[version]
    if date == "unreleased":
        raise ValueError(
            f'CHANGELOG.md calls {version} "unreleased": put the date of the release there, then set the tag'
        )
    # GitHub shows each line break of the notes, and the changelog breaks the lines of its lists.
    return re.sub(r"(?<=\S)\n +(?=[^\s-])", " ", text) + "\n"


if __name__ == "__main__":
    try:
        print(notes(sys.argv[1], CHANGELOG.read_text(encoding="utf-8")), end="")
    except (IndexError, ValueError) as error:
        sys.exit(f"{error}")
