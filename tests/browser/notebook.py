"""A notebook open in a real page: run its cells, look at them, ask its kernel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import nbformat
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
START_MS = 60_000
"""How long a page may take until its kernel is there, milliseconds."""


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel}), path)


class Notebook:
    """One notebook in one page of JupyterLab or Notebook 7.

    Attributes
    ----------
    page: Playwright's page, for everything that is not said here
    name: its file, under the folder that is served
    problems: what the page has complained of so far: uncaught errors, and errors on its console
    """

    def __init__(self, page: Page, server: Server, name: str, app: App):
        self.page = page
        self.problems: list[str] = []
        self._server = server
        self.name = name
        self._kernel: Kernel | None = None
        page.on("pageerror", lambda error: self.problems.append(str(error.stack or error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        # A workspace of its own: JupyterLab opens again what the last page of a workspace had open.
        place = f"lab/workspaces/{Path(name).stem}-{id(page)}/tree" if app == "lab" else "notebooks"
        page.goto(f"{server.url}{place}/{name}", timeout=START_MS)
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until the notebook has a kernel, and the page knows it and that it has nothing to do."""
        wait_until(self._kernel_id, START_MS / 1000, f"{self.name} to have a kernel")
        idle = self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        idle.first.wait_for(state="attached", timeout=START_MS)

    def cell(self, index: int) -> Locator:
        """The cell with this index, from 0, with all its outputs."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """The output area of a cell."""
        return self.cell(index).locator(".jp-Cell-outputArea").first

    def start(self, index: int) -> None:
        """Run a cell with Shift+Enter, as a user would, and return as soon as the page has taken it."""
        # A page that still connects may say that it is idle; a key pressed then is lost, at once or a moment later.
        before = self._prompt(index).inner_text().strip()
        for _ in range(20):
            self.cell(index).locator(".cm-content").first.click()
            self.page.keyboard.press("Shift+Enter")
            try:
                expect(self._prompt(index)).not_to_have_text(before, timeout=1_000)
            except AssertionError:
                continue
            return
        raise TimeoutError(f"cell {index} of {self.name} does not start: its prompt stays {before!r}")

    def run(self, index: int, *, within_s: float = 60.0) -> Locator:
        """Run a cell to its end and return its output area; an exception in the cell is raised here with its text."""
        before = self._prompt(index).inner_text().strip()
        for _ in range(20):
            self.start(index)
            expect(self._prompt(index)).not_to_have_text("[*]:", timeout=within_s * 1000)
            if self._prompt(index).inner_text().strip() != before:
                break
        expect(self._prompt(index)).to_have_text(DONE)
        self.wait_until_idle()  # the prompt may be quicker than the last output
        error = self.output(index).locator(".jp-RenderedText").filter(has_text="Traceback (most recent call last)")
        if error.count():
            raise RuntimeError(f"cell {index} of {self.name} raised:\n{error.first.inner_text()}")
        return self.output(index)

    def save(self) -> None:
        """Save the notebook, and wait until what it holds is on the server's disk."""
        file = self._server.notebooks / self.name
        before = file.read_bytes()
        self.page.locator('[data-command="docmanager:save"]').first.click()
        wait_until(lambda: file.read_bytes() != before or None, 20.0, f"{self.name} to be saved")

    def save_widgets(self, until: Callable[[nbformat.NotebookNode], bool]) -> None:
        """Save the notebook with the state of its widgets, again and again, until what is on the disk is as wanted."""
        file = self._server.notebooks / self.name

        def saved() -> bool:
            self.page.locator('[data-command="docmanager:save"]').first.click()
            return until(nbformat.read(file, as_version=4))

        self._toggle_saving_of_widgets()
        wait_until(saved, 20.0, f"{self.name} to be saved as it is to be")
        self._toggle_saving_of_widgets()

    def reopen(self) -> None:
        """Open the notebook from the disk, in a page of its own and with a new kernel."""
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None
        self.page.goto("about:blank")
        self._server.shut_down(self.name)
        self.page.go_back(timeout=START_MS)
        self.wait_until_idle()

    def _toggle_saving_of_widgets(self) -> None:
        self.page.get_by_role("menuitem", name="Settings").click()
        self.page.locator(".lm-Menu-item").filter(has_text="Save Widget State Automatically").click()

    def reload(self) -> None:
        """Load the page again. The kernel goes on; the page does not ask for confirmation."""
        self.page.reload(timeout=START_MS)
        self.wait_until_idle()

    def restart(self) -> None:
        """Restart the kernel, as the menu does, and wait until the page knows it."""
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None
        self.page.locator('[data-command="notebook:restart-kernel"]').first.click()
        self.page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
        self.page.locator('.jp-Notebook-ExecutionIndicator:not([data-status="idle"])').first.wait_for(state="attached")
        self.wait_until_idle()

    def shut_down_kernel(self) -> None:
        """End the kernel through JupyterLab's menu, and wait until the page knows that there is none."""
        self.page.get_by_role("menuitem", name="Kernel").click()
        self.page.locator('.lm-Menu-item[data-command="kernelmenu:shutdown"]').click()
        self.page.locator(".jp-KernelName").filter(has_text="No Kernel").wait_for()

    @property
    def kernel(self) -> Kernel:
        """A connection of our own to this notebook's kernel."""
        if self._kernel is None:
            self._kernel = Kernel(self._server.runtime / f"kernel-{self._kernel_id()}.json")
        return self._kernel

    def evaluate(self, expression: str) -> Any:
        """The value of a Python expression in this notebook's kernel, through JSON."""
        return self.kernel.evaluate(expression)

    def screenshot(self, name: str, of: Locator | None = None) -> Path:
        """Leave a picture of the page, or of one element, in .screenshots/, which git ignores."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        (of or self.page).screenshot(path=path, animations="disabled", caret="hide")
        return path

    def close(self) -> None:
        """Close the page and end its kernel."""
        if self._kernel is not None:
            self._kernel.close()
        try:
            self.page.context.close()
        except PlaywrightTimeoutError:
            self.problems.append("the page did not close in time")
        self._server.shut_down(self.name)

    def _prompt(self, index: int) -> Locator:
        return self.cell(index).locator(".jp-InputPrompt").first

    def _kernel_id(self) -> str | None:
        sessions = self._server.sessions(self.name)
        return sessions[0]["kernel"]["id"] if sessions else None
