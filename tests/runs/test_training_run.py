"""A training run carries out commands."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from epochscope.recording.recording import Recording
from epochscope.runs.commands import Branch, Command, Pause, Play, Rewind, Step, SwitchTo, Until
from epochscope.runs.training_run import TrainingRun
from epochscope.training.errors import TrainingDiverged
from epochscope.training.trainer import Trainer

TEXT = "hihello"


class Log:
    """A listener that records the head and the state of the run at each call."""

    def __init__(self, run: TrainingRun) -> None:
        self.run = run
        self.heads: list[int] = []
        self.states: list[str] = []
        self.held = False
        self.seen = False
        run.listeners.add(self)

    def ready(self, now: float) -> bool:  # noqa: ARG002 - the protocol's
        return not self.held

    def on_epochs(self) -> None:
        self.heads.append(len(self.run.history) - 1)

    def on_state(self) -> None:
        self.states.append(self.run.state)


def make_run(epochs: int = 40, **options: Any) -> TrainingRun:
    return TrainingRun(Trainer(TEXT, **options), epochs=epochs)


def run_in_loop(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run `work` on an event loop of its own; no other task may be left at the end."""

    async def whole() -> Any:
        result = await work()
        for _ in range(5):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    return asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    """Give the event loop turns until `condition` is true."""
    for _ in range(1_000_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("the condition was never true")


def test_play_trains_to_the_goal_in_the_background() -> None:
    async def work() -> None:
        run = make_run()
        log = Log(run)
        run.play(None)
        assert (run.state, len(run.history)) == ("training", 0)
        history = await run.finished()
        assert len(history) == 40
        assert log.states == ["training", "finished"]
        assert history.losses.tolist() == Trainer(TEXT).train(40).losses.tolist()

    run_in_loop(work)


def test_playing_at_the_goal_extends_it_by_the_length_of_a_run() -> None:
    async def work() -> None:
        run = make_run(epochs=5)
        for goal in (5, 10):
            run.play(None)
            await run.finished()
            assert (len(run.history), run.goal) == (goal, goal)

    run_in_loop(work)


def test_playing_twice_starts_one_task() -> None:
    async def work() -> None:
        run = make_run()
        run.play(None)
        run.play(None)
        assert len(asyncio.all_tasks()) == 2  # this one and that of the run
        assert len(await run.finished()) == 40

    run_in_loop(work)


def test_training_continues_bit_for_bit_after_a_pause() -> None:
    async def work() -> None:
        run = make_run(epochs=3000)
        log = Log(run)
        run.play(None)
        await until(lambda: len(log.heads) >= 2)
        run.pause()
        paused = len(run.history)
        await run.finished()
        assert run.state == "paused"
        assert len(run.history) == paused < 3000
        run.play(None, Until(epochs=paused + 20))
        await run.finished()
        assert run.history.losses.tolist() == Trainer(TEXT).train(paused + 20).losses.tolist()
        run.close()

    run_in_loop(work)


def test_a_pause_from_another_thread_ends_training_in_a_cell() -> None:
    run = make_run(epochs=10**6)
    log = Log(run)

    def press() -> None:
        while not log.heads:
            pass
        run.post(Pause())

    thread = threading.Thread(target=press)
    thread.start()
    run.train()
    thread.join()
    assert run.state == "paused"
    assert 0 < len(run.history) < 10**6


def test_training_is_not_faster_than_the_requested_speed() -> None:
    async def work() -> float:
        run = make_run(epochs=12)
        loop = asyncio.get_running_loop()
        start = loop.time()
        run.play(60.0)
        await run.finished()
        return loop.time() - start

    assert run_in_loop(work) >= 11 / 60 * 0.95  # not sooner; later on a slow machine


def test_the_speed_can_be_changed_while_it_trains() -> None:
    async def work() -> None:
        run = make_run(epochs=50)
        run.play(0.5)
        await until(lambda: len(run.history) == 1)
        run.set_speed(None)
        assert len(await run.finished()) == 50  # at the old pace it would take a hundred seconds

    run_in_loop(work)


def test_the_run_waits_while_the_listener_is_behind() -> None:
    async def work() -> None:
        run = make_run()
        log = Log(run)
        log.held = True
        run.play(None)
        for _ in range(3):
            await asyncio.sleep(0.03)
        assert len(run.history) == 0
        log.held = False
        assert len(await run.finished()) == 40

    run_in_loop(work)


@pytest.mark.parametrize(
    ("until_", "holds"),
    [
        (Until(all_correct=True), lambda history: history.accuracy[-1] == 1 and (history.accuracy[:-1] < 1).all()),
        (Until(loss=1.2), lambda history: history.losses[-1] < 1.2 and (history.losses[:-1] >= 1.2).all()),
        (Until(epochs=7), lambda history: len(history) == 7),
        (Until(epochs=7, loss=1e-6), lambda history: len(history) == 7),
        (Until(epochs=200, loss=1.2), lambda history: history.losses[-1] < 1.2 and len(history) < 200),
    ],
)
def test_a_run_stops_when_its_condition_is_met(until_: Until, holds: Callable[[Any], bool]) -> None:
    async def work() -> None:
        run = make_run(epochs=300)
        run.play(None, until_)
        history = await run.finished()
        assert run.state == "paused"
        assert holds(history)

    run_in_loop(work)


@pytest.mark.parametrize("ignored", [-100, 0, 4])
def test_until_all_correct_counts_only_positions_with_a_target(ignored: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Padding that the criterion ignores: deeplearningzerotoall/PyTorch lab-12_7, pytorch-seq2seq#64."""

    def joined(*_: object) -> str:
        raise AssertionError("the text of an epoch takes longer than its number of correct positions")

    async def work() -> None:
        run = make_run(epochs=300, criterion=nn.CrossEntropyLoss(ignore_index=ignored))
        monkeypatch.setattr(Recording, "join", joined)
        run.play(None, Until(all_correct=True))
        history = await run.finished()
        assert run.state == "paused"
        assert (history.targets == -1).sum() == TEXT[1:].count(sorted(set(TEXT))[ignored] if ignored >= 0 else "?")
        assert history.n_correct[-1] == history.n_counted > history.n_correct[:-1].max()
        assert [event.epoch for event in history.events if event.kind == "all_correct"] == [len(history) - 1]

    run_in_loop(work)


def test_a_paused_run_keeps_its_condition() -> None:
    async def work() -> None:
        run = make_run(epochs=300)
        run.play(100.0, Until(epochs=25))
        await until(lambda: len(run.history) > 0)
        run.pause()
        await run.finished()
        run.play(None)
        assert len(await run.finished()) == 25
        run.play(None)  # the condition was met, and applies no more
        assert len(await run.finished()) == 300

    run_in_loop(work)


def test_step_trains_exactly_n_epochs_even_beyond_the_goal() -> None:
    run = make_run(epochs=3)
    log = Log(run)
    run.step()
    assert (len(run.history), run.state) == (1, "paused")
    run.step(4)
    assert (len(run.history), run.state, run.goal) == (5, "finished", 5)
    assert log.heads[-1] == 4


def test_a_step_during_a_run_pauses_it_first() -> None:
    async def work() -> None:
        run = make_run(epochs=10**6)
        run.play(None)
        await until(lambda: len(run.history) > 0)
        before = len(run.history)
        run.step()
        assert (len(run.history), run.state) == (before + 1, "paused")
        await run.finished()

    run_in_loop(work)


def test_reset_restores_the_initial_weights_or_makes_those_of_another_seed() -> None:
    run = make_run()
    first = [parameter.clone() for parameter in run.trainer.model.parameters()]
    run.train(5)
    losses = run.history.losses.tolist()
    run.reset()
    assert (len(run.history), run.state, run.revision) == (0, "idle", 1)
    assert all(map(torch.equal, run.trainer.model.parameters(), first))
    run.train(5)
    assert run.history.losses.tolist() == losses
    run.reset(1)
    run.train(5)
    assert run.history.losses.tolist() == Trainer(TEXT, seed=1).train(5).losses.tolist()


def test_training_after_a_rewind_repeats_the_recording() -> None:
    run = make_run()
    run.train(20)
    losses = run.history.losses.tolist()
    run.rewind(8)
    assert (len(run.history), run.shared(0), run.revision) == (8, 8, 1)
    run.train(12)
    assert run.history.losses.tolist() == losses


def test_a_branch_keeps_the_old_one_to_switch_back_to() -> None:
    run = make_run()
    run.train(20)
    old = run.history.losses.tolist()
    run.branch(8, 0.01)
    run.train(5)
    new = run.history.losses.tolist()
    (left,) = run.old_branches()
    assert (left.start, left.losses.tolist(), left.lr) == (9, old[9:], 0.1)
    assert new[:9] == old[:9]  # the forward pass of epoch 8 comes before the first update with the new rate
    assert run.trainer.lr == 0.01
    run.switch_to(left.id)
    assert run.history.losses.tolist() == old
    assert [branch.losses.tolist() for branch in run.old_branches()] == [new[9:]]
    assert run.shared(0) == 8


def test_branches_are_listed_and_keep_their_ids() -> None:
    run = make_run()
    run.train(10)
    first = run.history
    run.branch(4, 0.01)
    run.train(3)
    run.branch(6, 0.02)
    second, third = run.branches()[1].history, run.history
    for current in (0, 2, 1):
        run.switch_to(current)
        branches = run.branches()
        assert [branch.id for branch in branches] == [0, 1, 2]
        assert [branch.history for branch in branches] == [first, second, third]
        assert [branch.lr for branch in branches] == [0.1, 0.01, 0.02]
        assert [branch.id for branch in branches if branch.current] == [current]
        assert [branch.id for branch in run.old_branches()] == [i for i in range(3) if i != current]
    run.reset()
    assert [(branch.id, len(branch.history)) for branch in run.branches()] == [(1, 0)]


def test_switching_to_the_current_branch_changes_nothing() -> None:
    run = make_run()
    run.train(5)
    run.switch_to(0)
    assert (run.revision, len(run.history)) == (0, 5)


def test_branches_share_no_epoch_with_another_learning_rate_or_event() -> None:
    run = make_run()
    run.train(20)
    old = run.history
    run.branch(8, 0.01)
    run.train(5)
    assert old.losses[8] == run.history.losses[8]  # computed before the update
    run.switch_to(0)
    assert run.shared(1) == 8
    run.branch(8)  # with the same rate: the losses are the same
    run.train(5)
    run.switch_to(1)
    assert run.shared(3) == 8


def test_play_after_divergence_is_refused_and_changes_nothing() -> None:
    async def work() -> None:
        run = make_run(epochs=200, optimizer="sgd", lr=1e38, readout=True)
        run.train()
        assert (run.state, run.speed) == ("failed", 12.0)
        with pytest.raises(TrainingDiverged, match="not finite"):
            run.play(60.0)
        assert (run.state, run.speed) == ("failed", 12.0)

    run_in_loop(work)


STALE: list[tuple[Command, str]] = [(Rewind(30), "30"), (Branch(99, None), "99"), (SwitchTo(4), "branch=4")]


@pytest.mark.parametrize(("command", "says"), STALE)
def test_a_request_for_what_does_not_exist_is_refused_and_changes_nothing(command: Command, says: str) -> None:
    run = make_run()
    run.train(20)
    with pytest.raises(ValueError, match=says):
        command.apply(run)
    assert (len(run.history), run.revision, run.state) == (20, 0, "paused")


def test_a_branch_that_a_browser_asks_for_in_vain_is_explained_until_its_next_request() -> None:
    """pytorch#28594: the page said that the model had raised an error, or nothing."""

    async def work() -> None:
        model = nn.RNN(5, 5, batch_first=True)
        vars(model)["lock"] = threading.Lock()
        run = make_run(model=model)
        run.train(20)
        run.post(Branch(7, None))
        await until(lambda: run.status().reason == "refused")
        assert "RNN cannot be copied for a branch: its attribute RNN.lock" in (run.status().message or "")
        assert (run.state, run.error, len(run.branches())) == ("paused", None, 1)
        run.post(Step(1))
        await until(lambda: len(run.history) == 21)
        assert (run.status().reason, run.status().message) == (None, None)

    run_in_loop(work)


@pytest.mark.parametrize("command", [command for command, _ in STALE])
def test_a_browser_that_is_behind_receives_the_status_again(command: Command) -> None:
    async def work() -> None:
        run = make_run()
        run.train(20)
        log = Log(run)
        run.post(command)
        await until(lambda: log.states == ["paused"])
        assert (len(run.history), run.revision, run.error) == (20, 0, None)

    run_in_loop(work)


def test_a_browser_that_plays_after_divergence_receives_the_status_again() -> None:
    async def work() -> None:
        run = make_run(epochs=200, optimizer="sgd", lr=1e38, readout=True)
        run.train()
        log = Log(run)
        for command in (Play(None), Step()):
            run.post(command)
        await until(lambda: log.states == ["failed", "failed"])
        assert (run.status().reason, run.error) == ("diverged", None)

    run_in_loop(work)


class Fails(torch.nn.Module):
    """A network whose forward pass raises after a number of calls."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after
        self.linear = torch.nn.Linear(5, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.left -= 1
        if self.left < 0:
            raise ZeroDivisionError("the lecturer's own mistake")
        return self.linear(x)


def test_an_exception_in_the_model_ends_the_run_and_is_raised_by_finished(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def work() -> TrainingRun:
        run = make_run(model=Fails(after=8), alphabet="ehilo")
        run.play(None)
        with pytest.raises(ZeroDivisionError, match="own mistake"):
            await run.finished()
        await until(lambda: len(asyncio.all_tasks()) == 1)
        return run

    run = run_in_loop(work)
    assert run.state == "failed"
    assert run.status().message == "ZeroDivisionError: the lecturer's own mistake"
    assert 0 < len(run.history) < 9
    assert "own mistake" in capsys.readouterr().err


def test_a_loss_that_is_not_finite_stops_the_run_and_training_continues_after_a_rewind() -> None:
    async def work() -> None:
        run = make_run(epochs=200, optimizer="sgd", lr=1e38, readout=True)
        run.play(None)
        history = await run.finished()
        assert (run.state, run.status().reason) == ("failed", "diverged")
        assert any(event.kind == "diverged" for event in history.events)
        with pytest.raises(TrainingDiverged, match=r"rewind\("):
            run.play(None)
        run.rewind(1)
        assert (run.state, run.status().reason) == ("paused", None)

    run_in_loop(work)


def test_after_close_nothing_is_trained_and_the_listener_receives_nothing() -> None:
    async def work() -> None:
        run = make_run(epochs=10**6)
        log = Log(run)
        run.play(None)
        await until(lambda: bool(log.heads))
        run.close()
        received, count = (list(log.heads), list(log.states)), len(run.history)
        await asyncio.sleep(0.05)
        assert ((log.heads, log.states), len(run.history)) == (received, count)
        with pytest.raises(RuntimeError, match="closed"):
            run.play(None)

    run_in_loop(work)


def test_play_without_an_event_loop_says_what_to_call() -> None:
    with pytest.raises(RuntimeError, match=r"train\(\)"):
        make_run().play(None)


@pytest.mark.parametrize("epochs", [0, -3, 1.5, True, "300"])
def test_an_invalid_number_of_epochs_is_refused(epochs: Any) -> None:
    with pytest.raises(ValueError, match="epochs="):
        make_run(epochs=epochs)


def test_numpy_integers_are_accepted() -> None:
    run = make_run(epochs=np.int64(5))  # type: ignore[arg-type]
    run.step(np.int64(2))  # type: ignore[arg-type]
    run.train(np.int64(1))  # type: ignore[arg-type]
    run.rewind(np.int64(2))  # type: ignore[arg-type]
    assert (len(run.history), run.goal) == (2, 5)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Use one thread: faster for networks this small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_play_goes_on_after_a_condition_that_was_met_before_it_was_given() -> None:
    async def work() -> None:
        run = make_run(epochs=20)
        run.train(8)
        run.play(None, Until(epochs=5))
        assert (run.training, run.until) == (False, None)
        run.play(None)
        await run.finished()
        assert len(run.history) == 20
        run.close()

    run_in_loop(work)
