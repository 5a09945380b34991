"""No text, name or error message can run a script or send a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from epochscope import EpochScope
from tests.browser.hostile import ELSEWHERE, PAYLOADS, Trap
from tests.browser.notebook import SCREENSHOTS
from tests.browser.player import Player, shown
from tests.thoroughness import count, quick_among

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import OpenNotebook

CELLS = (
    f"PAYLOADS = {PAYLOADS!r}",
    """
from torch import nn
from epochscope import EpochScope, Trainer

def forward(self, x):
    self.calls = getattr(self, "calls", 0) + 1
    if self.calls > 4:
        raise ValueError("".join(PAYLOADS[::9]))
    return self.rnn(x)

def __init__(self):
    nn.Module.__init__(self)
    self.rnn = nn.RNN(5, 5, batch_first=True)

Evil = type("".join(PAYLOADS[::11]), (nn.Module,), {"forward": forward, "__init__": __init__})
""",
    "scope = EpochScope(PAYLOADS, epochs=3)\nscope",
    'joined = EpochScope("".join(PAYLOADS), epochs=3)\njoined',
    'failing = EpochScope("hihello", model=Evil(), epochs=30)\nfailing',
    """
for each in (scope, joined):
    each.train()
scope.save("hostile.npz")
try:
    failing.train()
except ValueError:
    pass
""",
    'EpochScope.load("hostile.npz")',
)


def test_the_trap_records_payloads_that_are_inserted_as_html(browser: Browser) -> None:
    assert len(set(PAYLOADS)) >= 200
    page = browser.new_context().new_page()
    trap = Trap(page)
    page.route("http://somewhere.invalid/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://somewhere.invalid/")
    page.evaluate("html => { document.body.innerHTML = html; }", "\n".join(p for p in PAYLOADS if p.startswith("<img")))
    page.wait_for_function("window.hits?.length > 2")
    page.wait_for_function("document.images.length && [...document.images].every(image => image.complete)")
    assert any(ELSEWHERE in caught for caught in trap.caught)
    page.context.close()


@pytest.mark.thorough
def test_no_text_runs_a_script_or_sends_a_request_in_jupyterlab(open_notebook: OpenNotebook) -> None:
    traps: list[Trap] = []

    def prepare(page: Page) -> None:
        traps.append(Trap(page))

    notebook = open_notebook(CELLS, prepare=prepare)
    for index in range(len(CELLS)):
        notebook.run(index)
    players = [Player(notebook.page, notebook.cell(index)) for index in (2, 3, 6)]
    for player in players:
        player.wait_for_epoch(2)
        player.action("encoding").click()
        for cell in player.cells.all()[: count(4, 12)]:
            cell.hover()
            expect(player.card).to_be_visible()
    assert players[1].targets[:40] == shown("".join(PAYLOADS)[1:41])
    failing = Player(notebook.page, notebook.cell(4))
    expect(failing.box.get_by_text("ValueError: <script>").first).to_be_visible()
    notebook.screenshot("hostile-lab")
    notebook.save()
    assert traps[0].triggered() == []


@pytest.mark.parametrize(
    ("joined", "chart"),
    quick_among([(False, True), (True, False), (False, False), (True, True)], (False, True), (True, False)),
)
def test_no_text_runs_a_script_or_sends_a_request_in_an_exported_page(
    browser: Browser, tmp_path: Path, joined: bool, chart: bool
) -> None:
    scope = EpochScope("".join(PAYLOADS) if joined else PAYLOADS, epochs=3)
    scope.train()
    path = tmp_path / "page.html"
    scope.to_html(path, title="".join(PAYLOADS), chart=chart)
    scope.close()
    page = browser.new_context().new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    trap = Trap(page)
    page.goto(path.as_uri())
    player = Player(page)
    player.wait_for_epoch(2)
    for cell in player.cells.all()[:5]:
        cell.hover()
        expect(player.card).to_be_visible()
    assert page.title().startswith("<script>pwned()</script>")
    assert trap.triggered() == []
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()]
    page.screenshot(path=SCREENSHOTS / f"hostile-page-{joined}-{chart}.png")
    page.context.close()
