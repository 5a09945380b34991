"""The transport: commands in, epochs out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import torch

from epochscope.runs.commands import Branch, Command, Pause, Play, Reset, Return, Rewind, Speed, Step, Until
from epochscope.runs.training_run import TrainingRun
from epochscope.training.trainer import Trainer

TEXT = "hihello"


class Log:
    """A listener that writes down how far the run was whenever it was told something."""

    def __init__(self, session: TrainingRun) -> None:
        self.session = session
        self.heads: list[int] = []
        self.states: list[str] = []
        self.held = False
        session.listener = self

    def ready(self, now: float) -> bool:  # noqa: ARG002 - a listener's
        return not self.held

    def on_epochs(self) -> None:
        self.heads.append(len(self.session.history) - 1)

    def on_state(self) -> None:
        self.states.append(self.session.state)


def session(epochs: int = 40, **options: Any) -> TrainingRun:
    return TrainingRun(Trainer(TEXT, **options), epochs=epochs)


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run `work` on a loop of its own, and see that no task is left behind."""

    async def whole() -> Any:
        result = await work()
        for _ in range(5):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    return asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    """Give the loop turns until `condition` holds."""
    for _ in range(1_000_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not happen")


def test_play_trains_to_the_goal_in_the_background() -> None:
    async def work() -> None:
        transport = session()
        log = Log(transport)
        transport.do(Play(None))
        assert (transport.state, len(transport.history)) == ("training", 0)
        history = await transport.finished()
        assert len(history) == 40
        assert log.states == ["training", "finished"]
        assert history.losses.tolist() == Trainer(TEXT).train(40).losses.tolist()

    run(work)


def test_play_at_the_goal_adds_as_many_again() -> None:
    async def work() -> None:
        transport = session(epochs=5)
        for goal in (5, 10):
            transport.do(Play(None))
            await transport.finished()
            assert (len(transport.history), transport.goal) == (goal, goal)

    run(work)


def test_play_twice_is_one_run() -> None:
    async def work() -> None:
        transport = session()
        transport.do(Play(None))
        transport.do(Play(None))
        assert sum("TrainingRun._run" in repr(task) for task in asyncio.all_tasks()) == 1
        assert len(await transport.finished()) == 40

    run(work)


def test_a_pause_between_two_slices_keeps_whole_epochs_and_play_goes_on_bit_for_bit() -> None:
    async def work() -> None:
        transport = session(epochs=3000)
        log = Log(transport)
        transport.do(Play(None))
        await until(lambda: len(log.heads) >= 2)
        transport.do(Pause())
        paused = len(transport.history)
        await transport.finished()
        assert transport.state == "paused"
        assert len(transport.history) == paused < 3000
        transport.do(Play(None, Until(epochs=paused + 20)))
        await transport.finished()
        assert transport.history.losses.tolist() == Trainer(TEXT).train(paused + 20).losses.tolist()
        transport.close()

    run(work)


def test_a_pause_from_another_thread_ends_a_slice_early() -> None:
    transport = session(epochs=10**6)
    log = Log(transport)

    def press() -> None:
        while not log.heads:
            pass
        transport.post(Pause())

    thread = threading.Thread(target=press)
    thread.start()
    transport.train()
    thread.join()
    assert transport.state == "paused"
    assert 0 < len(transport.history) < 10**6


def test_the_pace_is_kept() -> None:
    async def work() -> float:
        transport = session(epochs=12)
        loop = asyncio.get_running_loop()
        start = loop.time()
        transport.do(Play(60.0))
        await transport.finished()
        return loop.time() - start

    assert run(work) >= 11 / 60 * 0.95  # no sooner; how much later is the machine's affair


def test_the_speed_can_be_changed_while_it_trains() -> None:
    async def work() -> None:
        transport = session(epochs=50)
        transport.do(Play(0.5))
        await until(lambda: len(transport.history) == 1)
        transport.do(Speed(None))
        assert len(await transport.finished()) == 50  # at the old pace it would take a hundred seconds

    run(work)


def test_the_run_waits_while_the_listener_is_behind() -> None:
    async def work() -> None:
        transport = session()
        log = Log(transport)
        log.held = True
        transport.do(Play(None))
        for _ in range(3):
            await asyncio.sleep(0.03)
        assert len(transport.history) == 0
        log.held = False
        assert len(await transport.finished()) == 40

    run(work)


@pytest.mark.parametrize(
    ("until_", "holds"),
    [
        (Until(all_correct=True), lambda history: history.accuracy[-1] == 1 and (history.accuracy[:-1] < 1).all()),
        (Until(loss=1.2), lambda history: history.losses[-1] < 1.2 and (history.losses[:-1] >= 1.2).all()),
        (Until(epochs=7), lambda history: len(history) == 7),
    ],
)
def test_a_run_ends_where_it_was_told_to(until_: Until, holds: Callable[[Any], bool]) -> None:
    async def work() -> None:
        transport = session(epochs=300)
        transport.do(Play(None, until_))
        history = await transport.finished()
        assert transport.state == "paused"
        assert holds(history)

    run(work)


def test_a_run_until_that_was_paused_goes_on_with_its_aim() -> None:
    async def work() -> None:
        transport = session(epochs=300)
        transport.do(Play(100.0, Until(epochs=25)))
        await until(lambda: len(transport.history) > 0)
        transport.do(Pause())
        await transport.finished()
        transport.do(Play(None))
        assert len(await transport.finished()) == 25
        transport.do(Play(None))  # the aim is reached, and gone
        assert len(await transport.finished()) == 300

    run(work)


def test_step_trains_exactly_so_many_epochs_also_beyond_the_goal() -> None:
    transport = session(epochs=3)
    log = Log(transport)
    transport.do(Step())
    assert (len(transport.history), transport.state) == (1, "paused")
    transport.do(Step(4))
    assert (len(transport.history), transport.state, transport.goal) == (5, "finished", 5)
    assert log.heads[-1] == 4


def test_a_step_during_a_run_pauses_it_first() -> None:
    async def work() -> None:
        transport = session(epochs=10**6)
        transport.do(Play(None))
        await until(lambda: len(transport.history) > 0)
        before = len(transport.history)
        transport.do(Step())
        assert (len(transport.history), transport.state) == (before + 1, "paused")
        await transport.finished()

    run(work)


def test_reset_returns_the_same_weights_and_another_seed_others() -> None:
    transport = session()
    first = [parameter.clone() for parameter in transport.trainer.model.parameters()]
    transport.train(5)
    losses = transport.history.losses.tolist()
    transport.do(Reset())
    assert (len(transport.history), transport.state, transport.revision) == (0, "idle", 1)
    assert all(map(torch.equal, transport.trainer.model.parameters(), first))
    transport.train(5)
    assert transport.history.losses.tolist() == losses
    transport.do(Reset(1))
    transport.train(5)
    assert transport.history.losses.tolist() == Trainer(TEXT, seed=1).train(5).losses.tolist()


def test_after_a_rewind_the_recording_repeats_itself() -> None:
    transport = session()
    transport.train(20)
    losses = transport.history.losses.tolist()
    transport.do(Rewind(8))
    assert (len(transport.history), transport.shared(0), transport.revision) == (8, 8, 1)
    transport.train(12)
    assert transport.history.losses.tolist() == losses


def test_a_branch_keeps_the_old_line_as_a_ghost_that_can_be_returned_to() -> None:
    transport = session()
    transport.train(20)
    old = transport.history.losses.tolist()
    transport.do(Branch(8, 0.01))
    transport.train(5)
    new = transport.history.losses.tolist()
    (ghost,) = transport.old_branches()
    assert (ghost.start, ghost.losses.tolist(), ghost.lr) == (9, old[9:], 0.1)
    assert new[:9] == old[:9]  # the forward pass of epoch 8 comes before the first update with the new rate
    assert transport.trainer.lr == 0.01
    transport.do(Return(ghost.id))
    assert transport.history.losses.tolist() == old
    assert [ghost.losses.tolist() for ghost in transport.old_branches()] == [new[9:]]
    assert transport.shared(0) == 8


def test_lines_share_no_epoch_whose_learning_rate_or_event_is_another() -> None:
    transport = session()
    transport.train(20)
    old = transport.history
    transport.do(Branch(8, 0.01))
    transport.train(5)
    new = transport.history
    assert old.losses[8] == new.losses[8]  # it is known before the update
    transport.do(Return(1))
    assert transport.shared(1) == 8
    transport.do(Branch(8))  # with the same rate, so that the losses go on alike
    transport.train(5)
    transport.do(Return(2))
    assert transport.shared(3) == 8


def test_a_play_that_is_refused_changes_nothing() -> None:
    async def work() -> None:
        transport = session(epochs=200, optimizer="sgd", lr=1e38, readout=True)
        transport.train()
        assert (transport.state, transport.speed) == ("failed", 12.0)
        with pytest.raises(RuntimeError, match="not finite"):
            transport.do(Play(60.0))
        assert (transport.state, transport.speed) == ("failed", 12.0)

    run(work)


@pytest.mark.parametrize(
    ("command", "says"),
    [(Rewind(30), "30"), (Branch(99, None), "99"), (Return(4), "ghost=4")],
)
def test_what_is_not_there_is_refused_and_nothing_changes(command: Command, says: str) -> None:
    transport = session()
    transport.train(20)
    with pytest.raises(ValueError, match=says):
        transport.do(command)
    assert (len(transport.history), transport.revision, transport.state) == (20, 0, "paused")
    Log(transport)
    transport.post(command)  # from a browser: nobody is there to catch it
    transport._drain()
    assert (len(transport.history), transport.revision) == (20, 0)


class Fails(torch.nn.Module):
    """A net whose forward pass raises after some calls."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after
        self.linear = torch.nn.Linear(5, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.left -= 1
        if self.left < 0:
            raise ZeroDivisionError("the lecturer's own mistake")
        return self.linear(x)


def test_an_exception_in_the_users_model_ends_the_run_and_is_raised_to_who_waits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def work() -> TrainingRun:
        transport = session(model=Fails(after=8), alphabet="ehilo")
        transport.do(Play(None))
        with pytest.raises(ZeroDivisionError, match="own mistake"):
            await transport.finished()
        await until(lambda: transport._task is not None and transport._task.done())
        return transport

    transport = run(work)
    assert transport.state == "failed"
    assert transport.status()["message"] == "ZeroDivisionError: the lecturer's own mistake"
    assert 0 < len(transport.history) < 9
    assert "own mistake" in capsys.readouterr().err


def test_a_loss_that_is_not_finite_stops_the_run_and_a_rewind_mends_it() -> None:
    async def work() -> None:
        transport = session(epochs=200, optimizer="sgd", lr=1e38, readout=True)
        transport.do(Play(None))
        history = await transport.finished()
        assert (transport.state, transport.reason) == ("failed", "diverged")
        assert any(event.kind == "diverged" for event in history.events)
        with pytest.raises(RuntimeError, match=r"rewind\("):
            transport.do(Play(None))
        transport.do(Rewind(1))
        assert (transport.state, transport.reason) == ("paused", None)

    run(work)


def test_nothing_is_told_and_nothing_runs_after_close() -> None:
    async def work() -> None:
        transport = session(epochs=10**6)
        log = Log(transport)
        transport.do(Play(None))
        await until(lambda: bool(log.heads))
        transport.close()
        told, count = (list(log.heads), list(log.states)), len(transport.history)
        await asyncio.sleep(0.05)
        assert ((log.heads, log.states), len(transport.history)) == (told, count)
        with pytest.raises(RuntimeError, match="closed"):
            transport.do(Play(None))

    run(work)


def test_play_without_a_loop_says_what_to_call() -> None:
    with pytest.raises(RuntimeError, match=r"train\(\)"):
        session().do(Play(None))


@pytest.mark.parametrize("epochs", [0, -3, 1.5, True, "300"])
def test_a_number_of_epochs_that_cannot_be_is_refused(epochs: Any) -> None:
    with pytest.raises(ValueError, match="epochs="):
        session(epochs=epochs)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Nets this small are faster on one thread, and steadier."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
