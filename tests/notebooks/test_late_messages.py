"""An executed notebook contains the whole run, whichever cells start it, wait for it and end while it trains.

nbclient drops messages of cells that have ended (nbconvert#751, jupyter-cache#31, papermill#400, ipywidgets#2493,
ipywidgets#4001), and every message that is sent between two cells.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.preprocessors import ExecutePreprocessor

from tests.notebooks.executed import ONE_THREAD, Saved, execute, outputs, recordings, widgets

EPOCHS = 60
SCOPE = f"""
import asyncio, threading, time
from epochscope import EpochScope
scope = EpochScope("hihello", epochs={EPOCHS})
scope
"""
LOOP = f"""
import asyncio, threading, time
import torch
import epochscope
alphabet = list("ehilo")
indices = [alphabet.index(token) for token in "hihello"]
x, y = torch.eye(5)[indices[:-1]][None], torch.tensor([indices[1:]])
net = torch.nn.RNN(5, 5, batch_first=True)
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
monitor = epochscope.monitor(x, y, alphabet=alphabet)

def train():
    optimizer.zero_grad()
    logits, _ = net(x)
    loss = torch.nn.functional.cross_entropy(logits[0], y[0])
    loss.backward()
    optimizer.step()
    monitor.log(loss=loss, logits=logits)

async def work():
    async for epoch in monitor.epochs({EPOCHS}):
        train()
        await asyncio.sleep(0.002)

def work_in_a_thread():
    for epoch in monitor.epochs({EPOCHS}):
        train()

monitor
"""
FINISH = "await scope.finished()"
BLOCK = "time.sleep(1)"
ARRANGEMENTS = {
    "play and finished in one cell": [SCOPE, f"scope.play(speed=None)\n{FINISH}"],
    "finished in the next cell": [SCOPE, "scope.play(speed=None)", FINISH],
    "play before the scope is displayed": [f"{SCOPE}\nscope.play(speed=200)", "scope", FINISH],
    "the run ends between two cells": [SCOPE, "scope.play(speed=200)", BLOCK, FINISH],
    "an async for loop in a task": [LOOP, "task = asyncio.create_task(work())", "await task"],
    "a for loop in a thread": [
        LOOP,
        "thread = threading.Thread(target=work_in_a_thread)\nthread.start()",
        "while thread.is_alive():\n    time.sleep(0.02)",
    ],
    "a thread that nobody waits for": [
        LOOP,
        "threading.Thread(target=work_in_a_thread).start()",
        f"while len(monitor.history) < {EPOCHS}:\n    await asyncio.sleep(0.02)",
        "pass",
    ],
    "logged without a loop": [LOOP, f"for _ in range({EPOCHS}):\n    train()", "pass"],
}


def notebook_of(cells: list[str]) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def failures(notebook: nbformat.NotebookNode) -> list[str]:
    return [output.evalue for output in outputs(notebook) if output.output_type == "error"]


def curves(notebook: nbformat.NotebookNode) -> list[int]:
    """The numbers of points of all curves in the chart."""
    found = []
    for model in widgets(notebook).values():
        if model["model_name"] == "LinesModel":
            shape: Any = (model["state"]["y"] or {}).get("shape", [0])
            found.append(shape[-1])
    return found


@pytest.mark.parametrize("cells", ARRANGEMENTS.values(), ids=ARRANGEMENTS)
def test_the_executed_notebook_contains_all_epochs(cells: list[str], tmp_path: Path) -> None:
    notebook = execute(notebook_of(cells), tmp_path)
    assert failures(notebook) == []
    (recording,) = recordings(notebook)
    assert recording.header["epochs"] == EPOCHS
    assert EPOCHS in curves(notebook)
    (player,) = (model["state"] for model in widgets(notebook).values() if "recording" in str(model.get("buffers")))
    assert player["status"]["state"] in ("finished", "idle")


def test_nbconvert_executes_play_in_one_cell_and_finished_in_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    notebook = notebook_of([SCOPE, "scope.play(speed=None)", "x = 1", FINISH])
    ExecutePreprocessor(timeout=300, kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    saved: list[Saved] = recordings(notebook)
    assert [recording.header["epochs"] for recording in saved] == [EPOCHS]
