"""Which weights files and exported pages carry."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from epochscope import EpochScope, History, Trainer
from epochscope.recording.packed_weights import unpack_weights
from epochscope.recording.weights import Weights
from epochscope.training import training_weights
from epochscope.widget import exported_weights

from .test_html import Parsed

TEXT = "hihello"


@pytest.fixture
def scope() -> Iterator[EpochScope]:
    """Return a scope after 40 epochs."""
    made = EpochScope(TEXT, epochs=40)
    made.train()
    yield made
    made.close()


def saved(scope: EpochScope, path: Path, weights: Any) -> tuple[int, ...]:
    """Return the epochs whose weights a file carries."""
    scope.save(path / "run.npz", weights=weights)
    loaded = History.load(path / "run.npz").weights
    return () if loaded is None else loaded.epochs


def carried(scope: EpochScope, **options: Any) -> Weights | None:
    """Return the weights that an exported page carries."""
    page = Parsed(scope.to_html(chart=False, **options) or "")
    found = [text for attributes, text in page.all("script") if attributes.get("id") == "epochscope-weights"]
    return unpack_weights(b64decode(found[0]), 2**24) if found else None


def flat(trainer: Trainer) -> np.ndarray:
    """Return the weights of the current network."""
    return np.concatenate([parameter.detach().numpy().ravel() for parameter in trainer.model.parameters()])


@pytest.mark.parametrize(
    ("weights", "epochs"),
    [("all", tuple(range(40))), ("auto", tuple(range(40))), (3, (0, 20, 39)), (1, (39,)), (0, ()), (99, range(40))],
)
def test_files_and_pages_carry_the_chosen_epochs(
    scope: EpochScope, tmp_path: Path, weights: Any, epochs: tuple[int, ...]
) -> None:
    assert saved(scope, tmp_path, weights) == tuple(epochs)
    page = carried(scope, weights=weights)
    assert (() if page is None else page.epochs) == tuple(epochs)


def test_the_exported_weights_are_those_that_made_each_epoch() -> None:
    scope, expected = EpochScope(TEXT, seed=3), []
    for _ in range(36):
        expected.append(flat(scope.trainer))
        scope.step()
    found = carried(scope)
    assert found is not None
    assert [found.at(epoch).tolist() for epoch in range(36)] == [each.tolist() for each in expected]


def test_an_export_changes_neither_the_training_nor_the_recording(scope: EpochScope) -> None:
    other = Trainer(TEXT)
    other.train(40)
    carried(scope, weights="all")
    assert scope.history.weights is None
    assert scope.step().loss == other.step().loss
    assert flat(scope.trainer).tolist() == flat(other).tolist()


def test_without_a_choice_a_file_has_what_was_asked_for(scope: EpochScope, tmp_path: Path) -> None:
    assert saved(scope, tmp_path, None) == ()
    scope.trainer.weights.read(3, 5)
    assert saved(scope, tmp_path, None) == (3, 4, 5)
    assert carried(scope, weights=None) is None


def test_of_a_long_run_a_page_carries_the_snapshots_and_the_last_epoch(
    scope: EpochScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_weights, "FEW_UPDATES", 39)
    found = carried(scope)
    assert found is not None
    assert found.epochs == (0, 32, 39)


def test_of_a_large_network_a_page_carries_fewer_epochs(scope: EpochScope, monkeypatch: pytest.MonkeyPatch) -> None:
    size = scope.trainer.weights.bytes_per_epoch
    monkeypatch.setattr(exported_weights, "AUTO_BYTES", 2 * size)
    found = carried(scope)
    assert found is not None
    assert found.epochs == (0, 39)
    monkeypatch.setattr(exported_weights, "AUTO_BYTES", size - 1)
    assert carried(scope) is None


def test_more_than_a_reader_accepts_is_refused(scope: EpochScope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exported_weights, "MAX_BYTES", 1000)
    with pytest.raises(
        ValueError, match=r"weights='all': those of 40 epochs take [0-9,]+ bytes, more than 1,000; pass"
    ):
        scope.to_html(weights="all")


class Averaged(nn.Module):
    """A model without recurrent layers."""

    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(5, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(x)


def test_a_model_that_is_not_recognized_is_left_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    scope = EpochScope.from_trainer(Trainer(TEXT, model=Averaged(), lr=0.1))
    scope.step(3)
    for export in (scope.to_html, lambda **chosen: scope.save(tmp_path / "run.npz", **chosen)):
        with pytest.raises(ValueError, match="no recurrent layer of torch found in Averaged"):
            export(weights="all")
    assert not (tmp_path / "run.npz").exists()


@pytest.mark.parametrize("weights", ["some", -1, 1.5, True, [3]])
def test_other_choices_are_refused(scope: EpochScope, weights: Any) -> None:
    with pytest.raises(ValueError, match="weights="):
        scope.to_html(weights=weights)
    with pytest.raises(ValueError, match="weights="):
        scope.save("never.npz", weights=weights)


def test_a_replay_exports_what_its_file_has(scope: EpochScope, tmp_path: Path) -> None:
    scope.save(tmp_path / "run.npz", weights=5)
    replay = EpochScope.load(tmp_path / "run.npz")
    epochs = (0, 10, 20, 29, 39)
    for weights in ("all", "auto", 5, 40):
        found = carried(replay, weights=weights)
        assert found is not None
        assert found.epochs == epochs
    assert saved(replay, tmp_path, None) == epochs
    assert saved(replay, tmp_path, 2) == (0, 39)


def test_a_replay_without_weights_says_how_to_save_them(scope: EpochScope) -> None:
    replay = EpochScope.from_history(scope.history)
    assert carried(replay) is None
    with pytest.raises(ValueError, match=r'saved without weights: save it with scope.save\(path, weights="all"\)'):
        replay.to_html(weights="all")


def test_a_file_with_weights_is_shown_without_torch(scope: EpochScope, tmp_path: Path) -> None:
    scope.save(tmp_path / "run.npz", weights="all")
    program = f"""
import sys
sys.modules["torch"] = None
from epochscope import EpochScope
scope = EpochScope.load({str(tmp_path / "run.npz")!r})
print(len(scope.player.get_state("weights")["weights"]) > 1000)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_no_progress_bar_is_shown_for_a_short_export(scope: EpochScope, capfd: pytest.CaptureFixture[str]) -> None:
    scope.to_html(weights="all")
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_page_says_why_it_has_no_weights(tmp_path: Path) -> None:
    scope = EpochScope("hihello", model=nn.Sequential(nn.Linear(5, 9), nn.Linear(9, 5)))
    scope.train(2)
    (data,) = re.findall(r'id="epochscope-weights">([^<]*)<', str(scope.to_html(chart=False)))
    assert b"no recurrent layer of torch found" in b64decode(data)
    scope.save(tmp_path / "run.npz", weights="auto")
    assert History.load(tmp_path / "run.npz").weights is None
