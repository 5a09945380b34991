"""Sphinx extension: every notebook and every `{code-cell}` is run, and its players are live on the page.

A player without a kernel is an exported page in a frame. The file of frame 0 of `lessons/01.html` is
`lessons/01-frames/0.html`, so the site works from a disk and below any address. See `examples_run` for how cells are run.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import examples_run
import nbformat
from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging

STATIC = Path(__file__).parent / "static"
#: Notebooks that run at the same time: they train, so one per core of a small machine.
AT_ONCE = 2

logger = logging.getLogger(__name__)


def read_notebook(text: str, folder: str) -> nbformat.NotebookNode:
    """Read and run a notebook."""
    return _run("a notebook", nbformat.reads(text, as_version=4), folder)


def read_markdown(text: str, folder: str) -> nbformat.NotebookNode:
    """Read a page in MyST Markdown and run its `{code-cell}`s."""
    return _run("a page", read_myst_markdown_notebook(text, add_source_map=True), folder)


def _run(name: str, notebook: nbformat.NotebookNode, folder: str) -> nbformat.NotebookNode:
    try:
        notebook = examples_run.executed(notebook, Path(folder))
    except Exception as error:  # of any kind: the example's
        raise ExtensionError(f"{name} failed: {error}") from error
    for cell in notebook.cells:
        is_hidden = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
        # What students are to predict; but a player waits for Play.
        if is_hidden and not any("<iframe" in output.get("data", {}).get("text/html", "") for output in cell.outputs):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-output"]
    return notebook


def _settle(app: Sphinx, config: Config) -> None:
    """Let MyST-NB read with the functions above, and take over notebooks from another folder."""
    folder = str(Path(app.srcdir, config.live_examples_cache).resolve())
    config.nb_execution_mode = "off"
    config.nb_custom_formats = {
        ".ipynb": [f"{__name__}.read_notebook", {"folder": folder}, False],
        ".md": [f"{__name__}.read_markdown", {"folder": folder}, False],
    }
    config.html_static_path.append(str(STATIC))
    examples_run.forget(Path(folder))
    if config.live_examples_notebooks:
        _take_over(app, config, folder)


def _take_over(app: Sphinx, config: Config, folder: str) -> None:
    """Copy the notebooks into the sources of the site, and run them, several at a time."""
    pattern, target = config.live_examples_notebooks
    source = Path(app.srcdir, pattern)
    paths = sorted(source.parent.resolve().glob(source.name))
    copies = Path(app.srcdir, target)
    copies.mkdir(exist_ok=True)
    for stale in {path.name for path in copies.glob("*.ipynb")} - {path.name for path in paths}:
        (copies / stale).unlink()
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        if path.stem.endswith("-ko"):
            notebook.metadata["mystnb"] = {"code_prompt_show": "결과 보기", "code_prompt_hide": "결과 숨기기"}
        else:
            notebook.metadata["mystnb"] = {"code_prompt_show": "Show the output", "code_prompt_hide": "Hide the output"}
        text = nbformat.writes(notebook)
        copy = copies / path.name
        if not copy.exists() or copy.read_text("utf-8") != text:
            copy.write_text(text, "utf-8")

    def run(path: Path) -> str | None:
        logger.info("running %s", path.name)
        try:
            _run(path.name, nbformat.read(path, as_version=4), folder)
        except ExtensionError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        errors = [error for error in pool.map(run, reversed(paths)) if error]  # the last lessons train for longest
    if errors:
        raise ExtensionError("\n\n".join(errors))


def _keep_outputs(app: Sphinx) -> None:
    """Let MyST-NB write the notebooks that it has read into the cache instead of beside the site."""
    cache = Path(app.srcdir, app.config.live_examples_cache).resolve()
    app.env.mystnb_config.output_folder = str(cache / "read")  # type: ignore[attr-defined]


def _place_frames(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Copy the files of the frames of a page beside it."""
    if app.builder.format != "html":
        return
    beside = Path(f"{docname}-frames")
    out = Path(app.outdir, beside)
    shutil.rmtree(out, ignore_errors=True)
    cache = Path(app.srcdir, app.config.live_examples_cache)
    for raw in list(doctree.findall(nodes.raw)):
        html = raw.astext()
        for key, name in examples_run.frames_of(html):
            out.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(cache / key / name, out / name)
            html = html.replace(f'src="{examples_run.SCHEME}{key}/{name}', f'src="{beside.name}/{name}')
        raw.children = [nodes.Text(html)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the extension; `conf.py` sets `live_examples_notebooks`, (pattern, folder), if notebooks are elsewhere."""
    app.setup_extension("myst_nb")
    app.add_config_value("live_examples_cache", "_cache", "env", str)
    app.add_config_value("live_examples_notebooks", None, "env", (tuple, list))
    # Pages are read again when the package has changed.
    app.add_config_value("live_examples_package", examples_run.package_hash(), "env", str)
    app.connect("config-inited", _settle, priority=100)
    app.connect("builder-inited", _keep_outputs, priority=900)
    app.connect("doctree-resolved", _place_frames)
    app.add_css_file("live-examples.css")
    app.add_js_file("live-examples.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
