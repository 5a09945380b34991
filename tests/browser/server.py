"""A Jupyter server for the browser tests, with JupyterLab and Notebook 7, on the local interface only."""

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
"""How long a server may take to answer, s: the first start after an installation compiles all of Jupyter."""

SETTINGS = {
    # JupyterLab follows `prefers-color-scheme`, so that tests set the theme with Playwright.
    "apputils-extension/themes": {"adaptive-theme": True},
    "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True},
}


@dataclass(frozen=True)
class Server:
    """A running server: its address, the directory of its notebooks, and that of its kernels' connection files."""

    url: str
    notebooks: Path
    runtime: Path

    def api(self, method: str, path: str) -> Any:
        """Return the decoded answer of the REST API, None if it is empty."""
        with urlopen(Request(f"{self.url}api/{path}", method=method), timeout=10) as response:
            body = response.read()
        return json.loads(body) if body else None

    def sessions(self, notebook: str) -> list[dict[str, Any]]:
        """Return the sessions of a notebook, one for each kernel, by its path in the served directory."""
        return [session for session in self.api("GET", "sessions") if session["path"] == notebook]

    def shut_down(self, notebook: str) -> None:
        """Shut down the kernel of a notebook, if it has one."""
        for session in self.sessions(notebook):
            self.api("DELETE", f"sessions/{quote(session['id'])}")


@contextmanager
def jupyter_server(home: Path, python: str = sys.executable) -> Iterator[Server]:
    """Start a server with all its files under `home`, and stop it and its kernels at the end.

    `python` is the interpreter of an environment with JupyterLab.

    The environment variables JUPYTER_* and IPYTHONDIR must point under `home` as well (see tests/home.py).
    """
    notebooks = home / "notebooks"
    notebooks.mkdir()
    write_settings(Path(os.environ["JUPYTERLAB_SETTINGS_DIR"]))
    log = home / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command(notebooks, python), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=notebooks
        )
    try:
        yield wait_for_server(process, notebooks, log)
    finally:
        end(process)


def command(notebooks: Path, python: str = sys.executable) -> list[str]:
    """Return the command that starts a server on a free port."""
    return [
        *(python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={free_port()}", f"--ServerApp.root_dir={notebooks}", "--IdentityProvider.token="),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
        *("--LabApp.news_url=", "--ServerApp.disable_check_xsrf=True"),
    ]


def write_settings(folder: Path) -> None:
    """Write the user settings of JupyterLab to `folder`."""
    for name, values in SETTINGS.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def free_port() -> int:
    """Return a port that is free now. Jupyter uses the next one if it is taken in the meantime."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_server(process: subprocess.Popen[bytes], notebooks: Path, log: Path) -> Server:
    """Return the server that runs in `process`, once it answers."""
    runtime = Path(os.environ["JUPYTER_RUNTIME_DIR"])
    info = runtime / f"jpserver-{process.pid}.json"

    def ready() -> Server | None:
        if process.poll() is not None:
            raise RuntimeError(f"The Jupyter server stopped at once:\n{log.read_text()[-4000:]}")
        try:
            server = Server(json.loads(info.read_text())["url"], notebooks, runtime)
            server.api("GET", "status")
        except (OSError, ValueError, URLError):
            return None
        return server

    return wait_until(ready, START_S, lambda: f"the Jupyter server to answer; its log ends:\n{log.read_text()[-4000:]}")


def wait_until(condition: Callable[[], T | None], within_s: float, what: str | Callable[[], str]) -> T:
    """Call `condition` until it returns a true value, and return it. Raises TimeoutError after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {within_s:g} s for {what if isinstance(what, str) else what()}")
        time.sleep(0.02)
    return answer


def end(process: subprocess.Popen[bytes]) -> None:
    """Terminate a process, and kill it if it is still running after 10 s; a Jupyter server stops its kernels itself."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
