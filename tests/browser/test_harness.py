"""The ground itself: a page, a kernel and a widget that hear each other, in both front ends and both colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook
    from tests.browser.notebook import App

COUNTER = '''
import anywidget, traitlets

class Counter(anywidget.AnyWidget):
    _esm = """
    function render({ model, el }) {
        const button = document.createElement("button");
        button.className = "counter";
        const show = () => { button.textContent = `count ${model.get("count")}`; };
        button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
        model.on("change:count", show);
        show();
        el.append(button);
    }
    export default { render };
    """
    count = traitlets.Int(0).tag(sync=True)

counter = Counter()
counter
'''


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_click_reaches_python_and_a_trait_reaches_the_page(open_notebook: OpenNotebook, app: App) -> None:
    notebook = open_notebook([COUNTER, "counter.count = 41"], app)
    button = notebook.run(0).locator("button.counter")
    button.click()
    expect(button).to_have_text("count 1")
    assert notebook.evaluate("counter.count") == 1
    notebook.run(1)
    expect(button).to_have_text("count 41")
    notebook.screenshot(f"harness-{app}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_light_or_dark_as_asked(open_notebook: OpenNotebook, scheme: str) -> None:
    notebook = open_notebook([COUNTER], color_scheme=scheme)
    notebook.run(0)
    light = "true" if scheme == "light" else "false"
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    notebook.screenshot(f"harness-{scheme}")


def test_an_exception_in_a_cell_is_raised_in_the_test(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["1 / 0"])
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        notebook.run(0)


def test_a_reloaded_page_has_the_same_kernel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["answer = 42"])
    notebook.run(0)
    notebook.reload()
    assert notebook.evaluate("answer") == 42
