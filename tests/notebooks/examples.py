"""Where the examples are. All of them: one that is added is tested."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples"
PATHS = sorted(FOLDER.glob("**/*.ipynb"))
