"""The committed recordings that pictures and accessibility tests show.

They are committed because floating-point results differ between machines. `python -m tests.browser.scenes` records them
again; all pictures must be redrawn after that (`make pictures`).
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from epochscope.history import History
from epochscope.widget.wire import pack_recording
from tests.browser.views.demo import build, served

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[1] / "fixtures"
ALICE = (
    "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: once "
    "or twice she had peeped into the book her sister was reading, but it had no pictures or conver"
)
WITH_READOUT: dict[str, Any] = {"hidden_size": 64, "readout": True, "lr": 0.02}


class Run(NamedTuple):
    """A text, the number of epochs, and options of `Trainer`."""

    text: str
    epochs: int
    options: dict[str, Any]


RUNS = {
    "classic": Run(" I think therefore I am.", 300, {"seed": 9}),
    "hangul": Run("나는 생각한다, 고로 존재한다.", 300, {"seed": 1}),
    "200": Run(ALICE[:201], 120, WITH_READOUT),
    "2000": Run(((ALICE + "sations in it. ") * 10)[:2001], 40, WITH_READOUT),
}


def kept(name: str) -> Path:
    """Return the file of a recording."""
    return FOLDER / f"{name}.npz"


def replay(name: str) -> str:
    """Return the code of a cell that displays a recording in English."""
    return f"from epochscope import EpochScope\nscope = EpochScope.load({str(kept(name))!r}, lang='en')\nscope"


@contextmanager
def serve_scenes(folder: Path) -> Iterator[str]:
    """Build the demo page in `folder`, serve it with all recordings, and yield its address."""
    build(folder)
    for name in RUNS:
        history = History.load(kept(name))
        (folder / name).write_bytes(pack_recording(history, revision=1, references=history.references))
    with served(folder) as address:
        yield address


def main() -> None:
    """Record all runs."""
    from epochscope.training.trainer import Trainer  # here, so that the tests need not import torch

    for name, run in RUNS.items():
        Trainer(run.text, **run.options).train(run.epochs).save(kept(name))


if __name__ == "__main__":
    main()
