"""The committed notebooks are valid, without outputs, and the same in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.examples import FOLDER, PATHS

MACHINE_PATH = re.compile(r"(?:^|[\s\"'(=])(?:/[\w.-]+/[\w.-]+|~/|[A-Za-z]:\\)|file://")
CELL_WIDTH = 92  # characters, in JupyterLab beside its side bar, on a screen of 1200 pixels
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}")

each_example = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def shape(notebook: nbformat.NotebookNode) -> list[tuple[str, str, object]]:
    """Return the type and id of each cell, and its code without words, comments and language."""
    return [
        (
            cell.cell_type,
            cell.id,
            ast.dump(_Wordless().visit(ast.parse(cell.source))) if cell.cell_type == "code" else None,
        )
        for cell in notebook.cells
    ]


class _Wordless(ast.NodeTransformer):
    """Replace texts for the reader by one word, and remove the `lang` argument."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        is_text = isinstance(node.value, str) and not (node.value.isascii() and node.value.isidentifier())
        return ast.Constant("words") if is_text else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        values = sorted(ast.dump(part) for part in node.values if isinstance(part, ast.FormattedValue))
        return ast.Constant(" ".join(values))  # the order of values depends on the language

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            node.args = [ast.Constant("words") if isinstance(arg, ast.Constant) else arg for arg in node.args]
        self.generic_visit(node)
        node.keywords = [keyword for keyword in node.keywords if keyword.arg != "lang"]
        return node


def test_there_are_examples() -> None:
    assert len(PATHS) >= 5


@each_example
def test_a_committed_notebook_is_valid(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=nbformat.NO_CONVERT))


@each_example
def test_a_committed_notebook_has_no_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@each_example
def test_a_committed_notebook_contains_no_local_path(path: Path) -> None:
    assert not [line for line in path.read_text("utf-8").splitlines() if MACHINE_PATH.search(line)]


@each_example
def test_a_committed_notebook_is_formatted_by_nbformat(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text == nbformat.writes(nbformat.reads(text, as_version=4)) + "\n"


@each_example
def test_cells_have_descriptive_ids(path: Path) -> None:
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert len(set(ids)) == len(ids)
    assert not [name for name in ids if RANDOM_ID.fullmatch(name)]


@each_example
def test_code_fits_into_a_cell(path: Path) -> None:
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [line for source in code for line in source.splitlines() if len(line) > CELL_WIDTH] == []


@pytest.mark.parametrize("korean", [path for path in PATHS if path.stem.endswith("-ko")], ids=lambda path: path.stem)
def test_a_korean_notebook_is_a_translation_of_the_english_one(korean: Path) -> None:
    english = nbformat.read(FOLDER / f"{korean.stem.removesuffix('-ko')}.ipynb", as_version=4)
    translated = nbformat.read(korean, as_version=4)
    assert shape(translated) == shape(english)
    for cell in translated.cells:
        if cell.cell_type == "markdown":
            assert re.search("[가-힣]", cell.source), f"cell {cell.id} is not in Korean"
        for call in re.findall(r"EpochScope\(.*\)", cell.source if cell.cell_type == "code" else ""):
            assert 'lang="ko"' in call
