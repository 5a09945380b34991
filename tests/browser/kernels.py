"""Kernels of another ipykernel than the installed one, for notebooks to choose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache"


def add_kernel(version: str) -> str:
    """Let the running server offer a kernel of this ipykernel, "7.3" for the last of 7.3; returns the kernel's name.

    The package is fetched once, by itself: all that it needs is that of the installed one.
    """
    name = f"ipykernel-{version}"
    folder = _fetched(name, f"ipykernel=={version}.*")
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": name,
        "language": "python",
        "env": {"PYTHONPATH": path},
    }
    place = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "kernel.json").write_text(json.dumps(spec))
    return name


def choose_kernel(notebook: Path, name: str) -> None:
    """Let a notebook's file ask for this kernel."""
    content = json.loads(notebook.read_text())
    content["metadata"]["kernelspec"]["name"] = name
    notebook.write_text(json.dumps(content))


def _fetched(name: str, requirement: str) -> Path:
    folder = CACHE / name
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as half:  # whole or not at all
            wanted = [requirement, "--no-deps", "--quiet", "--disable-pip-version-check", "--target", f"{half}/all"]
            subprocess.run([sys.executable, "-m", "pip", "install", *wanted], check=True)
            shutil.move(f"{half}/all", folder)
    return folder
