"""What is kept of the examples of the documentation site. tests/browser/test_site.py builds one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import nbformat
from examples_run import executed, forget, frames_of, key_of

CODE = nbformat.v4.new_code_cell


def test_what_is_run_depends_on_the_code_and_not_on_the_text_around_it() -> None:
    def key(*cells: nbformat.NotebookNode) -> str:
        return key_of(nbformat.v4.new_notebook(cells=list(cells)))

    text = nbformat.v4.new_markdown_cell("Some text.")
    assert key(CODE("1 + 1"), text) == key(CODE("1 + 1", outputs=[nbformat.v4.new_output("stream", text="2")]))
    assert len({key(CODE("1 + 1")), key(CODE("1 + 2")), key(CODE("1 + 1"), CODE("2"))}) == 3


def test_a_page_without_code_is_not_run(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Some text.")])
    assert executed(notebook, tmp_path) == notebook
    assert list(tmp_path.iterdir()) == []


def test_what_no_build_has_used_for_a_week_is_removed(tmp_path: Path) -> None:
    for name, days in (("new", 0), ("used", 6), ("old", 8)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "outputs.json").touch()
        used = time.time() - days * 86400
        os.utime(tmp_path / name, (used, used))
    forget(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"new", "used"}
    forget(tmp_path / "not made yet")


def test_only_frames_of_examples_are_found() -> None:
    html = '<iframe src="live:ab/0.html#epoch=3"></iframe><iframe src="recordings/1.html"></iframe>'
    assert list(frames_of(html)) == [("ab", "0.html")]
