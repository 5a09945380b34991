"""An error that ends a user's loop in a notebook, which the loop itself does not receive.

The errors are like those of finetuner#271 and metal#80.
"""

from __future__ import annotations

import ast
from pathlib import Path

from nbformat import v4

from tests.notebooks.executed import execute, printed, widgets

SETUP = """
import asyncio, threading
import torch
import epochscope

torch.set_num_threads(1)
made = {}

def new(name):
    made[name] = epochscope.monitor("hihello", check_loss=False)
    return made[name]

def log(monitor):
    monitor.log(loss=1.0, logits=torch.zeros(6, 5))

def train(monitor, ends):
    for epoch in monitor.epochs(9):
        log(monitor)
        if epoch == 4:
            if ends == "error":
                raise RuntimeError("no memory")
            if ends == "interrupt":
                raise KeyboardInterrupt
            if ends == "break": break
            if ends == "return":
                return
            if ends == "in with":
                with torch.no_grad():
                    try:
                        raise RuntimeError("no memory")
                    finally:
                        log
            if ends == "raised again":
                try:
                    raise RuntimeError("no memory")
                except RuntimeError:
                    raise
            if ends == "with alone":
                with torch.no_grad():
                    raise RuntimeError("no memory")

def caught(monitor):
    try:
        for epoch in monitor.epochs(9):
            log(monitor)
            if epoch == 4:
                raise RuntimeError("no memory")
    except RuntimeError:
        pass
    1 / 0

async def atrain(monitor, ends):
    async for epoch in monitor.epochs(9):
        log(monitor)
        if epoch == 4:
            if ends == "error":
                raise RuntimeError("no memory")
            break

def through(epochs):
    yield from epochs
"""
LOOP = "for epoch in {}.epochs(9):\n    log({})\n    if epoch == 4:\n        {}\n"


def loop(end: str, name: str) -> str:
    return f"m = new({name!r})\n" + LOOP.format("m", "m", end)


FAILED = "RuntimeError: no memory"
ENDED = None
#: The code of cells, with NAME for the case's name, and the message that the page then shows.
CASES = {
    "error in the cell": ([loop("raise RuntimeError('no memory')", "NAME")], FAILED),
    "error in a function": (["train(new('NAME'), 'error')"], FAILED),
    "error in with and try": (["train(new('NAME'), 'in with')"], FAILED),
    "error that is raised again": (["train(new('NAME'), 'raised again')"], FAILED),
    "error in with": (["train(new('NAME'), 'with alone')"], FAILED),
    "an error that is caught, then another one": (["caught(new('NAME'))"], ENDED),
    "error within a generator like tqdm": (
        ["m = new('NAME')\nfor e in through(m.epochs(9)):\n    log(m)\n    if e == 4: raise RuntimeError('no memory')"],
        FAILED,
    ),
    "error in an async loop": (
        ["m = new('NAME')\nasync " + LOOP.format("m", "m", "raise RuntimeError('no memory')")],
        FAILED,
    ),
    "error in an async function": (["await atrain(new('NAME'), 'error')"], FAILED),
    "error in a task that is awaited": (
        ["task = asyncio.create_task(atrain(new('NAME'), 'error'))\nawait task"],
        FAILED,
    ),
    "error in a task": (
        ["task = asyncio.create_task(atrain(new('NAME'), 'error'))", "await asyncio.wait([task])"],
        ENDED,
    ),
    "break in a task, then an error": (
        ["task = asyncio.create_task(atrain(new('NAME'), 'break'))", "await task\nraise RuntimeError('later')"],
        ENDED,
    ),
    "break": ([loop("break", "NAME")], ENDED),
    "break, then an error": ([loop("break", "NAME") + "raise RuntimeError('later')"], ENDED),
    "break in a function, then an error": (["train(new('NAME'), 'break')\n1 / 0"], ENDED),
    "return, then an error": (["train(new('NAME'), 'return').foo"], ENDED),
    "an error that is caught": (["try:\n    train(new('NAME'), 'error')\nexcept RuntimeError:\n    pass"], ENDED),
    "an interrupt": (["train(new('NAME'), 'interrupt')"], ENDED),
    "error in a thread": (
        ["t = threading.Thread(target=train, args=(new('NAME'), 'break'))\nt.start()\nt.join()\nraise KeyError"],
        ENDED,
    ),
    "a second loop": (
        ["m = new('NAME')\ntry:\n    train(m, 'error')\nexcept RuntimeError as e:\n    train(m, 'break')\n    raise"],
        ENDED,
    ),
}


def test_the_error_that_ended_a_loop_is_known_after_its_cell(tmp_path: Path) -> None:
    cells = [v4.new_code_cell(SETUP)]
    for name, (codes, _) in CASES.items():
        cells += [v4.new_code_cell(code.replace("NAME", name)) for code in codes]
    cells += [
        v4.new_code_cell("print({n: m.scope.player.status['message'] for n, m in made.items()})", id="messages"),
        v4.new_code_cell("print({n: m.scope.status for n, m in made.items()})", id="states"),
        v4.new_code_cell("print({n: repr(m.scope.error) for n, m in made.items()})", id="errors"),
    ]
    notebook = execute(v4.new_notebook(cells=cells), tmp_path)
    messages, states, errors = (ast.literal_eval(printed(notebook, i)) for i in ("messages", "states", "errors"))
    assert messages == {name: message for name, (_, message) in CASES.items()}
    assert states == {name: "failed" if message else "finished" for name, (_, message) in CASES.items()}
    assert errors["error in the cell"] == "RuntimeError('no memory')"
    saved = [w["state"]["status"] for w in widgets(notebook).values() if "status" in w["state"]]
    assert sum(status.get("message") == FAILED for status in saved) == sum(m == FAILED for _, m in CASES.values())
