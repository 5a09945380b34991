"""Answer the requests of published pages to public addresses from local files.

The files are those that the installed packages bring for older versions of Jupyter, and one that is downloaded once.
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
"""The package that shows widgets in a page outside Jupyter, in its current version."""


def answer(page: Page, *, without: Container[str] = ()) -> None:
    """Answer requests of `page` for known modules, except those in `without`; all other requests fail."""
    manager = _download()

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
    """Answer a request with a script."""
    route.fulfill(path=path, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})


def _download() -> Path:
    """Return the script of the package, downloaded if necessary."""
    kept = CACHE / f"{MANAGER.replace('/', '-')}.js"
    if not kept.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as temporary:  # so that an interrupted download leaves nothing
            fetch = ["npm", "pack", MANAGER, "--silent", "--ignore-scripts", f"--pack-destination={temporary}"]
            subprocess.run(fetch, check=True, cwd=temporary, stdout=subprocess.DEVNULL)
            (package,) = Path(temporary).glob("*.tgz")
            with tarfile.open(package) as files:
                files.extract("package/dist/embed-amd.js", temporary, filter="data")
            shutil.move(f"{temporary}/package/dist/embed-amd.js", kept)
    return kept
