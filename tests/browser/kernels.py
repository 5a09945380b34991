"""Kernels with another version of ipykernel than the installed one."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache"


def add_kernel(version: str) -> str:
    """Register a kernel with this version of ipykernel, e.g. "7.3" for the latest 7.3, and return the kernel's name.

    The package is downloaded once, without dependencies: it uses those of the installed ipykernel.
    """
    name = f"ipykernel-{version}"
    folder = _download(name, f"ipykernel=={version}.*")
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
    """Set the kernel of a notebook file."""
    content = json.loads(notebook.read_text())
    content["metadata"]["kernelspec"]["name"] = name
    notebook.write_text(json.dumps(content))


def _download(name: str, requirement: str) -> Path:
    """Return the directory of the downloaded package."""
    folder = CACHE / name
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as temporary:  # so that an interrupted download leaves nothing
            options = ["--no-deps", "--quiet", "--disable-pip-version-check", f"--target={temporary}/package"]
            subprocess.run([sys.executable, "-m", "pip", "install", requirement, *options], check=True)
            with contextlib.suppress(OSError):  # another process has downloaded it in the meantime
                Path(f"{temporary}/package").rename(folder)
    return folder
