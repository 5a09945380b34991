"""A scope that another one replaces does not train on unseen."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import ipywidgets
import pytest

from epochscope import EpochScope
from epochscope.runs.notebook import after_each_cell


def _message(monkeypatch: pytest.MonkeyPatch, message: str, cell: str | None = None) -> None:
    """Pretend that the kernel handles a message: of a cell, or of a widget."""
    parent = {"header": {"msg_id": message}, "metadata": {} if cell is None else {"cellId": cell}}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: parent))
    monkeypatch.setattr("epochscope.runs.notebook._shell", lambda: shell)
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
    monkeypatch.setattr("epochscope.runs.notebook._shell", lambda: SimpleNamespace(events=events))

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
