"""A Jupyter server for the browser tests: JupyterLab and Notebook 7 at one address, on this machine only."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

START_S = 90.0
"""How long a server may take to answer, seconds: the first start on a fresh machine compiles all of Jupyter."""

SETTINGS = {
    # Light or dark as the page's `prefers-color-scheme` says, so that a test asks Playwright and not Jupyter.
    "apputils-extension/themes": {"adaptive-theme": True},
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True},
}


@dataclass(frozen=True)
class Server:
    """A running server: its address, the folder it serves, and where it keeps its kernels' connection files."""

    url: str
    notebooks: Path
    runtime: Path

    def api(self, method: str, path: str) -> Any:
        """What the server's REST API answers, decoded; None where it answers nothing."""
        with urlopen(Request(f"{self.url}api/{path}", method=method), timeout=10) as response:
            body = response.read()
        return json.loads(body) if body else None

    def sessions(self, notebook: str) -> list[dict[str, Any]]:
        """The sessions (a kernel each) of a notebook, by its path under the served folder."""
        return [session for session in self.api("GET", "sessions") if session["path"] == notebook]

    def shut_down(self, notebook: str) -> None:
        """End the notebook's kernel, if it has one."""
        for session in self.sessions(notebook):
            self.api("DELETE", f"sessions/{quote(session['id'])}")


@contextmanager
def jupyter_server(home: Path) -> Iterator[Server]:
    """Start a server, with all that it keeps under `home`, and end it with its kernels whatever happens.

    The caller's environment is expected to point JUPYTER_* and IPYTHONDIR under `home` too (see tests/conftest.py).
    """
    notebooks = home / "notebooks"
    notebooks.mkdir()
    write_settings(Path(os.environ["JUPYTERLAB_SETTINGS_DIR"]))
    log = home / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command(notebooks), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=notebooks)
    try:
        yield wait_for_server(process, notebooks, log)
    finally:
        end(process)


def command(notebooks: Path) -> list[str]:
    """The command line of a server on a port that is free now."""
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={free_port()}", f"--ServerApp.root_dir={notebooks}", "--IdentityProvider.token="),
        *("--LabApp.extension_manager=readonly", "--LabApp.news_url=", "--ServerApp.disable_check_xsrf=True"),
    ]


def write_settings(folder: Path) -> None:
    """Lay down JupyterLab's user settings, as its settings editor would."""
    for name, values in SETTINGS.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment. (If someone is quicker, Jupyter takes the next.)"""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_server(process: subprocess.Popen[bytes], notebooks: Path, log: Path) -> Server:
    """The server that `process` has become, once it answers."""
    runtime = Path(os.environ["JUPYTER_RUNTIME_DIR"])
    info = runtime / f"jpserver-{process.pid}.json"

    def ready() -> Server | None:
        if process.poll() is not None:
            raise RuntimeError(f"The Jupyter server ended at once:\n{log.read_text()[-4000:]}")
        try:
            server = Server(json.loads(info.read_text())["url"], notebooks, runtime)
            server.api("GET", "status")
        except (OSError, ValueError, URLError):
            return None
        return server

    return wait_until(ready, START_S, lambda: f"the Jupyter server to answer; its log ends:\n{log.read_text()[-4000:]}")


def wait_until(condition: Callable[[], T | None], within_s: float, what: str | Callable[[], str]) -> T:
    """The first true answer of `condition`, asked again and again for `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {within_s:g} s for {what if isinstance(what, str) else what()}")
        time.sleep(0.02)
    return answer


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and make it if it does not; a Jupyter server ends its kernels with itself."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
