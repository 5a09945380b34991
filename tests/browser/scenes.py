"""The runs that pictures and checks of the look show: recorded once and kept, as every machine rounds in its own way.

`python -m tests.browser.scenes` records them anew, and every picture after that: see `make pictures`.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from epochscope.history import History
from epochscope.recording.references import references
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
    """What is trained, for how many epochs, and with which options of `Trainer`."""

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
    """The file of a run."""
    return FOLDER / f"{name}.npz"


@contextmanager
def serve_scenes(folder: Path) -> Iterator[str]:
    """Serve the built demo page with every run beside it from `folder`; the address of the page."""
    build(folder)
    for name in RUNS:
        history = History.load(kept(name))
        (folder / name).write_bytes(pack_recording(history, revision=1, references=references(history)))
    with served(folder) as address:
        yield address


def main() -> None:
    """Record every run."""
    from epochscope.training.trainer import Trainer  # here alone: whoever only looks needs no torch

    for name, run in RUNS.items():
        Trainer(run.text, **run.options).train(run.epochs).save(kept(name))


if __name__ == "__main__":
    main()
