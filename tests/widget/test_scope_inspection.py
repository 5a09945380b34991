"""A scope's `activations`, `free_run`, `cut_memory`, `transplant` and `gradient_reach`, with and without a trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochscope import EpochScope, Trainer

SENTENCE = " I think therefore I am."
EPOCHS = 60

CALLS: list[Callable[..., Any]] = [
    lambda inside, epoch: inside.activations(epoch).hidden.tolist(),
    lambda inside, epoch: inside.activations(epoch, layer=0).forget.tolist(),
    lambda inside, epoch: inside.free_run(epoch),
    lambda inside, epoch: inside.free_run(epoch, given=3, corrections={5: "k"}),
    lambda inside, epoch: inside.cut_memory(7, epoch=epoch),
    lambda inside, epoch: inside.cut_memory(7, epoch=epoch, what="c"),
    lambda inside, epoch: inside.transplant(4, to=10, epoch=epoch),
    lambda inside, epoch: inside.transplant(4, to=10, epoch=epoch, what="h"),
    lambda inside, epoch: inside.gradient_reach(epoch),
]


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(SENTENCE, seed=9)
    made.train(EPOCHS)
    return made


@pytest.fixture
def scope(trainer: Trainer) -> Iterator[EpochScope]:
    made = EpochScope.from_trainer(trainer)
    yield made
    made.close()


@pytest.fixture
def replay(scope: EpochScope, tmp_path: Path) -> Iterator[EpochScope]:
    """Return a scope of a recording that has the weights of every tenth epoch, and of the last one."""
    path = tmp_path / "run.npz"
    scope.save(path, weights=7)
    made = EpochScope.load(path)
    yield made
    made.close()


def same(one: Any, other: Any) -> bool:
    return one == other if isinstance(one, str) else np.allclose(one, other, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("call", CALLS)
def test_a_scope_says_what_its_trainer_says(call: Callable[..., Any], scope: EpochScope, trainer: Trainer) -> None:
    assert same(call(scope, 20), call(trainer, 20))
    assert same(call(scope, -1), call(trainer, EPOCHS - 1))
    assert not same(call(scope, 20), call(scope, 2))


@pytest.mark.parametrize("call", CALLS)
def test_the_default_is_the_epoch_that_is_shown(call: Callable[..., Any], scope: EpochScope) -> None:
    scope.seek(2)
    assert same(call(scope, None), call(scope, 2))
    scope.seek(-1)
    assert same(call(scope, None), call(scope, EPOCHS - 1))


@pytest.mark.parametrize("call", CALLS)
def test_a_recording_with_weights_says_the_same(call: Callable[..., Any], replay: EpochScope, trainer: Trainer) -> None:
    assert same(call(replay, None), call(trainer, EPOCHS - 1))
    assert same(call(replay, 20), call(trainer, 20))


@pytest.mark.parametrize("call", CALLS)
def test_without_the_weights_of_an_epoch_the_nearest_one_is_named(
    call: Callable[..., Any], replay: EpochScope, scope: EpochScope
) -> None:
    with pytest.raises(ValueError, match=r"epoch 22: .*the nearest epoch with weights is 20"):
        call(replay, 22)
    with pytest.raises(ValueError, match="epoch 59: this recording has no weights"):
        call(EpochScope.from_history(scope.history), None)


@pytest.mark.parametrize("epoch", [EPOCHS, -EPOCHS - 1, 1.5, "3"])
@pytest.mark.parametrize("call", CALLS)
def test_an_epoch_that_is_not_recorded_is_refused(
    call: Callable[..., Any], epoch: Any, scope: EpochScope, replay: EpochScope
) -> None:
    for each in (scope, replay):
        with pytest.raises(ValueError, match=f"epoch={epoch!r}: must be an integer from -60 to 59"):
            call(each, epoch)


def test_before_the_first_epoch_nothing_is_known() -> None:
    for scope in (EpochScope(SENTENCE), EpochScope.from_history(Trainer(SENTENCE).history)):
        with pytest.raises(ValueError, match="no epoch is recorded yet"):
            scope.free_run()
        scope.close()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda scope: scope.free_run(given=0), "given=0"),
        (lambda scope: scope.free_run(corrections={3: "Z"}), "must be a token of the alphabet"),
        (lambda scope: scope.cut_memory(23), "after=23"),
        (lambda scope: scope.transplant(-1, 3), "source=-1"),
        (lambda scope: scope.transplant(1, 23), "to=23"),
        (lambda scope: scope.transplant(1, 3, what="x"), "what='x'"),
        (lambda scope: scope.activations(layer=1), "layer=1"),
    ],
)
def test_impossible_arguments_are_refused_alike(
    call: Callable[[EpochScope], Any], reason: str, scope: EpochScope, replay: EpochScope
) -> None:
    for each in (scope, replay):
        with pytest.raises(ValueError, match=reason):
            call(each)
