"""Pages that are made for a network, opened without one: what they ask of public addresses is answered from here.

The answers are the files that the installed wheels bring for Jupyter's older front ends, and one package that only a
network has, fetched once.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from playwright.sync_api import Page, Route

CACHE = Path(__file__).parents[2] / ".cache"
SHARE = Path(sys.prefix) / "share" / "jupyter"
MANAGER = "@jupyter-widgets/html-manager@1.0.15"
"""What shows widgets in a page that is no notebook: the version that the pages would be given now."""


def answer(page: Page, *, without: Container[str] = ()) -> None:
    """Answer what a page asks of the network; the modules in `without` are "not found", and all else fails."""
    manager = _fetched()

    def serve(route: Route) -> None:
        address = route.request.url
        module = re.search(r"/(anywidget|bqplot|bqscales)@[^/]+/dist/index", address)
        if module:
            if module[1] in without:
                route.fulfill(status=404)
            else:
                script(route, SHARE / "nbextensions" / module[1] / "index.js")
        elif "/require.min.js" in address:
            script(route, SHARE / "voila" / "templates" / "base" / "static" / "require.min.js")
        elif "/html-manager@" in address:
            script(route, manager)
        else:
            route.abort()

    page.route(re.compile("^https:"), serve)


def script(route: Route, path: Path) -> None:
    """Answer with a script."""
    route.fulfill(path=path, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})


def _fetched() -> Path:
    """The script of the package, fetched if it is not here yet."""
    kept = CACHE / f"{MANAGER.replace('/', '-')}.js"
    if not kept.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as half:  # whole or not at all
            fetch = ["npm", "pack", MANAGER, "--silent", "--ignore-scripts", f"--pack-destination={half}"]
            subprocess.run(fetch, check=True, cwd=half, stdout=subprocess.DEVNULL)
            (package,) = Path(half).glob("*.tgz")
            with tarfile.open(package) as files:
                files.extract("package/dist/embed-amd.js", half, filter="data")
            shutil.move(f"{half}/package/dist/embed-amd.js", kept)
    return kept
