"""Paths of all examples, so that a new one is tested."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples"
PATHS = sorted(FOLDER.glob("**/*.ipynb"))
