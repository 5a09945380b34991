"""Sphinx pages made with myst-nb, which runs the cells while it builds the pages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope.history import History
from tests.browser.agreement import assert_replays
from tests.browser.notebook import SCREENSHOTS
from tests.browser.player import Player
from tests.browser.published import MANAGER, answer
from tests.notebooks.executed import WIDGET_VIEW

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.saved import Run

PAGE = """\
---
file_format: mystnb
kernelspec:
  name: python3
---
# A course

```{code-cell}
from epochscope import EpochScope

scope = EpochScope(" I think therefore I am.")
scope.train(60)
scope.save("run.npz")
scope
```
"""
#: The scripts that myst-nb uses by default, without checksums.
CONF = f"""\
project = "A course"
extensions = ["myst_nb"]
nb_execution_raise_on_error = True
nb_ipywidgets_js = {{
    "https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.4/require.min.js": {{}},
    "https://cdn.jsdelivr.net/npm/{MANAGER}/dist/embed-amd.js": {{
        "data-jupyter-widgets-cdn": "https://cdn.jsdelivr.net/npm/"
    }},
}}
"""
#: Does not run the notebook, and shows its outputs without widgets.
STILL = f"""\
project = "A course"
extensions = ["myst_nb"]
root_doc = "run"
nb_execution_mode = "off"
nb_mime_priority_overrides = [("html", "{WIDGET_VIEW}", None)]
"""


def built(folder: Path, conf: str) -> Path:
    """Build the pages in `folder` with Sphinx and return the directory of the result."""
    (folder / "conf.py").write_text(conf)
    build = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(folder), str(folder / "html")]
    subprocess.run(build, check=True, capture_output=True, text=True)
    return folder / "html"


@pytest.mark.thorough
def test_a_sphinx_page_replays_what_was_recorded_when_it_was_built(page: Page, tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text(PAGE)
    answer(page)
    page.goto((built(tmp_path, CONF) / "index.html").as_uri())
    player = Player(page)
    assert_replays(player, History.load(tmp_path / "run.npz"), [0, 19, 59])
    page.screenshot(path=SCREENSHOTS / "saved-sphinx.png")


@pytest.mark.thorough
def test_a_sphinx_page_without_widgets_shows_the_picture(run: Run, page: Page, tmp_path: Path) -> None:
    shutil.copy(run.path, tmp_path)
    page.goto((built(tmp_path, STILL) / "run.html").as_uri())
    picture = page.get_by_role("img")
    expect(picture).to_have_attribute("alt", f"EpochScope, finished: {run.history!r}")
    assert picture.evaluate("async img => (await img.decode(), img.naturalWidth)") > 300
    page.screenshot(path=SCREENSHOTS / "saved-sphinx-picture.png")
