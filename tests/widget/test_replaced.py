"""A scope that another one replaces does not train on unseen."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import ipywidgets
import pytest

from epochscope import EpochScope
from epochscope.runs.notebook import after_each_cell
from epochscope.widget import unseen
from tests.widget.browser import send


def _message(monkeypatch: pytest.MonkeyPatch, message: str, cell: str | None = None) -> None:
    """Pretend that the kernel handles a message: of a cell, or of a widget."""
    parent = {"header": {"msg_id": message}, "metadata": {} if cell is None else {"cellId": cell}}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: parent))
    monkeypatch.setattr("epochscope.runs.notebook.ipython_shell", lambda: shell)
    monkeypatch.setattr("epochscope.widget.display.after_each_cell", lambda _: lambda: None)


def test_each_move_of_a_slider_and_the_cell_run_again_pause_the_earlier_scope(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ipywidgets.interact calls the function in a message of the slider, which names no cell: ipywidgets#2645."""
    scopes: list[EpochScope] = []
    out, other = ipywidgets.Output(), ipywidgets.Output()

    def make(message: str, output: ipywidgets.Output, cell: str | None = None) -> None:
        _message(monkeypatch, message, cell)
        output.msg_id = message
        scopes.append(EpochScope("ab", epochs=100_000))
        scopes[-1].play(speed=1.0)
        output.msg_id = ""

    async def move() -> list[list[str]]:
        make("run", out, "cell")
        make("button", other)
        seen = []
        for message in ("1", "2", "3"):
            make(message, out)
            seen.append([scope.status for scope in scopes])
        make("run again", ipywidgets.Output(), "cell")
        seen.append([scope.status for scope in scopes])
        for scope in scopes:
            scope.close()
        return seen

    on, off = "training", "idle"  # paused before its first epoch
    assert asyncio.run(move()) == [
        [off, on, on],
        [off, on, off, on],
        [off, on, off, off, on],
        [off, on, off, off, off, on],
    ]


def test_the_end_of_cells_keeps_nothing_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    events = SimpleNamespace(register=lambda _, call: calls.append(call), unregister=lambda _, call: calls.remove(call))
    monkeypatch.setattr("epochscope.runs.notebook.ipython_shell", lambda: SimpleNamespace(events=events))

    class Shown:
        count = 0

        def ended(self) -> None:
            Shown.count += 1

    shown = Shown()
    after_each_cell(shown.ended)
    calls[0](None)
    del shown
    calls[0](None)
    assert (Shown.count, calls) == (1, [])


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a scope that no page shows count as unseen almost at once."""
    monkeypatch.setattr(unseen, "DELAY_S", 0.01)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` is true."""
    async with asyncio.timeout(20) if sys.version_info >= (3, 11) else nullcontext():
        while not condition():
            gc.collect()
            await asyncio.sleep(0.02)


def test_a_scope_that_its_cell_has_replaced_is_let_go(monkeypatch: pytest.MonkeyPatch, soon: None) -> None:
    """ipython#6636, ipywidgets#136, holoviews#1821: each run of a cell kept its widgets, recording and trainer."""

    async def run_again() -> None:
        replaced: list[weakref.ref[EpochScope]] = []
        before = len(widgets())
        scope = None
        for run in range(5):
            _message(monkeypatch, f"run {run}", "cell")
            scope = EpochScope("hihello")
            scope.train(40)
            replaced.append(weakref.ref(scope))
        one = len(EpochScope("hihello", lang="en")._widgets._widgets)
        last = replaced.pop()
        await until(lambda: not any(ref() for ref in replaced))
        await until(lambda: len(widgets()) <= before + 2 * one)
        assert scope is not None
        assert last() is scope
        assert scope.comm is not None

    asyncio.run(run_again())


def test_a_replaced_scope_that_is_kept_can_be_shown_and_trained_again(
    monkeypatch: pytest.MonkeyPatch, soon: None
) -> None:
    async def run_again() -> None:
        _message(monkeypatch, "1", "cell")
        kept = EpochScope("hihello")
        history = kept.train(20)
        _message(monkeypatch, "2", "cell")
        other = EpochScope("hihello")
        await until(lambda: kept.comm is None)
        assert (kept.history, kept.status) == (history, "paused")
        assert kept.to_html() is not None
        assert kept.train(5) is history
        kept._display._cell_ended()  # of a later cell
        assert kept.comm is None
        bundle, _ = kept._repr_mimebundle_()
        shown = bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
        assert shown in widgets()
        assert kept.player.model_id in widgets()
        assert kept.player.status["head"] == 24
        kept.close()
        other.close()
        assert kept.comm is None

    asyncio.run(run_again())


def widgets() -> Mapping[str, ipywidgets.Widget]:
    """Return the open widgets by model."""
    return ipywidgets.widgets.widget._instances


@pytest.mark.parametrize("awaited", [False, True])
def test_a_run_whose_last_page_has_removed_it_pauses_unless_its_end_is_awaited(awaited: bool, soon: None) -> None:
    """ipywidgets#2645: five trainings ran for one that was shown."""

    async def work() -> None:
        scope = EpochScope("hihello", epochs=100_000)
        scope.play(speed=None)
        ending = asyncio.ensure_future(scope.finished()) if awaited else None
        send(scope.player, kind="ack", view="a", revision=0, epochs=0, hidden=False, missed=False, status_seq=0)
        send(scope.player, kind="closed", view="b")  # not known
        head = scope.head
        await until(lambda: scope.head > head)
        assert scope.status == "training"
        send(scope.player, kind="closed", view="a")
        if ending is None:
            await until(lambda: scope.status == "paused")
        else:
            await asyncio.sleep(0.1)
            head = scope.head
            await until(lambda: scope.head > head)
            scope.pause()
            await ending
        scope.close()

    asyncio.run(work())
