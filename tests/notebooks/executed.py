"""An example run from end to end in a kernel, and what the saved notebook then holds."""

from __future__ import annotations

import base64
import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbclient import NotebookClient

#: Nets this small are slower on two threads, and far slower where the machine is shared.
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run all cells in a kernel of their own that works in `folder`; a cell that fails does not end the run."""
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=300, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    return client.execute(env=os.environ | ONE_THREAD)


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def printed(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """What the cell of that id printed."""
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


@dataclass(frozen=True)
class Saved:
    """A recording as the saved notebook holds it; read by its layout, not with the code that wrote it."""

    header: dict[str, Any]
    losses: np.ndarray  # (E,) nats per token
    lrs: np.ndarray  # (E,)
    targets: np.ndarray  # (P,) indices
    said: np.ndarray  # (E, P) indices

    def text(self, epoch: int) -> str:
        return ("" if self.header["joined"] else " ").join(self.header["alphabet"][i] for i in self.said[epoch])


def read(data: bytes) -> Saved:
    magic, version, _, length, _ = struct.unpack_from("<4sHHII", data)
    assert (magic, version) == (b"EPSC", 1)
    header = json.loads(data[16 : 16 + length])
    e, p, k = header["epochs"], header["positions"], header["top"]
    assert len(header["alphabet"]) <= 256
    at = 16 + length

    def column(kind: str, count: int) -> np.ndarray:
        nonlocal at
        values = np.frombuffer(data, kind, count, at)
        at += values.nbytes
        return values

    _inputs, targets = column("<u4", p), column("<u4", p)
    losses, lrs = column("<f8", e), column("<f8", e)
    _position_losses = column("<u2", e * p)
    top = column("u1", e * p * k).reshape(e, p, k)
    return Saved(header, losses, lrs, targets, top[:, :, 0])


def widgets(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Model id to saved model."""
    return notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})


def recordings(notebook: nbformat.NotebookNode) -> list[Saved]:
    """What the players of the notebook hold, in the order in which they were made."""
    return [
        read(base64.b64decode(buffer["data"]))
        for model in widgets(notebook).values()
        for buffer in model.get("buffers", [])
        if buffer["path"] == ["recording"]
    ]
