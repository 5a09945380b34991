"""Several runs are trained by turns, each as it would be alone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from epochscope.runs.commands import Branch, Pause, Play, Reset, Rewind, SetSpeed, Step, Until
from epochscope.runs.lockstep import Lockstep
from epochscope.runs.replay_run import ReplayRun
from epochscope.runs.training_run import TrainingRun
from epochscope.training.errors import TrainingDiverged
from epochscope.training.trainer import Trainer
from tests.runs.test_training_run import run_in_loop
from tests.thoroughness import count

TEXT = "hihello"
CELLS = ("rnn", "lstm", "gru")
EXAMPLES = count(40, 200)
COMMANDS = 50
"""Of each example: 10,000 in all in the thorough run."""


def make_runs(epochs: int = 20, **options: Any) -> list[TrainingRun]:
    return [TrainingRun(Trainer(TEXT, cell=cell, **options), epochs=epochs) for cell in CELLS]


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop run until a condition holds."""
    while not condition():  # noqa: ASYNC110 - training has no event for this
        await asyncio.sleep(0)


def counts(lockstep: Lockstep) -> list[int]:
    return [len(run.history) for run in lockstep.runs]


class Broken(nn.Module):
    """A network that raises an error at a given forward pass."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.cell = nn.LSTM(5, 5, batch_first=True)
        self.passes, self.at = 0, at

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.passes += 1
            if self.passes >= self.at:
                raise ZeroDivisionError("broken on purpose")
        return self.cell(x)[0]


def test_each_run_equals_itself_alone_bit_for_bit() -> None:
    runs = make_runs()
    runs.append(TrainingRun(Trainer(TEXT, model=DropoutNet(), inputs="one-hot", seed=3), epochs=20))
    Lockstep(runs).train()
    alone = [Trainer(TEXT, cell=cell).train(20) for cell in CELLS]
    alone.append(Trainer(TEXT, model=DropoutNet(), seed=3).train(20))
    for run, history in zip(runs, alone, strict=True):
        assert run.history == history


class DropoutNet(nn.Module):
    """A network that draws random numbers in every forward pass."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.cell, self.drop = nn.GRU(5, 5, batch_first=True), nn.Dropout(0.3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.drop(self.cell(x)[0])


ONE = (None, 0, 1, 2)


def command(kind: str, number: int, run: int | None) -> tuple[Any, int | None]:
    """Return a command of a browser and its run."""
    made = {
        "play": Play(speed=None if number % 2 else 40.0),
        "until": Play(speed=None, until=Until(epochs=number + 1)),
        "pause": Pause(),
        "step": Step(n=number % 3 + 1),
        "speed": SetSpeed(speed=float(number + 1)),
        "reset": Reset(),
        "rewind": Rewind(epoch=number),
        "branch": Branch(epoch=number, lr=None),
    }[kind]
    return made, run if kind in ("reset", "rewind", "branch") else None


orders = st.lists(
    st.tuples(
        st.sampled_from(["play", "play", "until", "pause", "step", "speed", "reset", "rewind", "branch"]),
        st.integers(0, 25),
        st.sampled_from(ONE),
        st.integers(0, 4),
    ),
    min_size=COMMANDS,
    max_size=COMMANDS,
)


@pytest.fixture(scope="module")
def alone() -> list[np.ndarray]:
    """The losses of each run alone."""
    return [Trainer(TEXT, cell=cell).train(150).losses for cell in CELLS]


@settings(max_examples=EXAMPLES, deadline=None)
@given(orders)
def test_random_commands_keep_the_heads_within_one_epoch(alone: list[np.ndarray], given_orders: list[Any]) -> None:
    """A run that was changed alone lags behind; then none goes on before it has caught up."""

    async def work() -> None:
        lockstep = Lockstep(make_runs(epochs=10))
        for kind, number, run, turns in given_orders:
            if max(counts(lockstep)) > 100:
                lockstep.reset()
            before, revisions = counts(lockstep), [each.revision for each in lockstep.runs]
            order, of = command(kind, number, run)
            lockstep.post(order, of)
            for _ in range(turns + 1):
                await asyncio.sleep(0)
                now = counts(lockstep)
                was_cut = revisions != [
                    each.revision for each in lockstep.runs
                ]  # perhaps after a slice of the same turn
                assert was_cut or max(now) <= max(max(before), min(now) + 1), (order, of, before, now)
                before, revisions = now, [each.revision for each in lockstep.runs]
        lockstep.close()
        for run_, losses in zip(lockstep.runs, alone, strict=True):
            own = run_.history.losses
            np.testing.assert_array_equal(own, losses[: len(own)])

    run_in_loop(work)


def test_a_run_that_was_rewound_catches_up_before_the_others_go_on() -> None:
    async def work() -> None:
        lockstep = Lockstep(make_runs())
        lockstep.train(12)
        lockstep.runs[1].rewind(4)
        assert lockstep.front == 3
        lockstep.play(None)
        while counts(lockstep)[1] < 12:
            assert [counts(lockstep)[i] for i in (0, 2)] == [12, 12]
            await asyncio.sleep(0)
        await until(lambda: not lockstep.training)
        assert counts(lockstep) == [20, 20, 20]
        lockstep.close()

    run_in_loop(work)


def test_pause_stops_all() -> None:
    async def work() -> None:
        lockstep = Lockstep(make_runs(epochs=10_000))
        lockstep.play(None)
        await until(lambda: min(counts(lockstep)) >= 5)
        lockstep.pause()
        before = counts(lockstep)
        for _ in range(20):
            await asyncio.sleep(0)
        assert counts(lockstep) == before
        assert {run.status().state for run in lockstep.runs} == {"paused"}
        lockstep.close()

    run_in_loop(work)


def test_a_run_that_fails_leaves_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        broken = TrainingRun(Trainer(TEXT, model=Broken(at=9)), epochs=20)
        lockstep = Lockstep([*make_runs(), broken])
        lockstep.play(None)
        await until(lambda: not lockstep.training)
        assert counts(lockstep)[:3] == [20, 20, 20]
        assert counts(lockstep)[3] < 9
        assert lockstep.runs[3].status().state == "failed"
        assert isinstance(lockstep.runs[3].error, ZeroDivisionError)
        assert lockstep.front == 19
        with pytest.raises(ZeroDivisionError):
            await lockstep.finished()
        await asyncio.sleep(0)
        lockstep.close()

    run_in_loop(work)
    assert "broken on purpose" in capsys.readouterr().err


def test_a_run_that_diverges_leaves_the_others() -> None:
    runs = [TrainingRun(Trainer(TEXT, lr=lr, readout=True, optimizer="sgd"), epochs=20) for lr in (0.1, 1e38)]
    lockstep = Lockstep(runs)
    lockstep.train()
    assert counts(lockstep)[0] == 20
    assert counts(lockstep)[1] < 20
    assert runs[1].status().reason == "diverged"
    lockstep.train(5)
    assert counts(lockstep)[0] == 25


def test_if_all_have_diverged_training_says_what_to_do() -> None:
    runs = [TrainingRun(Trainer(TEXT, lr=1e38, readout=True, optimizer="sgd", seed=seed), epochs=9) for seed in (0, 1)]
    lockstep = Lockstep(runs)
    lockstep.train()
    with pytest.raises(TrainingDiverged, match="rewind"):
        lockstep.train()


def test_all_stop_at_the_epoch_at_which_one_meets_the_condition() -> None:
    async def work() -> None:
        lockstep = Lockstep(make_runs(epochs=200))
        lockstep.play(None, Until(loss=1.2))
        await until(lambda: not lockstep.training)
        losses = [run.history.losses for run in lockstep.runs]
        assert len({len(each) for each in losses}) == 1
        assert min(each[-1] for each in losses) < 1.2
        assert all((each[:-1] >= 1.2).all() for each in losses)
        lockstep.close()

    run_in_loop(work)


def test_a_recording_stays_as_it_is_while_others_train() -> None:
    recorded = Trainer(TEXT).train(7)
    lockstep = Lockstep([ReplayRun(recorded), *make_runs()])
    lockstep.step(3)
    assert counts(lockstep) == [7, 3, 3, 3]
    assert lockstep.front == 2


def test_recordings_alone_cannot_train() -> None:
    lockstep = Lockstep([ReplayRun(Trainer(TEXT).train(n)) for n in (3, 5)])
    assert lockstep.front == 4
    with pytest.raises(RuntimeError, match="compare"):
        lockstep.train()


def test_the_newest_comparison_trains_a_run_that_belongs_to_two() -> None:
    async def work() -> None:
        runs = make_runs(epochs=30)
        first, second = Lockstep(runs[:2]), Lockstep(runs[1:])
        second.play(None)
        await until(lambda: not second.training)
        assert [len(run.history) for run in runs] == [0, 30, 30]
        first.play(None)
        await until(lambda: not first.training)
        assert [len(run.history) for run in runs] == [30, 30, 30]
        first.close()
        second.close()

    run_in_loop(work)


def test_closing_leaves_the_runs_usable() -> None:
    runs = make_runs()
    lockstep = Lockstep(runs)
    lockstep.train(3)
    lockstep.close()
    with pytest.raises(RuntimeError, match="closed"):
        lockstep.train(1)
    runs[0].train(2)
    assert len(runs[0].history) == 5


def test_an_interrupt_pauses_all() -> None:
    class Interrupting(Broken):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            try:
                return super().forward(x)
            except ZeroDivisionError:
                raise KeyboardInterrupt from None

    lockstep = Lockstep([*make_runs(), TrainingRun(Trainer(TEXT, model=Interrupting(at=8)), epochs=20)])
    with pytest.raises(KeyboardInterrupt):
        lockstep.train()
    assert not lockstep.training
    assert {run.status().state for run in lockstep.runs} == {"paused"}


def test_speed_is_that_of_the_slowest() -> None:
    async def work() -> None:
        lockstep = Lockstep(make_runs())
        lockstep.play(50.0)
        lockstep.runs[0].set_speed(5.0)
        assert lockstep.speed == 5.0
        lockstep.set_speed(None)
        assert lockstep.speed is None
        lockstep.close()

    run_in_loop(work)


def test_the_turns_do_not_depend_on_the_order_of_the_runs() -> None:
    runs = make_runs()
    random.Random(1).shuffle(runs)
    Lockstep(runs).train()
    assert {len(run.history) for run in runs} == {20}


def test_a_run_that_is_closed_leaves_the_training_of_the_others() -> None:
    async def work() -> None:
        lockstep = Lockstep(make_runs(epochs=60))
        lockstep.play(None)
        await until(lambda: min(counts(lockstep)) >= 3)
        lockstep.runs[0].close()
        await until(lambda: not lockstep.training)
        assert counts(lockstep)[1:] == [60, 60]
        lockstep.set_speed(3.0)
        lockstep.reset()
        assert counts(lockstep)[1:] == [0, 0]
        lockstep.close()

    run_in_loop(work)


def test_either_of_two_comparisons_pauses_the_run_that_they_share() -> None:
    async def work() -> None:
        runs = make_runs(epochs=10_000)
        first, second = Lockstep(runs[:2]), Lockstep(runs[1:])
        second.play(None)
        await until(lambda: len(runs[1].history) >= 3)
        first.pause()
        assert runs[1].status().state == "paused"
        first.close()
        second.close()

    run_in_loop(work)


class Seen:
    """A listener whose page is on show, or not."""

    def __init__(self, seen: bool) -> None:
        self.seen = seen

    def ready(self, now: float) -> bool:  # noqa: ARG002 - the protocol's
        return True

    def on_epochs(self) -> None: ...

    def on_state(self) -> None: ...


def test_a_run_that_another_page_shows_is_not_paused_as_unseen() -> None:
    async def work() -> None:
        lockstep = Lockstep(make_runs(epochs=10_000))
        for run, seen in zip(lockstep.runs, (True, False, False), strict=True):
            run.listeners.add(Seen(seen))
        lockstep.train(2)
        lockstep.play(None)
        lockstep.pause_unseen()
        assert [run.status().state for run in lockstep.runs] == ["training", "paused", "paused"]
        lockstep.close()

    run_in_loop(work)


def test_a_change_that_one_run_refuses_is_made_by_the_others() -> None:
    class Uncopied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.LSTM(5, 5, batch_first=True)

        def __deepcopy__(self, memo: object) -> None:
            raise TypeError("cannot be copied")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.cell(x)[0]

    async def work() -> None:
        lockstep = Lockstep([TrainingRun(Trainer(TEXT, model=Uncopied()), epochs=20), *make_runs()])
        lockstep.train(6)
        with pytest.raises(ValueError, match="copied"):
            lockstep.branch(4)
        assert counts(lockstep) == [6, 4, 4, 4]
        lockstep.post(Branch(epoch=3, lr=None), None)
        await until(lambda: counts(lockstep)[1:] == [3, 3, 3])
        assert lockstep.runs[0].status().reason == "refused"
        lockstep.close()

    run_in_loop(work)
