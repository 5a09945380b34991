"""Runs the cells of a notebook, and keeps the result until the cells or the package change."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

import epochscope

HERE = Path(__file__).parent
FRAME = "application/x-epochscope-frame+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
#: What the address of a frame begins with until the frame is in its place on the site.
SCHEME = "live:"
#: Seconds that a cell may take.
TIMEOUT_S = 900
#: More threads make networks this small slower, and two notebooks run at the same time.
ENVIRONMENT = {"OMP_NUM_THREADS": "1"}

_BEGIN = "import sys; sys.path.insert(0, {here!r}); import live_kernel; live_kernel.begin({folder!r})"
_FINISH = "live_kernel.finish({folder!r})"
_IFRAME = (
    '<iframe class="epochscope-frame" src="{src}" title="{title}" loading="lazy" '
    'allow="fullscreen; clipboard-write"></iframe>'
)


class ExampleError(Exception):
    """An example failed, or shows what a page without a kernel cannot show."""


@cache
def package_hash() -> str:
    """Return a hash of all that the pages of the examples depend on, beside their cells."""
    digest = hashlib.sha256(version("torch").encode())
    package = Path(epochscope.__file__).parent
    for path in sorted([*package.rglob("*"), *HERE.glob("*_kernel.py"), Path(__file__)]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def key_of(notebook: nbformat.NotebookNode) -> str:
    """Return the name under which the result of these cells is kept."""
    cells = [[cell.source, cell.metadata.get("tags", [])] for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(f"{package_hash()}{json.dumps(cells)}".encode()).hexdigest()[:16]


def executed(notebook: nbformat.NotebookNode, cache_folder: Path) -> nbformat.NotebookNode:
    """Return a copy of the notebook with the outputs of its code cells, from the cache if it has them.

    Frames have the address live:KEY/NUMBER.html; they are in the folder KEY of the cache, see `key_of`.

    Raises
    ------
    ExampleError
        If a cell raises an error, writes to stderr or shows another widget.
    """
    notebook = copy.deepcopy(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not cells:
        return notebook
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    kept = cache_folder / key_of(notebook)
    if not (kept / "outputs.json").exists():
        _keep(_run(cells, kept), kept)
    os.utime(kept)
    for cell, (count, outputs) in zip(cells, json.loads((kept / "outputs.json").read_text("utf-8")), strict=True):
        cell.execution_count = count
        cell.outputs = nbformat.from_dict(outputs)
    return notebook


def forget(cache_folder: Path, days: float = 7) -> None:
    """Remove from the cache what no build has used for some days: results of older cells or of an older package."""
    for kept in cache_folder.glob("*"):
        if time.time() - kept.stat().st_mtime > days * 86400:
            shutil.rmtree(kept)


def _run(cells: list[nbformat.NotebookNode], kept: Path) -> Path:
    """Run the cells and return a folder with their outputs and frames."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{kept.name}-", dir=kept.parent))
    try:
        _run_into(folder, cells, kept.name)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder


def _run_into(folder: Path, cells: list[nbformat.NotebookNode], key: str) -> None:
    begin, finish = (
        nbformat.v4.new_code_cell(source)
        for source in (_BEGIN.format(here=str(HERE), folder=str(folder)), _FINISH.format(folder=str(folder)))
    )
    notebook = nbformat.v4.new_notebook(cells=[begin, *cells, finish])
    with tempfile.TemporaryDirectory() as working:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=TIMEOUT_S,
            store_widget_state=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": working}},
        )
        client.execute(env=os.environ | ENVIRONMENT)
    frames = json.loads((folder / "frames.json").read_text("utf-8"))
    outputs = [[count, [_shown(output, key, frames) for output in cell.outputs]] for count, cell in enumerate(cells, 1)]
    (folder / "outputs.json").write_text(json.dumps(outputs), encoding="utf-8")


def _keep(made: Path, kept: Path) -> None:
    """Move what was made to where it is looked for, unless another process was faster."""
    try:
        made.rename(kept)
    except OSError:
        shutil.rmtree(made)


def _shown(output: Any, key: str, frames: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an output as it is shown, with an iframe for a frame."""
    if output.output_type == "stream" and output.name == "stderr":
        raise ExampleError(f"a cell writes to stderr: {output.text}")
    data = output.get("data", {})
    if FRAME in data:
        frame = frames[data.pop(FRAME)["number"]]
        epoch = "" if frame["epoch"] is None else f"#epoch={frame['epoch']}"
        src = f"{SCHEME}{key}/{frame['page']}.html{epoch}"
        data["text/html"] = _IFRAME.format(src=src, title=escape(frame["title"]))
    elif WIDGET in data:
        raise ExampleError(f"a cell shows a widget, which is empty without a kernel: {data.get('text/plain')}")
    if output.output_type == "execute_result":
        return {"output_type": "display_data", "data": data, "metadata": output.metadata}
    return output


def frames_of(html: str) -> Iterator[tuple[str, str]]:
    """Yield key and file name of each frame in an output."""
    for address in re.findall(f'src="{SCHEME}([^"#]*)', html):
        key, _, name = address.partition("/")
        yield key, name
