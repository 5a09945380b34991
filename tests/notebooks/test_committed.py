"""The committed notebooks are valid and clean, and the same in both languages; lessons have all their parts."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.examples import COURSE, FOLDER, LESSONS, PATHS, english
from tests.notebooks.static_outputs import HIDDEN, METADATA, PNG, TEXT

MACHINE_PATH = re.compile(r"(?:^|[\s\"'(=])(?:/[\w.-]+/[\w.-]+|~/|[A-Za-z]:\\)|file://")
CELL_WIDTH = 92  # characters, in JupyterLab beside its side bar, on a screen of 1200 pixels
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}")

#: The most bytes of a notebook: GitHub shows larger ones late, if at all.
MAX_BYTES = 300_000
#: What a cell of a lesson may be marked with, see test_lessons.py.
TAGS = {"exact", "varies"}
#: The parts of a lesson, as its headings and bold words name them, in English and Korean.
PARTS = {
    "objectives": ("After this lesson you can", "이 수업을 마치면"),
    "prerequisites": ("What you need to know", "미리 알아 둘 것"),
    "plan": ("45 minutes", "45분"),
    "predict": ("**Predict.**", "**예상.**"),
    "run": ("**Run.**", "**실행.**"),
    "investigate": ("**Investigate.**", "**탐구.**"),
    "modify": ("**Modify.**", "**수정.**"),
    "make": ("**Make.**", "**만들기.**"),
}
MINUTES = re.compile(r"^\|.*\| *(\d+) *\|$", re.MULTILINE)

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
each_example = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def shape(notebook: nbformat.NotebookNode) -> list[tuple[str, str, object, object]]:
    """Return type, id and tags of each cell, and its code without words, comments and language."""
    return [
        (
            cell.cell_type,
            cell.id,
            cell.metadata,
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


def test_the_examples_are_the_lessons_of_the_course() -> None:
    assert sorted(path.stem for path in PATHS) == sorted(f"{stem}{end}" for stem in COURSE for end in ("", "-ko"))


@each_example
def test_a_committed_notebook_is_valid(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=nbformat.NO_CONVERT))


@each_example
def test_a_committed_notebook_has_nothing_that_only_an_execution_knows(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata == METADATA
    for cell in notebook.cells:
        assert set(cell.metadata) <= ({"tags", "jupyter"} if path in LESSONS else set())
        assert set(cell.metadata.get("tags", [])) <= TAGS
        if cell.cell_type == "code":
            assert cell.execution_count is None
            assert path in LESSONS or cell.outputs == []


@each_lesson
def test_outputs_of_a_lesson_are_texts_tables_and_pictures(path: Path) -> None:
    for cell in code(path):
        for output in cell.outputs:
            assert output.output_type in ("stream", "execute_result", "display_data")
            assert output.get("name", "stdout") == "stdout"
            assert set(output.get("data", {TEXT: ""})) in ({TEXT}, {TEXT, PNG}, {TEXT, "text/html"})
            assert set(output.get("metadata", {})) <= {PNG}
            assert output.get("execution_count") is None


@each_lesson
def test_every_cell_of_a_lesson_that_prints_or_shows_has_outputs(path: Path) -> None:
    """The last line of a cell that shows something is an expression and no call that only does something."""
    silent = [cell.id for cell in code(path) if not cell.outputs and speaks(cell.source)]
    assert silent == [], f"run `make lessons LESSON={path.stem}`"


@each_lesson
def test_jupyterlab_hides_the_outputs_of_a_lesson_until_a_cell_is_run(path: Path) -> None:
    for cell in code(path):
        assert cell.metadata.get("jupyter") == (HIDDEN if cell.outputs else None), f"make lessons LESSON={path.stem}"


@each_lesson
def test_a_lesson_shows_a_picture_of_what_it_trains(path: Path) -> None:
    pictures = [output for cell in code(path) for output in cell.outputs if PNG in output.get("data", {})]
    assert pictures


@each_lesson
def test_a_lesson_is_not_too_large(path: Path) -> None:
    assert path.stat().st_size <= MAX_BYTES


@each_lesson
def test_a_lesson_has_all_its_parts(path: Path) -> None:
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    text = "\n".join(cells)
    language = int(path.stem.endswith("-ko"))
    assert [part for part, words in PARTS.items() if words[language] not in text] == []
    assert all(words[language] in cells[0] for words in list(PARTS.values())[:3]), "the first cell has the objectives"
    assert sum(map(int, MINUTES.findall(cells[0]))) == 45


@each_lesson
def test_every_code_cell_of_a_lesson_is_followed_by_something_to_read_or_do(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    kinds = [cell.cell_type for cell in cells]
    assert kinds[0] == kinds[-1] == "markdown"
    assert [cells[i].id for i in range(len(cells) - 1) if kinds[i] == kinds[i + 1] == "code"] == []


@each_lesson
def test_cells_of_a_lesson_are_short(path: Path) -> None:
    assert [cell.id for cell in code(path) if len(cell.source.splitlines()) > 25] == []


def code(path: Path) -> list[nbformat.NotebookNode]:
    """Return the code cells of a notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def speaks(source: str) -> bool:
    """Return whether a cell prints, or ends with a value that is displayed."""
    tree = ast.parse(source)
    last = tree.body[-1]
    prints = any(isinstance(node, ast.Name) and node.id in ("print", "display") for node in ast.walk(tree))
    return prints or (isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call))


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


@each_lesson
def test_a_lesson_is_in_both_languages(path: Path) -> None:
    assert {FOLDER / f"{english(path.stem)}{end}.ipynb" for end in ("", "-ko")} <= set(LESSONS)


@pytest.mark.parametrize("korean", [path for path in PATHS if path.stem.endswith("-ko")], ids=lambda path: path.stem)
def test_a_korean_notebook_is_a_translation_of_the_english_one(korean: Path) -> None:
    original = nbformat.read(FOLDER / f"{english(korean.stem)}.ipynb", as_version=4)
    translated = nbformat.read(korean, as_version=4)
    assert shape(translated) == shape(original)
    for cell in translated.cells:
        if cell.cell_type == "markdown":
            assert re.search("[가-힣]", cell.source), f"cell {cell.id} is not in Korean"
        for call in re.findall(r"EpochScope\(.*\)", cell.source if cell.cell_type == "code" else ""):
            assert 'lang="ko"' in call
