"""The lessons of the course, and the paths of all notebooks in examples/, so that a new one is tested."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples"
PATHS = sorted(FOLDER.glob("*.ipynb"))
#: The English notebooks in the order of the course; the Korean one has the same name with -ko.
COURSE = (
    "01-i-think-therefore-i-am",
    "02-a-teacher-at-its-side",
    "03-where-is-the-memory",
    "04-how-far-back",
    "05-one-run-proves-nothing",
    "06-your-own-loop",
    "07-real-training",
)


def is_translation(stem: str) -> bool:
    """Return whether a notebook has the same code as another one (tests/notebooks/test_committed.py)."""
    return stem.endswith("-ko")


def english(stem: str) -> str:
    """Return the name of the English notebook."""
    return stem.removesuffix("-ko")


LESSONS = [path for path in PATHS if english(path.stem) in COURSE]
