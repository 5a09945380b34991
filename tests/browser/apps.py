"""Servers that show one notebook as a page: Voila and marimo."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.browser.server import START_S, end, free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@contextmanager
def voila(notebook: Path) -> Iterator[str]:
    """Serve the outputs of a notebook with Voila and yield the address."""
    port = free_port()
    options = ["--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}"]
    with running(["-m", "voila", str(notebook), *options], notebook.parent, port) as address:
        yield address


@contextmanager
def marimo(notebook: Path, mode: str, theme: str) -> Iterator[str]:
    """Serve a marimo notebook in the mode "edit" or "run" and yield the address."""
    # Run all cells without a click.
    settings = f'[tool.marimo]\nruntime = {{ auto_instantiate = true }}\ndisplay = {{ theme = "{theme}" }}\n'
    (notebook.parent / "pyproject.toml").write_text(settings)
    port = free_port()
    options = ["--headless", "--no-token", "--host=127.0.0.1", f"--port={port}"]
    with running(["-m", "marimo", "--yes", mode, str(notebook), *options], notebook.parent, port) as address:
        yield address


@contextmanager
def running(command: Sequence[str], folder: Path, port: int) -> Iterator[str]:
    """Run a server with `folder` as its home, yield its address, and stop it at the end."""
    log = folder / "server.log"
    home = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, env=os.environ | home,
        )  # fmt: skip

    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"{' '.join(command)} stopped at once:\n{log.read_text()[-4000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    try:
        wait_until(answers, START_S, lambda: f"{command[1]} to answer; its log ends:\n{log.read_text()[-4000:]}")
        yield f"http://127.0.0.1:{port}/"
    finally:
        end(process)
