"""Execute a notebook in a kernel and read the recordings from the saved result."""

from __future__ import annotations

import base64
import json
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbclient import NotebookClient

#: More threads make networks this small slower, and much slower on a busy machine.
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run all cells in a new kernel with `folder` as its working directory, also after a cell that fails."""
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=300, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    return client.execute(env=os.environ | ONE_THREAD)


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return the outputs of all code cells."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def printed(notebook: nbformat.NotebookNode, cell_id: str) -> str:
    """Return what the cell with this id printed."""
    (cell,) = (cell for cell in notebook.cells if cell.id == cell_id)
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


@dataclass(frozen=True)
class Saved:
    """A recording in a saved notebook, read independently of the code that wrote it."""

    header: dict[str, Any]
    losses: np.ndarray  # (E,) nats per token
    lrs: np.ndarray  # (E,)
    targets: np.ndarray  # (P,) indices
    predictions: np.ndarray  # (E, P) indices

    def text(self, epoch: int) -> str:
        """Return the predictions of an epoch as text."""
        return self.header["separator"].join(self.header["alphabet"][i] for i in self.predictions[epoch])


def read(data: bytes) -> Saved:
    """Decode a recording; those of a sweep are deflated."""
    data = data if data.startswith(b"EPSC") else zlib.decompress(data)
    magic, version, _, length, _ = struct.unpack_from("<4sHHII", data)
    assert (magic, version) == (b"EPSC", 1)
    header = json.loads(data[16 : 16 + length])
    e, p, k = header["epochs"], header["positions"], header["topk"]
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
    """Return the saved widget models by model id."""
    return notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})


def recordings(notebook: nbformat.NotebookNode) -> list[Saved]:
    """Return the recordings of all players in the notebook, in the order of their creation, run by run."""
    return [
        read(base64.b64decode(buffer["data"]))
        for model in widgets(notebook).values()
        for buffer in model.get("buffers", [])
        if buffer["path"][0] in ("recording", "recordings")
    ]
