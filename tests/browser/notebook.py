"""A notebook in a real page: run cells, read their outputs, evaluate expressions in the kernel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import nbformat
from nbformat.reader import NotJSONError
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import expect

from tests.browser.kernel import Kernel
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import Locator, Page

    from tests.browser.server import Server

App = Literal["lab", "notebook"]
SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"
DONE = re.compile(r"\[\d+\]")
CELLS = "jupyterapp.shell.currentWidget.content.widgets"
"""JupyterLab's cells, in JavaScript; the server is started with `expose_app_in_browser`."""
START_MS = 60_000
"""How long a page may take to load and connect to its kernel, ms."""


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook with these code cells to `path`."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel}), path)


class Notebook:
    """A notebook in a page of JupyterLab or Notebook 7.

    Attributes
    ----------
    page : Page
        Playwright's page.
    name : str
        The path of the file, relative to the directory of the server.
    problems : list of str
        Uncaught errors and console errors of the page so far.
    """

    def __init__(self, page: Page, server: Server, name: str, app: App, *, owns_kernel: bool = True) -> None:
        self.page = page
        self.problems: list[str] = []
        self._server = server
        self.name = name
        self._owns_kernel = owns_kernel
        self._kernel: Kernel | None = None
        page.on("pageerror", lambda error: self.problems.append(str(error.stack or error)))
        page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        # A separate workspace, because JupyterLab reopens what the last page of a workspace had open.
        place = f"lab/workspaces/{Path(name).stem}-{id(page)}/tree" if app == "lab" else "notebooks"
        page.goto(f"{server.url}{place}/{name}", timeout=START_MS)
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until the page is connected to the kernel and the kernel is idle."""
        wait_until(self._kernel_id, START_MS / 1000, f"{self.name} to have a kernel")
        idle = self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        idle.first.wait_for(state="attached", timeout=START_MS)

    def set_source(self, index: int, code: str) -> None:
        """Replace the code of a cell. JupyterLab only."""
        self.page.evaluate(f"([index, code]) => {CELLS}[index].model.sharedModel.setSource(code)", [index, code])

    def clear(self) -> None:
        """Empty the cells and delete their outputs. JupyterLab only; the kernel keeps its variables."""
        self.page.evaluate(f"""() => {CELLS}.forEach(({{ model }}) => {{
          model.sharedModel.setSource("");
          model.clearExecution();
        }})""")
        self.problems.clear()

    def run_code(self, code: str, index: int = 0) -> Locator:
        """Replace the code of a cell, run it to its end and return the cell."""
        self.set_source(index, code)
        self.run(index)
        return self.cell(index)

    def cell(self, index: int) -> Locator:
        """Return the cell with this index, from 0, including its outputs."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """Return the output area of a cell."""
        return self.cell(index).locator(".jp-Cell-outputArea").first

    def start(self, index: int) -> None:
        """Run a cell with Shift+Enter and return as soon as it has started."""
        # While the page connects it may already show that the kernel is idle; a key pressed then has no effect.
        before = self._prompt(index).inner_text().strip()
        for _ in range(20):
            self.cell(index).locator(".jp-InputArea-editor").first.click()
            self.page.keyboard.press("Shift+Enter")
            try:
                expect(self._prompt(index)).not_to_have_text(before, timeout=1_000)
            except AssertionError:
                continue
            return
        raise TimeoutError(f"cell {index} of {self.name} does not start: its prompt stays {before!r}")

    def run(self, index: int, *, within_s: float = 60.0) -> Locator:
        """Run a cell to its end and return its output area. Raises RuntimeError if the cell fails."""
        before = self._prompt(index).inner_text().strip()
        for _ in range(20):
            self.start(index)
            expect(self._prompt(index)).not_to_have_text("[*]:", timeout=within_s * 1000)
            if self._prompt(index).inner_text().strip() != before:
                break
        expect(self._prompt(index)).to_have_text(DONE)
        self.wait_until_idle()  # the last output may come after the prompt
        error = self.output(index).locator(".jp-RenderedText").filter(has_text="Traceback (most recent call last)")
        if error.count():
            raise RuntimeError(f"cell {index} of {self.name} raised:\n{error.first.inner_text()}")
        return self.output(index)

    def save(self) -> None:
        """Save the notebook and wait until its file has changed."""
        file = self._server.notebooks / self.name
        before = file.read_bytes()
        self.page.locator('[data-command="docmanager:save"]').first.click()
        wait_until(lambda: file.read_bytes() != before or None, 20.0, f"{self.name} to be saved")

    def save_widgets(self, until: Callable[[nbformat.NotebookNode], bool]) -> None:
        """Save the notebook with the state of its widgets, repeatedly, until `until` accepts the saved notebook."""
        file = self._server.notebooks / self.name

        def saved() -> bool:
            self.page.locator('[data-command="docmanager:save"]').first.click()
            try:
                return until(nbformat.read(file, as_version=4))
            except NotJSONError:  # it is being written
                return False

        self._toggle_saving_of_widgets()
        wait_until(saved, 20.0, f"{self.name} to be saved with its widgets")
        self._toggle_saving_of_widgets()

    def reopen(self) -> None:
        """Load the notebook from its file again, with a new kernel."""
        self.disconnect()
        self.page.goto("about:blank")
        self._server.shut_down(self.name)
        self.page.go_back(timeout=START_MS)
        self.wait_until_idle()

    def _toggle_saving_of_widgets(self) -> None:
        self.page.get_by_role("menuitem", name="Settings").click()
        self.page.locator(".lm-Menu-item").filter(has_text="Save Widget State Automatically").click()

    def reload(self) -> None:
        """Reload the page. The kernel continues."""
        self.page.reload(timeout=START_MS)
        self.wait_until_idle()

    def restart(self) -> None:
        """Restart the kernel from the toolbar and wait until the page is connected to it again."""
        self.disconnect()
        self.page.locator('[data-command="notebook:restart-kernel"]').first.click()
        self.page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
        self.page.locator('.jp-Notebook-ExecutionIndicator:not([data-status="idle"])').first.wait_for(state="attached")
        self.wait_until_idle()

    def shut_down_kernel(self) -> None:
        """Shut down the kernel from the menu and wait until the page shows that there is none."""
        self.page.get_by_role("menuitem", name="Kernel").click()
        self.page.locator('.lm-Menu-item[data-command="kernelmenu:shutdown"]').click()
        self.page.locator(".jp-KernelName").filter(has_text="No Kernel").wait_for()

    @property
    def kernel(self) -> Kernel:
        """A second connection to the kernel of this notebook."""
        if self._kernel is None:
            self._kernel = Kernel(self._server.runtime / f"kernel-{self._kernel_id()}.json")
        return self._kernel

    def disconnect(self) -> None:
        """Close the second connection, e.g. because the kernel has been replaced; `kernel` opens a new one."""
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def evaluate(self, expression: str) -> Any:
        """Return the value of a Python expression in the kernel, converted through JSON."""
        return self.kernel.evaluate(expression)

    def screenshot(self, name: str, of: Locator | None = None) -> Path:
        """Save a screenshot of the page, or of one element, in .screenshots/, which git ignores."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        (of or self.page).screenshot(path=path, animations="disabled", caret="hide")
        return path

    def close(self) -> None:
        """Close the page and shut down its kernel, unless another page owns the kernel."""
        self.disconnect()
        try:
            self.page.context.close()
        except PlaywrightTimeoutError:
            self.problems.append("the page did not close in time")
        if self._owns_kernel:
            self._server.shut_down(self.name)

    def _prompt(self, index: int) -> Locator:
        return self.cell(index).locator(".jp-InputPrompt").first

    def _kernel_id(self) -> str | None:
        sessions = self._server.sessions(self.name)
        return sessions[0]["kernel"]["id"] if sessions else None
