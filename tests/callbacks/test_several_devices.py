"""A training in several processes is recorded by the one of rank 0 alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from epochscope import History
from epochscope.callbacks.lightning import MonitorCallback
from tests.callbacks.modules import TEXT, TOKENS, TinyModule, loader, trainer


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")  # libraries warn in spawned processes and about sampling
def test_two_processes_write_one_recording(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    watch = MonitorCallback(TEXT, alphabet=TOKENS, every=2, path=path)
    trainer(watch, max_steps=5, devices=2, strategy="ddp_spawn").fit(TinyModule(), loader())
    history = History.load(path)
    assert history.places.tolist() == [0, 2, 4]
    assert list(history.scalars) == ["train_loss"]
    with pytest.raises(RuntimeError, match="in the process of rank 0"):
        _ = watch.monitor  # it was in another process
