"""An environment with the widget packages of Google Colab, which are years older than the newest ones."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).parent / "constraints.txt"
ROOT = Path(__file__).parents[3]
PINNED = [line for line in CONSTRAINTS.read_text().splitlines() if line and not line.startswith("#")]


def colab_python() -> Path:
    """Return the interpreter of the environment, which is made once for each state of `constraints.txt`."""
    folder = ROOT / ".cache" / f"colab-{hashlib.sha256(CONSTRAINTS.read_bytes()).hexdigest()[:8]}"
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        lines = (ROOT / "constraints.txt").read_text().splitlines()
        # First and alone, as in the Makefile.
        subprocess.run([*install, *(line for line in lines if line.startswith("torch=="))], check=True)
        # joblib comes with the scikit-learn of Colab; its version does not matter here.
        subprocess.run([*install, *PINNED, "msgspec", "joblib"], check=True)
        complete.touch()
    return python
